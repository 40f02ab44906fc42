"""In which order a block measures its slices."""

from collections.abc import Sequence
from random import Random

from perf.model.run import Arm
from perf.model.scenario import Cadence, Route, Scenario
from perf.model.slices import SliceStep


def arms_of(scenario: Scenario, *, paired: bool) -> tuple[Arm, ...]:
    """The arms on which a scenario runs."""
    if scenario.route is Route.DIRECT:
        return (Arm.RIG,)
    return (Arm.BASELINE, Arm.CANDIDATE) if paired else (Arm.CANDIDATE,)


def plan_block(scenarios: Sequence[Scenario], *, paired: bool, rng: Random) -> tuple[SliceStep, ...]:
    """All slices of one block in random, balanced order.

    The slices of a part come in pairs, one per arm, side by side; half of the pairs (rounded at random)
    start with the baseline. Pairs of different parts are shuffled, so that no part has a place of its own.
    """
    pairs: list[tuple[SliceStep, ...]] = []
    for scenario in scenarios:
        if scenario.cadence is Cadence.EVERY_BLOCK:
            pairs.extend(_pairs(scenario, arms=arms_of(scenario, paired=paired), rng=rng))
    rng.shuffle(pairs)
    return tuple(step for pair in pairs for step in pair)


def _pairs(scenario: Scenario, *, arms: tuple[Arm, ...], rng: Random) -> list[tuple[SliceStep, ...]]:
    pairs: list[tuple[SliceStep, ...]] = []
    for part in scenario.parts:
        turned = _balanced(part.slices, rng=rng)
        for number in range(part.slices):
            order = arms[::-1] if turned[number] else arms
            pairs.append(
                tuple(SliceStep(scenario=scenario.name, part=part, arm=arm, number=number) for arm in order)
            )
    return pairs


def _balanced(count: int, *, rng: Random) -> list[bool]:
    """`count` coin flips of which half are heads; the odd one is left to chance."""
    flips = [number % 2 == 1 for number in range(count - count % 2)]
    if count % 2:
        flips.append(rng.random() < 0.5)
    rng.shuffle(flips)
    return flips
