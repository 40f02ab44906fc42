"""Before any instance is chosen: which provider serves a model, and whose key it is."""

import pytest

from perf.benchmarks.rounds import Benchmark, timed
from perf.gateway.auth import KeyRing
from perf.gateway.routing import Router

RULES = {
    "gpt-": "openai",
    "o3": "openai",
    "claude-": "anthropic",
    "claude-sonnet-": "anthropic",
    "gemini-": "gemini",
}


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        pytest.param("claude-sonnet-4-5", "anthropic", id="longest-prefix"),
        pytest.param("mistral-large", "openai", id="default"),
    ],
)
def test_routing(benchmark: Benchmark, model: str, provider: str) -> None:
    """The longest prefix of a model's name decides who serves it."""
    router = Router(RULES, default="openai")

    found = timed(benchmark, lambda: router.provider_of(model), calls=3_000)

    assert found == provider


def test_key_lookup(benchmark: Benchmark) -> None:
    """A bearer token is found among a thousand keys."""
    keys = KeyRing([(f"test-key-{number:04}", f"client-{number}") for number in range(1_000)], secret=b"s")
    headers = [(b"host", b"127.0.0.1"), (b"authorization", b"Bearer test-key-0500")]

    name = timed(benchmark, lambda: keys.name_of(headers), calls=600)

    assert name == "client-500"
