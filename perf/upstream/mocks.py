"""Ready-made mock providers for tests, each a context manager around a process of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from perf.model.units import ms_to_ns
from perf.model.upstream import Arrival, Fault, FaultKind, TokenUsage, UpstreamScript
from perf.upstream.process import UpstreamProcess
from perf.upstream.scripts import DEFAULT_TOKENS, INPUT_TOKENS, script

_OPENAI_ERROR = 503
_ANTHROPIC_ERROR = 529


class Mock:
    """One running mock provider."""

    def __init__(self, process: UpstreamProcess, *, name: str) -> None:
        self._process = process
        self._name = name
        self._arrivals: tuple[Arrival, ...] = ()

    @property
    def url(self) -> str:
        """Its base URL, without /v1."""
        return self._process.urls[self._name]

    def arrivals(self) -> tuple[Arrival, ...]:
        """Every finished request so far, in order of arrival."""
        self._arrivals = tuple(
            sorted(self._arrivals + self._process.drain(), key=lambda seen: seen.arrival_ns)
        )
        return self._arrivals

    def become(self, script: UpstreamScript) -> None:
        """Answer after another script from now on."""
        self._process.script(self._name, script)


@contextmanager
def mock(name: str, script: UpstreamScript) -> Iterator[Mock]:
    """Serve one provider after a script."""
    with UpstreamProcess.start([name], cpus=None) as process:
        process.script(name, script)
        yield Mock(process, name=name)


@contextmanager
def openai_mock(latency_ms: float = 0, error_rate: float = 0) -> Iterator[Mock]:
    """OpenAI, answering after a delay; `error_rate` of the answers, drawn by a fixed seed, are 503."""
    with mock("openai", _script(latency_ms, error_rate=error_rate, status=_OPENAI_ERROR)) as served:
        yield served


@contextmanager
def openai_streaming_mock(
    latency_ms: float = 0, num_chunks: int = DEFAULT_TOKENS, interval_ms: float = 0
) -> Iterator[Mock]:
    """OpenAI, whose streams have `num_chunks` content deltas, one each `interval_ms` after the first."""
    with mock("openai", _streaming(latency_ms, num_chunks, interval_ms=interval_ms)) as served:
        yield served


@contextmanager
def anthropic_mock(latency_ms: float = 0, error_rate: float = 0) -> Iterator[Mock]:
    """Anthropic, answering after a delay; `error_rate` of the answers, drawn by a fixed seed, are 529."""
    with mock("anthropic", _script(latency_ms, error_rate=error_rate, status=_ANTHROPIC_ERROR)) as served:
        yield served


@contextmanager
def anthropic_streaming_mock(
    latency_ms: float = 0, num_chunks: int = DEFAULT_TOKENS, interval_ms: float = 0
) -> Iterator[Mock]:
    """Anthropic, whose streams have `num_chunks` content deltas, one each `interval_ms` after the first."""
    with mock("anthropic", _streaming(latency_ms, num_chunks, interval_ms=interval_ms)) as served:
        yield served


@contextmanager
def anthropic_mock_with_cache(
    latency_ms: float = 0, cache_creation: int = 0, cache_read: int = 0
) -> Iterator[Mock]:
    """Anthropic, whose usage reports prompt caching."""
    usage = TokenUsage(
        input_tokens=INPUT_TOKENS,
        output_tokens=DEFAULT_TOKENS,
        cache_creation_tokens=cache_creation,
        cache_read_tokens=cache_read,
    )
    with mock("anthropic", replace(script(delay=ms_to_ns(latency_ms)), usage=usage)) as served:
        yield served


def _script(latency_ms: float, *, error_rate: float, status: int) -> UpstreamScript:
    faults = (Fault(kind=FaultKind.STATUS, ratio=error_rate, status=status),) if error_rate else ()
    return script(delay=ms_to_ns(latency_ms), faults=faults)


def _streaming(latency_ms: float, num_chunks: int, *, interval_ms: float) -> UpstreamScript:
    return script(tokens=num_chunks, delay=ms_to_ns(latency_ms), interval_ns=ms_to_ns(interval_ms))
