"""The TOML configuration that the reference gateway shares with the gateways of its contract."""

import math
from collections.abc import Mapping, Sequence

import tomli_w

from perf.model.scenario import Provider
from perf.model.target import ConfigRequest, Endpoint
from perf.model.units import ns_to_s

FILE_NAME = "config.toml"
OPENAI_MODEL = "gpt-4o-mini"
ANTHROPIC_MODEL = "claude-sonnet-4-5"
_MODEL_PREFIXES = {Provider.OPENAI: "gpt-", Provider.ANTHROPIC: "claude-"}
_REQUEST_TIMEOUT_S = 300
"""Of one attempt, where the topology asks for no less."""

_Value = str | int | float | bool | list[str]
_Table = dict[str, "_Value | _Table | list[_Table]"]


def contract_files(request: ConfigRequest) -> Mapping[str, str]:
    """Render `config.toml` in the contract's schema, and nothing beyond it."""
    asked = request.topology
    timeout_s, failure_timeout_s = _whole_seconds(asked.patience_ns), _whole_seconds(asked.recovery_ns)
    document = _document(
        request, timeout_s=timeout_s or _REQUEST_TIMEOUT_S, failure_timeout_s=failure_timeout_s
    )
    return {FILE_NAME: tomli_w.dumps(document)}


def contract_files_with_resilience(request: ConfigRequest) -> Mapping[str, str]:
    """Render `config.toml` with the `[resilience]` table: recovery and patience are as the topology asks."""
    recovery_s = ns_to_s(request.topology.recovery_ns)
    patience_s = ns_to_s(request.topology.patience_ns)
    document = _document(request, timeout_s=_REQUEST_TIMEOUT_S, failure_timeout_s=recovery_s or None)
    resilience: _Table = {}
    if recovery_s:
        resilience |= {"initial_backoff_seconds": recovery_s, "probe_interval_seconds": recovery_s / 4}
    if patience_s:
        resilience |= {"first_byte_timeout_seconds": patience_s, "probe_timeout_seconds": patience_s}
    if resilience:
        document["resilience"] = resilience
    return {FILE_NAME: tomli_w.dumps(document)}


def _whole_seconds(span_ns: int) -> int | None:
    """At least one; None where nothing is asked for."""
    return max(1, math.ceil(ns_to_s(span_ns))) if span_ns > 0 else None


def _document(request: ConfigRequest, *, timeout_s: int, failure_timeout_s: float | None) -> _Table:
    present = [provider for provider in Provider if _of(request, provider)]
    rules: _Table = {_MODEL_PREFIXES[provider]: provider.value for provider in present}
    rules |= {route.model: route.endpoint.provider.value for route in request.routes}
    providers: _Table = {
        provider.value: [
            _instance(
                endpoint,
                upstream_key=request.upstream_key,
                timeout_s=timeout_s,
                failure_timeout_s=failure_timeout_s,
            )
            for endpoint in _of(request, provider)
        ]
        for provider in present
    }
    keys: list[_Table] = [
        {"key": key, "name": f"client-{number}", "enabled": True}
        for number, key in enumerate(request.client_keys)
    ]
    return {
        "server": {"host": request.host, "port": request.port, "log_level": request.log_level},
        "api_keys": keys,
        "routing": _routing(rules, present=present, listed=bool(request.routes)),
        "providers": providers,
        "observability": {"body_logging": {"enabled": False}, "quota_refresh": {"enabled": False}},
    }


def _routing(rules: _Table, *, present: Sequence[Provider], listed: bool) -> _Table:
    """With many models, nothing but its own rule leads one on, and the gateway lists those it knows of."""
    routing: _Table = {
        "rules": rules,
        "discovery": {
            "enabled": listed,
            "cache_ttl_seconds": 3600,
            "refresh_on_startup": False,
            "providers_with_listing": [provider.value for provider in present] if listed else [],
        },
    }
    if not listed:
        routing["default_provider"] = present[0].value if present else Provider.OPENAI.value
    return routing


def _of(request: ConfigRequest, provider: Provider) -> list[Endpoint]:
    return [endpoint for endpoint in request.endpoints if endpoint.provider is provider]


def _instance(
    endpoint: Endpoint, *, upstream_key: str, timeout_s: int, failure_timeout_s: float | None
) -> _Table:
    table: _Table = {
        "name": endpoint.name,
        "enabled": True,
        "api_key": upstream_key,
        "base_url": f"{endpoint.base_url}/v1",
        "request_timeout_seconds": timeout_s,
        "priority": endpoint.priority,
        "weight": endpoint.weight,
    }
    if failure_timeout_s is not None:
        table["failure_timeout_seconds"] = failure_timeout_s
    if endpoint.provider is Provider.ANTHROPIC:
        table["api_version"] = "2023-06-01"
    return table
