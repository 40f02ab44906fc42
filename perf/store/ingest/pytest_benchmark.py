"""The JSON file of pytest-benchmark (`--benchmark-json`), with or without `--benchmark-save-data`."""

from pathlib import Path

import msgspec

from perf.model.ingest import ToolRun
from perf.model.metric import TIME_PER_OP
from perf.model.units import NS_PER_S
from perf.store.ingest.reading import decoded, distinct, require_times

_CURE = "Give the file that `pytest --benchmark-json=FILE` wrote."


class _Stats(msgspec.Struct):
    median: float
    data: list[float] = []


class _Benchmark(msgspec.Struct):
    fullname: str
    stats: _Stats


class _Results(msgspec.Struct):
    benchmarks: list[_Benchmark]


def read(path: Path) -> ToolRun:
    """The rounds of each benchmark in ns, or only their median where the file does not hold them."""
    benchmarks = decoded(path, _Results, cure=_CURE).benchmarks
    words = distinct([each.fullname for each in benchmarks], path=path, cure=_CURE)
    return ToolRun(
        samples={
            (words[each.fullname], TIME_PER_OP.name): require_times(
                [seconds * NS_PER_S for seconds in each.stats.data or [each.stats.median]],
                name=each.fullname,
                path=path,
                cure=_CURE,
            )
            for each in benchmarks
        },
        problems=(),
        fresh_samples=False,
    )
