"""Simulated gate runs: draw blocks, look, stop; count what each rule does with the same draws."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from random import Random

from tests.comparisons.verdict_rules.noise import Metric, Noise, draw_blocks
from tests.comparisons.verdict_rules.rules import Rule, Summary, is_green, is_red, summarise


class End(Enum):
    """How a simulated gate run ends."""

    RED = "red"
    GREEN = "green"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Shares of gate runs, and how many blocks they used on average."""

    red_ratio: float
    red_at_first_look_ratio: float
    green_ratio: float
    mean_blocks: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is simulated: metrics drawn, their family's size, the first one's true change, noise, runs."""

    metrics: tuple[Metric, ...]
    family: int
    change: float
    noise: Noise
    runs: int


def simulate(rules: Sequence[Rule], *, setting: Setting, rng: Random) -> list[Tally]:
    """Return the tally of every rule over the same seeded draws.

    Green ends a run when all drawn metrics are proven, so with one metric drawn the others are taken
    as proven too: the worst case for a detection.
    """
    longest = max(rule.red.looks[-1] for rule in rules)
    ends: list[list[tuple[End, int]]] = [[] for _ in rules]
    for _ in range(setting.runs):
        shift = math.log1p(setting.change)
        drawn = draw_blocks(setting.metrics, noise=setting.noise, n=longest, rng=rng)
        series = [[value + shift for value in drawn[0]], *drawn[1:]]
        seen: dict[int, list[Summary]] = {}
        for rule, rule_ends in zip(rules, ends, strict=True):
            rule_ends.append(_run(rule, setting=setting, series=series, seen=seen))
    return [_tally(rule_ends, rule) for rule, rule_ends in zip(rules, ends, strict=True)]


def _run(
    rule: Rule, *, setting: Setting, series: list[list[float]], seen: dict[int, list[Summary]]
) -> tuple[End, int]:
    for look, n in enumerate(rule.red.looks, start=1):
        if n not in seen:
            pairs = zip(series, setting.metrics, strict=True)
            seen[n] = [summarise(values[:n], limit=metric.limit) for values, metric in pairs]
        if is_red(seen[n], rule=rule, look=look, family=setting.family):
            return End.RED, n
        if is_green(seen[n], rule=rule, look=look):
            return End.GREEN, n
    return End.UNDECIDED, rule.red.looks[-1]


def _tally(ends: Sequence[tuple[End, int]], rule: Rule) -> Tally:
    return Tally(
        red_ratio=_share(end is End.RED for end, _ in ends),
        red_at_first_look_ratio=_share(end is End.RED and n == rule.red.looks[0] for end, n in ends),
        green_ratio=_share(end is End.GREEN for end, _ in ends),
        mean_blocks=sum(n for _, n in ends) / len(ends),
    )


def _share(happened: Iterable[bool]) -> float:
    flags = list(happened)
    return sum(flags) / len(flags)
