"""The `/metrics` page: the samples of all worker processes, added up, in Prometheus' text format."""

import mmap
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from perf.gateway.tally import Sample

CONTENT_TYPE = b"content-type: text/plain; version=0.0.4; charset=utf-8\r\n"
_HALF_BYTES = 1024 * 1024
_LENGTH_BYTES = 4
_FAMILIES = {
    "llm_gateway_requests_total": ("counter", "Requests answered, by endpoint and status; 499: client gone."),
    "llm_gateway_requests_under_way": ("gauge", "Requests being answered."),
    "llm_gateway_request_seconds": ("histogram", "From the whole request to the end of its answer."),
    "llm_gateway_attempts_total": ("counter", "Requests to upstreams, by what they say of the instance."),
    "llm_gateway_circuits": ("gauge", "Worker processes that see the instance's circuit in this phase."),
    "llm_gateway_sessions": ("gauge", "Bindings of sticky sessions."),
    "llm_gateway_upstream_connections": ("gauge", "Open connections to the instance."),
    "llm_gateway_client_connections": ("gauge", "Open connections of clients."),
    "llm_gateway_reloads_total": ("counter", "Configuration reloads, by result."),
    "llm_gateway_log_lines_dropped_total": ("counter", "Lines of the log that its reader was too slow for."),
}
_Samples = dict[str, float]


class Board:
    """Memory that the workers share: each pins up its samples, and any of them can read all.

    A worker's place has two halves; it writes to the one that is not read, then points to it.
    """

    def __init__(self, workers: int) -> None:
        """Make it before the workers are forked."""
        self._memory = mmap.mmap(-1, workers * (1 + 2 * _HALF_BYTES))
        self.workers = workers

    def pin(self, worker: int, samples: Iterable[Sample]) -> None:
        """Publish a worker's samples; too many for its place are left out."""
        data = msgspec.msgpack.encode(dict(samples))
        if len(data) <= _HALF_BYTES - _LENGTH_BYTES:
            half = 1 - self._memory[worker]
            start = self._start(worker, half=half)
            self._memory[start : start + _LENGTH_BYTES + len(data)] = (
                len(data).to_bytes(_LENGTH_BYTES, "little") + data
            )
            self._memory[worker] = half

    def read(self) -> list[_Samples]:
        """Give the samples that each worker has last pinned up."""
        return [self._read(worker) for worker in range(self.workers)]

    def _read(self, worker: int) -> _Samples:
        start = self._start(worker, half=self._memory[worker]) + _LENGTH_BYTES
        size_bytes = int.from_bytes(self._memory[start - _LENGTH_BYTES : start], "little")
        if not size_bytes:
            return {}
        return msgspec.msgpack.decode(self._memory[start : start + size_bytes], type=_Samples)

    def _start(self, worker: int, *, half: int) -> int:
        return self.workers + (2 * worker + half) * _HALF_BYTES


def exposition(workers: Iterable[_Samples]) -> bytes:
    """Give the page: every sample is the sum over the workers."""
    sums: defaultdict[str, float] = defaultdict(float)
    for samples in workers:
        for name, value in samples.items():
            sums[name] += value
    lines: list[str] = []
    for family, (kind, meaning) in _FAMILIES.items():
        lines += (f"# HELP {family} {meaning}", f"# TYPE {family} {kind}")
        lines += (f"{name} {value:.17g}" for name, value in sums.items() if _is_of(family, name))
    return "\n".join([*lines, ""]).encode()


def _is_of(family: str, sample: str) -> bool:
    name = sample.partition("{")[0]
    return name == family or (
        name.startswith(family) and name[len(family) :] in ("_bucket", "_sum", "_count")
    )
