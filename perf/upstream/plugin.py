"""Pytest fixtures of the mock providers: each gives a function that starts one for the test's time."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import ParamSpec

import pytest

from perf.upstream import mocks

P = ParamSpec("P")
Started = Iterator[Callable[P, mocks.Mock]]


def _starter(
    start: Callable[P, AbstractContextManager[mocks.Mock]],
) -> Started[P]:
    with ExitStack() as stack:

        def started(*args: P.args, **kwargs: P.kwargs) -> mocks.Mock:
            return stack.enter_context(start(*args, **kwargs))

        yield started


@pytest.fixture
def openai_mock() -> Started[[float, float]]:
    """Start `mocks.openai_mock(latency_ms, error_rate)`."""
    yield from _starter(mocks.openai_mock)


@pytest.fixture
def openai_streaming_mock() -> Started[[float, int, float]]:
    """Start `mocks.openai_streaming_mock(latency_ms, num_chunks, interval_ms)`."""
    yield from _starter(mocks.openai_streaming_mock)


@pytest.fixture
def anthropic_mock() -> Started[[float, float]]:
    """Start `mocks.anthropic_mock(latency_ms, error_rate)`."""
    yield from _starter(mocks.anthropic_mock)


@pytest.fixture
def anthropic_streaming_mock() -> Started[[float, int, float]]:
    """Start `mocks.anthropic_streaming_mock(latency_ms, num_chunks, interval_ms)`."""
    yield from _starter(mocks.anthropic_streaming_mock)


@pytest.fixture
def anthropic_mock_with_cache() -> Started[[float, int, int]]:
    """Start `mocks.anthropic_mock_with_cache(latency_ms, cache_creation, cache_read)`."""
    yield from _starter(mocks.anthropic_mock_with_cache)
