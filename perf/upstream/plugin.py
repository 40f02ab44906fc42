"""Pytest fixtures of the mock providers: each gives a function that starts one for the test's time."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import ParamSpec, Protocol

import pytest

from perf.upstream import mocks

P = ParamSpec("P")


class StartErring(Protocol):
    """Starts a provider with a delay and a share of errors."""

    def __call__(self, latency_ms: float = 0, error_rate: float = 0) -> mocks.Mock:
        """Start it."""
        ...


class StartStreaming(Protocol):
    """Starts a provider whose streams have a number of content deltas at an interval."""

    def __call__(self, latency_ms: float = 0, num_chunks: int = 10, interval_ms: float = 0) -> mocks.Mock:
        """Start it."""
        ...


class StartCaching(Protocol):
    """Starts a provider that reports cached tokens."""

    def __call__(self, latency_ms: float = 0, cache_creation: int = 0, cache_read: int = 0) -> mocks.Mock:
        """Start it."""
        ...


def _starter(start: Callable[P, AbstractContextManager[mocks.Mock]]) -> Iterator[Callable[P, mocks.Mock]]:
    with ExitStack() as stack:

        def started(*args: P.args, **kwargs: P.kwargs) -> mocks.Mock:
            return stack.enter_context(start(*args, **kwargs))

        yield started


@pytest.fixture
def openai_mock() -> Iterator[StartErring]:
    """Start `mocks.openai_mock(latency_ms, error_rate)`."""
    yield from _starter(mocks.openai_mock)


@pytest.fixture
def openai_streaming_mock() -> Iterator[StartStreaming]:
    """Start `mocks.openai_streaming_mock(latency_ms, num_chunks, interval_ms=0)`."""
    yield from _starter(mocks.openai_streaming_mock)


@pytest.fixture
def anthropic_mock() -> Iterator[StartErring]:
    """Start `mocks.anthropic_mock(latency_ms, error_rate)`."""
    yield from _starter(mocks.anthropic_mock)


@pytest.fixture
def anthropic_streaming_mock() -> Iterator[StartStreaming]:
    """Start `mocks.anthropic_streaming_mock(latency_ms, num_chunks, interval_ms=0)`."""
    yield from _starter(mocks.anthropic_streaming_mock)


@pytest.fixture
def anthropic_mock_with_cache() -> Iterator[StartCaching]:
    """Start `mocks.anthropic_mock_with_cache(latency_ms, cache_creation, cache_read=0)`."""
    yield from _starter(mocks.anthropic_mock_with_cache)
