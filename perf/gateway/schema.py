"""The schema of the configuration file, one struct a table; unknown keys are refused by name."""

from typing import Annotated, Literal

import msgspec

_Name = Annotated[str, msgspec.Meta(min_length=1)]
_Line = Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f\x7f]*\Z")]

_Seconds = Annotated[float, msgspec.Meta(gt=0)]
_Count = Annotated[int, msgspec.Meta(ge=1)]


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file: unknown keys are refused by name."""


class ServerTable(Table, frozen=True, kw_only=True):
    """`[server]`."""

    host: str
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)]
    log_level: str


class ApiKey(Table, frozen=True, kw_only=True):
    """`[[api_keys]]`."""

    key: _Name
    name: _Name
    enabled: bool


class Discovery(Table, frozen=True, kw_only=True):
    """`[routing.discovery]`: whether `/v1/models` asks the upstreams for their lists."""

    enabled: bool
    cache_ttl_seconds: Annotated[int, msgspec.Meta(ge=0)]
    refresh_on_startup: bool
    providers_with_listing: list[str]


class Routing(Table, frozen=True, kw_only=True):
    """`[routing]`."""

    rules: dict[str, str]
    discovery: Discovery
    default_provider: str | None = None


class Instance(Table, frozen=True, kw_only=True):
    """What every provider instance has."""

    name: Annotated[_Line, msgspec.Meta(min_length=1)]
    enabled: bool
    auth_mode: Literal["bearer", "oauth"] = "bearer"
    api_key: _Line | None = None
    oauth_provider: str | None = None
    request_timeout_seconds: _Seconds | None = None
    timeout_seconds: _Seconds | None = None
    failure_timeout_seconds: _Seconds | None = None
    priority: _Count = 1
    weight: Annotated[int, msgspec.Meta(ge=0)] = 100

    @property
    def deadline_seconds(self) -> float:
        """The total deadline of one attempt."""
        return self.request_timeout_seconds or self.timeout_seconds or 300.0


class OpenAIInstance(Instance, frozen=True, kw_only=True):
    """`[[providers.openai]]` and `[[providers.gemini]]`."""

    base_url: str


class CacheTable(Table, frozen=True, kw_only=True):
    """`[providers.anthropic.cache]`."""

    auto_cache_system: bool = True
    min_system_tokens: int = 1024
    auto_cache_tools: bool = True


class AnthropicInstance(Instance, frozen=True, kw_only=True):
    """`[[providers.anthropic]]`."""

    base_url: str
    api_version: Annotated[_Line, msgspec.Meta(min_length=1)]
    cache: CacheTable = CacheTable()


class AzureInstance(Instance, frozen=True, kw_only=True):
    """`[[providers.azure_openai]]`, read and not served."""

    resource_name: str
    api_version: str
    deployment_name: str | None = None
    model_deployments: dict[str, str] = {}


class BedrockInstance(Instance, frozen=True, kw_only=True):
    """`[[providers.bedrock]]`, read and not served."""

    region: str
    access_key_id: str
    secret_access_key: str
    session_token: str | None = None
    model_id_mapping: dict[str, str] = {}


class CustomInstance(Instance, frozen=True, kw_only=True):
    """`[[providers.custom]]`, read and not served."""

    provider_id: str
    base_url: str
    custom_headers: dict[str, str] = {}


class Providers(Table, frozen=True, kw_only=True):
    """`[providers]`."""

    openai: list[OpenAIInstance] = []
    anthropic: list[AnthropicInstance] = []
    gemini: list[OpenAIInstance] = []
    azure_openai: list[AzureInstance] = []
    bedrock: list[BedrockInstance] = []
    custom: list[CustomInstance] = []

    def by_name(self) -> dict[str, tuple[Instance, ...]]:
        """Give the instances of each provider, in the order of the file."""
        return {name: tuple(getattr(self, name)) for name in self.__struct_fields__}


class Performance(Table, frozen=True, kw_only=True):
    """`[observability.performance]`, read and not used."""

    batch_size: int = 100
    flush_interval_ms: int = 100
    max_buffer_size: int = 10_000


class Retention(Table, frozen=True, kw_only=True):
    """`[observability.retention]`, read and not used."""

    logs_days: int = 7
    spans_days: int = 7
    cleanup_hour: int = 3


class RedactPattern(Table, frozen=True, kw_only=True):
    """`[[observability.body_logging.redact_patterns]]`, read and not used."""

    pattern: str
    replacement: str


class BodyLogging(Table, frozen=True, kw_only=True):
    """`[observability.body_logging]`, read and not used: bodies are never logged."""

    enabled: bool = True
    max_body_size: int = 102_400
    redact_patterns: list[RedactPattern] = []


class QuotaRefresh(Table, frozen=True, kw_only=True):
    """`[observability.quota_refresh]`, read and not used."""

    enabled: bool = True
    interval_seconds: int = 600
    timeout_seconds: int = 30
    retention_days: int = 7


class Observability(Table, frozen=True, kw_only=True):
    """`[observability]`, read and not used."""

    performance: Performance = Performance()
    retention: Retention = Retention()
    body_logging: BodyLogging = BodyLogging()
    quota_refresh: QuotaRefresh = QuotaRefresh()


class OAuthProvider(Table, frozen=True, kw_only=True):
    """`[[oauth_providers]]`, read and not used."""

    name: str
    client_id: str
    auth_url: str
    token_url: str
    redirect_uri: str
    scopes: list[str]
    client_secret: str | None = None
    custom_headers: dict[str, str] = {}


class Resilience(Table, frozen=True, kw_only=True):
    """`[resilience]`: when an instance is given up, and when it is tried again."""

    failure_threshold: _Count = 3
    failure_window_seconds: _Seconds = 60.0
    success_threshold: _Count = 2
    initial_backoff_seconds: _Seconds = 60.0
    max_backoff_seconds: _Seconds = 600.0
    probe_interval_seconds: _Seconds = 10.0
    probe_timeout_seconds: _Seconds = 5.0
    max_attempts: _Count = 3
    jitter_ratio: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.2
    connect_timeout_seconds: _Seconds = 5.0
    first_byte_timeout_seconds: _Seconds | None = None
    retry_after_limit_seconds: _Seconds = 60.0
    rate_limit_rest_seconds: _Seconds = 2.0
    wait_limit_seconds: _Seconds = 2.0


class Limits(Table, frozen=True, kw_only=True):
    """`[limits]`: what is kept, and for how long."""

    max_body_bytes: _Count = 10 * 1024 * 1024
    max_answer_bytes: _Count = 64 * 1024 * 1024
    max_sessions: _Count = 500_000
    session_idle_seconds: _Seconds = 3600.0
    client_idle_seconds: _Seconds = 75.0
    upstream_idle_seconds: _Seconds = 90.0
    drain_seconds: _Seconds = 30.0


class Config(Table, frozen=True, kw_only=True):
    """The whole file."""

    server: ServerTable
    api_keys: Annotated[list[ApiKey], msgspec.Meta(min_length=1)]
    routing: Routing
    providers: Providers
    observability: Observability = Observability()
    oauth_providers: list[OAuthProvider] = []
    resilience: Resilience = Resilience()
    limits: Limits = Limits()
