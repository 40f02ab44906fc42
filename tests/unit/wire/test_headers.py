"""The headers of the providers."""

import re

import pytest

from perf.model.wire import Dialect
from perf.wire.headers import reply_headers

RESETS = "2030-01-02T03:04:05Z"
ANTHROPICS = {
    "anthropic-organization-id": r"\w+",
    **{
        f"anthropic-ratelimit-{what}-{field}": form
        for what in ("requests", "tokens", "input-tokens", "output-tokens")
        for field, form in (("limit", r"\d+"), ("remaining", r"\d+"), ("reset", RESETS))
    },
}
OPENAIS = {
    "openai-version": "2020-10-01",
    "openai-organization": r"\w+",
    "openai-processing-ms": r"\d+",
    **{
        f"x-ratelimit-{field}-{what}": form
        for what in ("requests", "tokens")
        for field, form in (("limit", r"\d+"), ("remaining", r"\d+"), ("reset", r"(\d+(h|ms?|s))+"))
    },
}
KINDS = {
    False: {"content-type": "application/json"},
    True: {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"},
}


@pytest.mark.parametrize("exhausted", [False, True], ids=["well", "exhausted"])
@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_all_headers_of_the_provider_are_there(dialect: Dialect, *, stream: bool, exhausted: bool) -> None:
    """Each one that the real one sends, in its form, and none besides."""
    headers = reply_headers(dialect, stream=stream, resets=RESETS, exhausted=exhausted)
    own = ANTHROPICS if dialect is Dialect.ANTHROPIC_MESSAGES else OPENAIS
    expected = KINDS[stream] | own

    assert sorted(name for name, _ in headers) == sorted(expected)
    assert [name for name, value in headers if not re.fullmatch(expected[name], value)] == []


@pytest.mark.parametrize("dialect", Dialect)
def test_what_remains_is_within_the_limit(dialect: Dialect) -> None:
    """And no request does, of an exhausted one."""
    for exhausted in (False, True):
        headers = dict(reply_headers(dialect, stream=False, resets=RESETS, exhausted=exhausted))
        for name, value in headers.items():
            if "remaining" in name:
                limit = int(headers[name.replace("remaining", "limit")])
                assert 0 <= int(value) <= limit
                assert (int(value) == 0) is (exhausted and "requests" in name)
