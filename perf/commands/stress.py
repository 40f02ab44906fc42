"""`perfgate stress`: the scenarios on this tree alone, each held to its criteria."""

from argparse import ArgumentParser
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


def stress_options(parser: ArgumentParser) -> None:
    """What can be asked for."""
    parser.add_argument("--target", help="the gateway product (default: as for run)")
    parser.add_argument("--duration", metavar="2m", help="of 8 and 8L, in s, m or h (default: their own)")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--scenario", action="append", default=[], help="only this, by number or name; may be repeated"
    )
    which.add_argument(
        "--all", action="store_true", help="every scenario: about 50 minutes, 20 with --duration 2m"
    )
    which.add_argument("--bench", action="store_true", help="the micro-benchmarks, beside those of the base")


def stress(
    repo: Path,
    *,
    target: str | None,
    scenarios: tuple[str, ...],
    everything: bool,
    bench: bool,
    duration: str | None,
) -> Exit:
    """Measure the fast suite, these scenarios or all, and list which passed, failed and were skipped.

    `bench` instead compares the micro-benchmarks of this tree with those of its base commit.
    """
    chosen = replace(_FAST, repo=repo, target=target, duration=duration)
    if bench:
        compared = replace(chosen, scenarios=(BENCHMARKS,), no_base=False, left_out=False)
        return run(compared, replace(_SUMMARY, shape="table"), env=environment())
    wanted = tuple(each.name for each in SCENARIOS) if everything else scenarios
    return run(replace(chosen, scenarios=wanted, left_out=not wanted), _SUMMARY, env=environment())
