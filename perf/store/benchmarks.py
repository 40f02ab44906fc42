"""The result file of pytest-benchmark, as far as the gate needs it."""

from collections.abc import Mapping
from math import isfinite
from pathlib import Path

import msgspec

from perf.errors import BaselineError
from perf.model.units import NS_PER_S


class _Stats(msgspec.Struct):
    min: float


class _Benchmark(msgspec.Struct):
    name: str
    stats: _Stats


class _Results(msgspec.Struct):
    benchmarks: list[_Benchmark]


def read_best_ns(path: Path) -> Mapping[str, float]:
    """Benchmark name -> its fastest round in ns per call, as `--benchmark-json` wrote it.

    The fastest round is what the code costs; all others also hold what the machine did meanwhile.

    Raises BaselineError if the file is not such a result, names a benchmark twice, or measured nothing.
    """
    try:
        results = msgspec.json.decode(path.read_bytes(), type=_Results)
    except (OSError, msgspec.DecodeError) as error:
        raise _wrong(f"is no pytest-benchmark result: {error}", path) from error
    rounds = {_plain(each.name): each.stats.min * NS_PER_S for each in results.benchmarks}
    if not rounds or len(rounds) != len(results.benchmarks):
        raise _wrong("has no benchmark, or one twice", path)
    if not all(isfinite(round_ns) and round_ns > 0 for round_ns in rounds.values()):
        raise _wrong("has a round that took no positive time", path)
    return rounds


def _plain(name: str) -> str:
    """`test_sse_decoding[chat]` as `sse-decoding-chat`."""
    return name.removeprefix("test_").replace("_", "-").replace("[", "-").replace("]", "")


def _wrong(what: str, path: Path) -> BaselineError:
    return BaselineError(
        f"{path.name} {what}", where=str(path), cure="Run the suites with pytest and --benchmark-json."
    )
