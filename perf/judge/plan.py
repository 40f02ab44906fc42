"""In which order a block measures its slices."""

from collections.abc import Sequence
from random import Random

from perf.model.run import Arm
from perf.model.scenario import Cadence, Part, Route, Scenario
from perf.model.slices import SliceStep


def arms_of(scenario: Scenario, *, paired: bool) -> tuple[Arm, ...]:
    """The arms on which a scenario runs."""
    if scenario.route is Route.DIRECT:
        return (Arm.RIG,)
    return (Arm.BASELINE, Arm.CANDIDATE) if paired else (Arm.CANDIDATE,)


def plan_block(scenarios: Sequence[Scenario], *, paired: bool, rng: Random) -> tuple[SliceStep, ...]:
    """All slices of one block in random, balanced order.

    The turns of a part come in pairs, one per arm, side by side; half of the pairs (rounded at random)
    start with the baseline, and so do half of the slices in which both run at once. All are shuffled,
    so that no part has a place of its own. Without a base build the candidate runs beside its own twin
    where both arms are to run at once, so that the numbers stay comparable.
    """
    rounds: list[tuple[SliceStep, ...]] = []
    for scenario in scenarios:
        if scenario.cadence is Cadence.EVERY_BLOCK:
            for part in scenario.parts:
                arms = arms_of(scenario, paired=paired)
                rounds.extend(_turns(scenario, part, arms=arms, rng=rng))
                rounds.extend(_together(scenario, part, rng=rng))
    rng.shuffle(rounds)
    return tuple(step for steps in rounds for step in steps)


def _turns(
    scenario: Scenario, part: Part, *, arms: tuple[Arm, ...], rng: Random
) -> list[tuple[SliceStep, ...]]:
    return [
        tuple(
            SliceStep(scenario=scenario.name, part=part, arms=(arm,))
            for arm in (arms[::-1] if turned else arms)
        )
        for turned in _balanced(part.slices, rng=rng)
    ]


def _together(scenario: Scenario, part: Part, *, rng: Random) -> list[tuple[SliceStep, ...]]:
    both = (Arm.BASELINE, Arm.CANDIDATE)
    return [
        (SliceStep(scenario=scenario.name, part=part, arms=both[::-1] if turned else both),)
        for turned in _balanced(part.together, rng=rng)
    ]


def _balanced(count: int, *, rng: Random) -> list[bool]:
    """`count` coin flips of which half are heads; the odd one is left to chance."""
    flips = [number % 2 == 1 for number in range(count - count % 2)]
    if count % 2:
        flips.append(rng.random() < 0.5)
    rng.shuffle(flips)
    return flips
