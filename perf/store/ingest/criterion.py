"""The output directory of Criterion.rs: `target/criterion/**/new/{benchmark,sample}.json`."""

from pathlib import Path

import msgspec

from perf.errors import BaselineError
from perf.model.ingest import ToolRun
from perf.model.metric import TIME_PER_OP
from perf.store.ingest.reading import decoded, distinct, require_times

_CURE = "Give the folder `target/criterion` that `cargo bench` wrote, whole."


class _Benchmark(msgspec.Struct):
    full_id: str


class _Sample(msgspec.Struct):
    iters: list[float]
    times: list[float]


class _Estimate(msgspec.Struct):
    point_estimate: float


class _Estimates(msgspec.Struct):
    median: _Estimate


def read(path: Path) -> ToolRun:
    """The time per iteration (ns) of each sample of each benchmark; `base` and `change` folders are left."""
    folders = sorted(found.parent for found in path.rglob("new/benchmark.json"))
    if not path.is_dir() or not folders:
        raise BaselineError("holds no result of Criterion", where=str(path), cure=_CURE)
    names = [decoded(folder / "benchmark.json", _Benchmark, cure=_CURE).full_id for folder in folders]
    words = distinct(names, path=path, cure=_CURE)
    return ToolRun(
        samples={
            (words[name], TIME_PER_OP.name): _times_ns(folder, name=name)
            for name, folder in zip(names, folders, strict=True)
        },
        problems=(),
        fresh_samples=False,
    )


def _times_ns(folder: Path, *, name: str) -> tuple[float, ...]:
    path = folder / "sample.json"
    sample = decoded(path, _Sample, cure=_CURE)
    if len(sample.iters) != len(sample.times):
        raise BaselineError("times and iterations differ in number", where=str(path), cure=_CURE)
    decoded(folder / "estimates.json", _Estimates, cure=_CURE)  # written last: without it, a torn result
    per_iteration = [time / count for time, count in zip(sample.times, sample.iters, strict=True) if count]
    return require_times(per_iteration, name=name, path=path, cure=_CURE)
