"""The reference gateway in a process of its own, in front of the mock providers, for synchronous clients."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEY = "client-key"
API_VERSION = "2023-01-01"
_CONFIG = """
[server]
host = "127.0.0.1"
port = 0
log_level = "error"
[[api_keys]]
key = "{key}"
name = "client"
enabled = true
[routing.rules]
"gpt-" = "openai"
"claude-" = "anthropic"
[routing.discovery]
enabled = true
cache_ttl_seconds = 0
refresh_on_startup = true
providers_with_listing = ["openai", "anthropic"]
[[providers.openai]]
name = "a"
enabled = true
api_key = "k"
base_url = "{openai}/v1"
[[providers.anthropic]]
name = "b"
enabled = true
api_key = "k"
base_url = "{anthropic}/v1"
api_version = "{version}"
[resilience]
failure_threshold = 1000000
"""


@contextmanager
def gateway(directory: Path, *, openai: str, anthropic: str) -> Iterator[str]:
    """Run a gateway to these two upstreams; gives its address. Its circuits never open."""
    path = directory / "config.toml"
    path.write_text(_CONFIG.format(key=KEY, version=API_VERSION, openai=openai, anthropic=anthropic))
    process = subprocess.Popen(
        [sys.executable, "-O", "-m", "perf.gateway", "--config", str(path)],
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline().decode()
        assert "listening on" in line, line
        yield line.split()[-1]
    finally:
        process.terminate()
        process.communicate()
