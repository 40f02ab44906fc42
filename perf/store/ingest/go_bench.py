"""The text of `go test -bench`: the Go benchmark data format, several `-count` lines a benchmark.

Source: https://go.googlesource.com/proposal/+/master/design/14313-benchmark-format.md
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from perf.errors import BaselineError
from perf.model.ingest import ToolRun
from perf.model.metric import ALLOCATED_PER_OP, ALLOCATIONS_PER_OP, TIME_PER_OP
from perf.store.ingest.reading import distinct, require_times, text_of

_CURE = "Give the output of `go test -bench=. -benchmem -count=10`, whole."
_LINE = re.compile(r"^Benchmark(?P<name>\S+)\s+\d+\s+(?P<results>\S.*)$")
_PROCESSORS = re.compile(r"-\d+$")
_FAILED = re.compile(r"^(--- FAIL|FAIL\b|panic:|exit status [1-9])")
_METRICS = {"ns/op": TIME_PER_OP, "B/op": ALLOCATED_PER_OP, "allocs/op": ALLOCATIONS_PER_OP}
"""Other units, such as MB/s and a benchmark's own, have no known direction and are left out."""


def read(path: Path) -> ToolRun:
    """The lines of each benchmark: ns, bytes and allocations per operation."""
    lines = text_of(path, cure=_CURE).splitlines()
    failed = next((line for line in lines if _FAILED.match(line)), None)
    if failed is not None:
        raise BaselineError(f"the benchmarks failed: {failed[:200]}", where=str(path), cure=_CURE)
    rows = _rows(lines)
    names = list(dict.fromkeys(name for name, _ in rows))
    words = distinct(names, path=path, cure=_CURE)
    plain = _without_processors(words)
    samples: dict[tuple[str, str], list[float]] = {}
    for name, results in rows:
        for value, unit in _measured(results, name=name, path=path):
            samples.setdefault((plain[words[name]], _METRICS[unit].name), []).append(value)
    for (part, metric), values in samples.items():
        if metric == TIME_PER_OP.name:
            require_times(values, name=part, path=path, cure=_CURE)
    return ToolRun(
        samples={key: tuple(values) for key, values in samples.items()}, problems=(), fresh_samples=False
    )


def _rows(lines: Sequence[str]) -> list[tuple[str, str]]:
    """Benchmark name, with its package where there are several, and the results of a line."""
    several = len({line for line in lines if line.startswith("pkg: ")}) > 1
    package, rows = "", []
    for line in lines:
        if line.startswith("pkg: "):
            package = f"{line.removeprefix('pkg: ').strip().rpartition('/')[2]}/" if several else ""
        elif found := _LINE.match(line):
            rows.append((f"{package}{found['name']}", found["results"]))
    return rows


def _without_processors(words: Mapping[str, str]) -> dict[str, str]:
    """Each word without GOMAXPROCS, if all of them end with the same number."""
    endings = {found[0] if (found := _PROCESSORS.search(word)) else "" for word in words.values()}
    ending = endings.pop() if len(endings) == 1 else ""
    return {word: word.removesuffix(ending) for word in words.values()}


def _measured(results: str, *, name: str, path: Path) -> list[tuple[float, str]]:
    fields = results.split()
    try:
        pairs = [(float(value), unit) for value, unit in zip(fields[::2], fields[1::2], strict=True)]
    except ValueError as error:
        what = f"{name!r:.200} has results that are no pairs of number and unit: {results[:200]}"
        raise BaselineError(what, where=str(path), cure=_CURE) from error
    return [(value, unit) for value, unit in pairs if unit in _METRICS and value >= 0]
