"""The JSON file of hyperfine (`--export-json`): each run is a process of its own."""

from pathlib import Path

import msgspec

from perf.model.ingest import ToolRun
from perf.model.metric import TIME_PER_OP
from perf.model.units import NS_PER_S
from perf.store.ingest.reading import decoded, distinct, require_times

_CURE = "Give the file that `hyperfine --export-json FILE` wrote."
_ONLY = "command"
"""The name of a lone command: those of baseline and candidate usually differ by their path."""


class _Result(msgspec.Struct):
    command: str
    times: list[float]
    exit_codes: list[int | None] = []


class _Results(msgspec.Struct):
    results: list[_Result]


def read(path: Path) -> ToolRun:
    """The wall-clock time of each run in ns; runs that failed are a problem, however fast they were."""
    results = decoded(path, _Results, cure=_CURE).results
    words = distinct([each.command for each in results], path=path, cure=_CURE)
    lone = len(results) == 1
    failed = [each.command for each in results if any(code != 0 for code in each.exit_codes)]
    return ToolRun(
        samples={
            (_ONLY if lone else words[each.command], TIME_PER_OP.name): require_times(
                [seconds * NS_PER_S for seconds in each.times], name=each.command, path=path, cure=_CURE
            )
            for each in results
        },
        problems=tuple(f"runs of {command[:200]!r} failed" for command in failed),
        fresh_samples=True,
    )
