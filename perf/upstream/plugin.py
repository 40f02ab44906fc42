"""Pytest fixtures of the mock providers: each gives a function that starts one for the test's time."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack

import pytest

from perf.upstream import mocks

Start = Callable[..., mocks.Mock]


def _starter(
    start: Callable[..., AbstractContextManager[mocks.Mock]],
) -> Iterator[Start]:
    with ExitStack() as stack:

        def started(*args: float, **kwargs: float) -> mocks.Mock:
            return stack.enter_context(start(*args, **kwargs))

        yield started


@pytest.fixture
def openai_mock() -> Iterator[Start]:
    """Start `mocks.openai_mock(latency_ms, error_rate)`."""
    yield from _starter(mocks.openai_mock)


@pytest.fixture
def openai_streaming_mock() -> Iterator[Start]:
    """Start `mocks.openai_streaming_mock(latency_ms, num_chunks, interval_ms=0)`."""
    yield from _starter(mocks.openai_streaming_mock)


@pytest.fixture
def anthropic_mock() -> Iterator[Start]:
    """Start `mocks.anthropic_mock(latency_ms, error_rate)`."""
    yield from _starter(mocks.anthropic_mock)


@pytest.fixture
def anthropic_streaming_mock() -> Iterator[Start]:
    """Start `mocks.anthropic_streaming_mock(latency_ms, num_chunks, interval_ms=0)`."""
    yield from _starter(mocks.anthropic_streaming_mock)


@pytest.fixture
def anthropic_mock_with_cache() -> Iterator[Start]:
    """Start `mocks.anthropic_mock_with_cache(latency_ms, cache_creation, cache_read=0)`."""
    yield from _starter(mocks.anthropic_mock_with_cache)
