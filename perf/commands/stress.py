"""`perfgate stress`: the scenarios on this tree alone, each held to its criteria."""

from dataclasses import replace
from pathlib import Path

from perf.commands.ordering import Choices
from perf.commands.output import Showing, environment
from perf.commands.run import run
from perf.errors import Exit
from perf.judge.summarise import BENCHMARKS
from perf.scenarios import SCENARIOS

_FAST = Choices(
    repo=Path(),
    target=None,
    suite="fast",
    scenarios=(),
    base=None,
    no_base=True,
    no_baseline=True,
    debug=False,
    seed=None,
    fail_on_inconclusive=False,
    left_out=True,
)


_SUMMARY = Showing(shape="summary", files=(), everything=False, quiet=False, no_color=False)


def stress(
    repo: Path, *, target: str | None, scenarios: tuple[str, ...], everything: bool, bench: bool
) -> Exit:
    """Measure the fast suite, these scenarios or all, and list which passed, failed and were skipped.

    `bench` instead compares the micro-benchmarks of this tree with those of its base commit.
    """
    chosen = replace(_FAST, repo=repo, target=target)
    if bench:
        compared = replace(chosen, scenarios=(BENCHMARKS,), no_base=False, left_out=False)
        return run(compared, replace(_SUMMARY, shape="table"), env=environment())
    wanted = tuple(each.name for each in SCENARIOS) if everything else scenarios
    return run(replace(chosen, scenarios=wanted, left_out=not wanted), _SUMMARY, env=environment())
