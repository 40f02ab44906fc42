"""One upstream process for all conformance tests, put back to a plain script before each."""

from collections.abc import Iterator

import pytest

from perf.upstream.plugin import (
    anthropic_mock,
    anthropic_mock_with_cache,
    anthropic_streaming_mock,
    openai_mock,
    openai_streaming_mock,
)
from perf.upstream.process import UpstreamProcess
from perf.upstream.scripts import script

__all__ = [
    "anthropic_mock",
    "anthropic_mock_with_cache",
    "anthropic_streaming_mock",
    "openai_mock",
    "openai_streaming_mock",
]


@pytest.fixture(scope="session")
def served() -> Iterator[UpstreamProcess]:
    """Two instances in one process."""
    with UpstreamProcess.start(["a", "b"], cpus=None) as process:
        yield process


@pytest.fixture
def upstream(served: UpstreamProcess) -> UpstreamProcess:
    """The process with plain scripts, an empty log and no timeline."""
    served.schedule(())
    for name in served.urls:
        served.script(name, script())
    served.drain()
    return served
