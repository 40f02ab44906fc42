"""Compare candidate verdict rules by simulation: `python -m tests.comparisons.verdict_rules`."""

import argparse
import sys
from collections.abc import Sequence
from random import Random

from perf.stats.sequential import Shape, Spending
from tests.comparisons.verdict_rules.gate import Setting, Tally, simulate
from tests.comparisons.verdict_rules.noise import Metric, Noise, a_family
from tests.comparisons.verdict_rules.rules import Rule

_SHORT, _LONG = (6, 10, 16), (6, 10, 16, 24)
_NORMAL = Noise(shape="normal", disturbed_share=0.0, factor=1.0)
_LAPLACE = Noise(shape="laplace", disturbed_share=0.0, factor=1.0)
_TWO_STATE = Noise(shape="two-state", disturbed_share=0.0, factor=1.0)
_DISTURBED = Noise(shape="normal", disturbed_share=0.15, factor=1.0)
_TWICE = Noise(shape="normal", disturbed_share=0.0, factor=2.0)
_NULLS = (_NORMAL, _LAPLACE, _TWO_STATE, _DISTURBED, _TWICE)
_CHANGED = (_NORMAL, _LAPLACE, _DISTURBED)
_LIMIT_SIZED = (
    ("cpu", 0.015, 16),
    ("cpu", 0.03, 16),
    ("cpu", 0.03, 10),
    ("p50", 0.05, 16),
    ("instructions", 0.01, 16),
)
_HUGE = (("cpu", 0.20, 16), ("p50", 0.20, 16))


def _rule(
    bound: str, looks: tuple[int, ...], shape: Shape, *, share: tuple[float, float], green: float
) -> Rule:
    null_share, relevant_share = share
    planned = "/".join(map(str, looks))
    need = f">{null_share:g},{relevant_share:g}"
    return Rule(
        name=f"{bound} {need} {shape.value} {planned} g{green:g}",
        bound=bound,
        null_share=null_share,
        relevant_share=relevant_share,
        red=Spending(alpha=0.01, looks=looks, shape=shape),
        green=Spending(alpha=green, looks=looks, shape=shape),
    )


def _rules() -> tuple[Rule, ...]:
    half, bounds = (0.0, 0.5), ("signed-rank", "student", "hl-yuen", "tighter")
    shapes = (Shape.OBRIEN_FLEMING, Shape.POCOCK, Shape.LINEAR)
    return (
        *(_rule(bound, _SHORT, Shape.QUADRATIC, share=half, green=0.02) for bound in bounds),
        *(_rule("tighter", _SHORT, shape, share=half, green=0.02) for shape in shapes),
        *(_rule("tighter", _SHORT, Shape.QUADRATIC, share=(k, k), green=0.02) for k in (0.0, 1.0)),
        *(_rule(bound, _LONG, Shape.LINEAR, share=half, green=0.05) for bound in bounds),
        _rule("tighter", _LONG, Shape.LINEAR, share=half, green=0.02),
        _rule("tighter", _LONG, Shape.QUADRATIC, share=half, green=0.05),
    )


def _table(title: str, rules: Sequence[Rule], columns: Sequence[tuple[str, Sequence[str]]]) -> None:
    sys.stdout.write(f"\n{title}\n{'':46}" + "".join(f"{head:>13}" for head, _ in columns) + "\n")
    for index, rule in enumerate(rules):
        cells = "".join(f"{values[index]:>13}" for _, values in columns)
        sys.stdout.write(f"{rule.name:46}{cells}\n")


def _false_reds(tallies: Sequence[Tally]) -> list[str]:
    return [f"{tally.red_ratio:.2%} {tally.mean_blocks:5.1f}" for tally in tallies]


def _detections(tallies: Sequence[Tally]) -> list[str]:
    return [f"{tally.red_ratio:.1%} {tally.mean_blocks:5.1f}" for tally in tallies]


def _at_first_look(tallies: Sequence[Tally]) -> list[str]:
    return [f"{tally.red_at_first_look_ratio:.1%}" for tally in tallies]


def _named(name: str, metrics: tuple[Metric, ...]) -> tuple[Metric, ...]:
    return (next(metric for metric in metrics if metric.name.startswith(name)),)


def main() -> None:
    """Print false reds at zero change, then detections when one metric of the family has changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--null-runs", type=int, default=120)
    parser.add_argument("--effect-runs", type=int, default=300)
    parser.add_argument("--rule", default="", help="judge only by rules whose name contains this")
    options = parser.parse_args()
    rules = tuple(rule for rule in _rules() if options.rule in rule.name)
    metrics, rng = a_family(), Random(options.seed)

    def tallies(chosen: tuple[Metric, ...], *, change: float, family: int, noise: Noise) -> list[Tally]:
        runs = options.effect_runs if len(chosen) == 1 else options.null_runs
        setting = Setting(metrics=chosen, family=family, change=change, noise=noise, runs=runs)
        return simulate(rules, setting=setting, rng=rng)

    nulls = [
        (noise.label, _false_reds(tallies(metrics, change=0.0, family=16, noise=noise))) for noise in _NULLS
    ]
    _table("No change, 16 metrics: false reds per gate run, mean blocks", rules, nulls)
    reordered = (*_named("cpu", metrics), *(metric for metric in metrics if metric.name != "cpu-0"))
    whole = [
        (noise.label, _detections(tallies(reordered, change=0.03, family=16, noise=noise)))
        for noise in (_NORMAL, _DISTURBED)
    ]
    _table("+3% cpu, 1 of 16 drawn metrics: Red at any look, mean blocks", rules, whole)
    for effects, what, cells in (
        (_LIMIT_SIZED, "Red at any look, mean blocks", _detections),
        (_HUGE, "Red at the first look", _at_first_look),
    ):
        for name, change, family in effects:
            columns = [
                (
                    noise.label,
                    cells(tallies(_named(name, metrics), change=change, family=family, noise=noise)),
                )
                for noise in _CHANGED
            ]
            _table(f"{change:+.0%} {name}, 1 of {family} metrics: {what}", rules, columns)


if __name__ == "__main__":
    main()
