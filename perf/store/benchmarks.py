"""The result file of pytest-benchmark, as far as the gate needs it."""

from collections.abc import Mapping
from math import isfinite
from pathlib import Path

import msgspec

from perf.errors import BaselineError
from perf.model.units import NS_PER_S


class _Stats(msgspec.Struct):
    median: float


class _Benchmark(msgspec.Struct):
    name: str
    stats: _Stats


class _Results(msgspec.Struct):
    benchmarks: list[_Benchmark]


def read_medians_ns(path: Path) -> Mapping[str, float]:
    """Benchmark name -> median of its rounds in ns, as `--benchmark-json` wrote it.

    Raises BaselineError if the file is not such a result, names a benchmark twice, or measured nothing.
    """
    try:
        results = msgspec.json.decode(path.read_bytes(), type=_Results)
    except (OSError, msgspec.DecodeError) as error:
        raise _wrong(f"is no pytest-benchmark result: {error}", path) from error
    medians = {_plain(each.name): each.stats.median * NS_PER_S for each in results.benchmarks}
    if not medians or len(medians) != len(results.benchmarks):
        raise _wrong("has no benchmark, or one twice", path)
    if not all(isfinite(median_ns) and median_ns > 0 for median_ns in medians.values()):
        raise _wrong("has a median that is no positive time", path)
    return medians


def _plain(name: str) -> str:
    """`test_sse_decoding[chat]` as `sse-decoding-chat`."""
    return name.removeprefix("test_").replace("_", "-").replace("[", "-").replace("]", "")


def _wrong(what: str, path: Path) -> BaselineError:
    return BaselineError(
        f"{path.name} {what}", where=str(path), cure="Run the suites with pytest and --benchmark-json."
    )
