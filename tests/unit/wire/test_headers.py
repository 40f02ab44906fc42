"""The headers of the providers."""

import re

import pytest

from perf.model.wire import Dialect
from perf.wire.headers import reply_headers


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_resets_are_in_each_providers_own_form(dialect: Dialect, stream: bool) -> None:
    """Anthropic names a time (RFC 3339), OpenAI a Go duration."""
    resets = [value for name, value in reply_headers(dialect, stream=stream) if "reset" in name]
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ" if dialect is Dialect.ANTHROPIC_MESSAGES else r"(\d+(h|ms?|s))+"

    assert resets
    assert all(re.fullmatch(form, reset) for reset in resets)


@pytest.mark.parametrize("dialect", Dialect)
def test_streams_are_not_to_be_cached(dialect: Dialect) -> None:
    """A stream says what it is and that it must not be kept."""
    headers = dict(reply_headers(dialect, stream=True))

    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "no-cache"
