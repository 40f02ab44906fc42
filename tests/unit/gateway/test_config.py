"""The configuration file: what is taken, and how what is wrong is named."""

import pytest

from perf.gateway.config import ConfigError, parse_config

_GOOD = """
[server]
host = "127.0.0.1"
port = 8080
log_level = "warn"

[[api_keys]]
key = "sk-gateway-001"
name = "client-1"
enabled = true

[routing]
default_provider = "openai"
[routing.rules]
"gpt-" = "openai"
"claude-" = "anthropic"
[routing.discovery]
enabled = false
cache_ttl_seconds = 3600
refresh_on_startup = false
providers_with_listing = []

[[providers.openai]]
name = "openai-primary"
enabled = true
auth_mode = "bearer"
api_key = "mock-key"
base_url = "http://127.0.0.1:19101/v1"
timeout_seconds = 30
priority = 1
failure_timeout_seconds = 5
weight = 100

[[providers.anthropic]]
name = "anthropic-primary"
enabled = true
api_key = "mock-key"
base_url = "http://127.0.0.1:19102/v1"
api_version = "2023-06-01"
[providers.anthropic.cache]
auto_cache_system = true
min_system_tokens = 1024
auto_cache_tools = true

[[providers.azure_openai]]
name = "azure"
enabled = false
resource_name = "r"
api_version = "v"

[observability.performance]
batch_size = 100
[observability.retention]
logs_days = 7
[observability.body_logging]
enabled = false
redact_patterns = [{ pattern = "a", replacement = "b" }]
[observability.quota_refresh]
enabled = true
"""


def test_a_full_file_is_taken() -> None:
    """Every table of the schema is read, also those that are not used."""
    config = parse_config(_GOOD.encode())

    assert config.providers.openai[0].deadline_seconds == 30
    assert config.providers.openai[0].failure_timeout_seconds == 5
    assert config.resilience.initial_backoff_seconds == 60


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("port = 8080", "port = 8080\nprot = 1", ("`prot`", "`$.server`", "Remove")),
        ('log_level = "warn"', "", ("`log_level`", "`$.server`", "Add")),
        ("port = 8080", 'port = "x"', ("`$.server.port`", "Correct")),
        ('host = "127.0.0.1"', 'host = "localhost"', ("`server.host`", "IP address")),
        ('"gpt-" = "openai"', '"gpt-" = "gemini"', ("'gpt-'", "'gemini'", "no enabled instance")),
        ('default_provider = "openai"', 'default_provider = "nobody"', ("default_provider", "'nobody'")),
        ('api_key = "mock-key"', "", ("'openai-primary'", "`api_key`")),
        ("http://127.0.0.1:19101/v1", "ftp://x", ("`base_url`", "http://")),
        ('auth_mode = "bearer"', 'auth_mode = "oauth"', ("oauth", "bearer")),
        ("priority = 1", "priority = 0", ("priority", "Correct")),
        ("[server]", "[server", ("not TOML", "Correct the syntax")),
        ("[server]", "[resilience]\nfailure_treshold = 1\n[server]", ("`failure_treshold`", "resilience")),
    ],
)
def test_an_error_says_what_where_and_how_to_mend_it(good: str, bad: str, told: tuple[str, ...]) -> None:
    """The one line names the key or value, its place, and the cure."""
    assert good in _GOOD

    with pytest.raises(ConfigError) as caught:
        parse_config(_GOOD.replace(good, bad, 1).encode())

    assert all(part in str(caught.value) for part in told), caught.value
    assert "\n" not in str(caught.value)


def test_the_same_key_twice_is_refused() -> None:
    """Two clients cannot share a key: whose request it was could not be told."""
    twice = '[[api_keys]]\nkey = "sk-gateway-001"\nname = "client-2"\nenabled = true\n'

    with pytest.raises(ConfigError, match="twice"):
        parse_config((_GOOD + twice).encode())


def test_the_same_instance_name_twice_is_refused() -> None:
    """Instances of one provider are told apart by their names."""
    again = '[[providers.openai]]\nname = "openai-primary"\nenabled = false\nbase_url = "http://h/v1"\n'

    with pytest.raises(ConfigError, match="twice"):
        parse_config((_GOOD + again).encode())
