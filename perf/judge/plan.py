"""In which order a block measures its slices, how long each may take, and how long all blocks."""

from collections.abc import Sequence
from random import Random
from statistics import median

from perf.model.load import Bursts, ClosedLoop, Steps, Workload
from perf.model.policy import Policy
from perf.model.run import Arm
from perf.model.scenario import Cadence, Part, Route, Scenario
from perf.model.slices import Manner, SliceStep
from perf.model.units import ms_to_ns, s_to_ns

_PATIENCE_NS = s_to_ns(60)
_PATIENCE_PER_REQUEST_NS = ms_to_ns(50)
"""Three times what the slowest gateway that we know takes for a request on a quiet machine."""
_MOST_PATIENCE_NS = s_to_ns(30 * 60)
_BUDGETS_TO_A_LOOK = 4
"""A planned look is waited for on a slow machine too, but not with a gateway that is hopelessly slow."""


def arms_of(scenario: Scenario, *, paired: bool) -> tuple[Arm, ...]:
    """The arms on which a scenario runs."""
    if scenario.route is Route.DIRECT:
        return (Arm.RIG,)
    return (Arm.BASELINE, Arm.CANDIDATE) if paired else (Arm.CANDIDATE,)


def in_order(arms: Sequence[Arm], first: Arm) -> tuple[Arm, ...]:
    """The arms with `first` in front."""
    return tuple(sorted(arms, key=lambda arm: (arm is not first, arm)))


def send_within_ns(part: Part) -> int:
    """After how long a slice of this part sends nothing more, however few requests it has sent by then.

    For a closed loop a minute and 50 ms for each request, at most half an hour in all; for an open loop a
    minute and 50 ms for each request of the warm-up, and then as long as it lasts by plan.
    """
    match part.workload:
        case ClosedLoop(requests=requests):
            return _patience_ns(part.warmup_requests + requests)
        case _:
            return _patience_ns(part.warmup_requests) + span_ns(part.workload)


def _patience_ns(requests: int) -> int:
    return min(_PATIENCE_NS + requests * _PATIENCE_PER_REQUEST_NS, _MOST_PATIENCE_NS)


def out_of_time(durations_ns: Sequence[int], *, policy: Policy) -> bool:
    """Whether the next look, at the pace of the blocks so far, would come too late.

    Too late is after the budget, or after four of them where no look is due now. This depends on the clock
    alone, never on what was measured, so that it costs no error probability.
    """
    number = len(durations_ns)
    left = next((look for look in policy.looks if look > number), number) - number
    allowed = 1 if number in policy.looks else _BUDGETS_TO_A_LOOK
    return sum(durations_ns) + left * median(durations_ns) > allowed * policy.budget_ns


def span_ns(workload: Workload) -> int:
    """How long a load lasts by plan; 0 for a closed loop, which has no plan."""
    match workload:
        case ClosedLoop():
            return 0
        case Steps(per_second=rates, step_ns=step_ns):
            return len(rates) * step_ns
        case Bursts(every_ns=every_ns, count=count):
            return count * every_ns
        case _:
            return workload.duration_ns


def plan_once(scenario: Scenario, *, paired: bool, first: Arm) -> tuple[SliceStep, ...]:
    """The slices of a scenario that runs once: both arms at once, or by turns, `first` first.

    Without a base build the candidate runs alone: what is measured once is judged by itself.
    """
    arms = in_order(arms_of(scenario, paired=paired), first)
    steps: list[SliceStep] = []
    for part in scenario.parts:
        manner = Manner.TOGETHER if len(arms) > 1 else Manner.ALONE
        at_once = SliceStep(scenario=scenario.name, part=part, manner=manner, arms=arms)
        by_turns = [
            SliceStep(scenario=scenario.name, part=part, manner=Manner.ALONE, arms=(arm,)) for arm in arms
        ]
        steps.extend([at_once] * part.together)
        steps.extend(by_turns * part.slices)
    return tuple(steps)


def plan_block(scenarios: Sequence[Scenario], *, paired: bool, rng: Random) -> tuple[SliceStep, ...]:
    """All slices of one block in random, balanced order.

    Turns come in pairs, one per arm, side by side; half of the pairs (rounded at random) start with the
    baseline, and so do half of the slices that have both arms. All are shuffled, so that no part has a
    place of its own. Without a base build the candidate runs beside its own twin where both arms are to
    run, so that the numbers stay comparable.
    """
    rounds: list[tuple[SliceStep, ...]] = []
    for scenario in scenarios:
        if scenario.cadence is Cadence.EVERY_BLOCK:
            for part in scenario.parts:
                rounds.extend(_apart(scenario, part, arms=arms_of(scenario, paired=paired), rng=rng))
                rounds.extend(_both(scenario, part, manner=Manner.TOGETHER, rng=rng))
    rng.shuffle(rounds)
    return tuple(step for steps in rounds for step in steps)


def _apart(
    scenario: Scenario, part: Part, *, arms: tuple[Arm, ...], rng: Random
) -> list[tuple[SliceStep, ...]]:
    """The slices in which the arms do not disturb each other."""
    if scenario.route is Route.THROUGH_SUT and _is_lone(part):
        return _both(scenario, part, manner=Manner.ALTERNATING, rng=rng)
    return [
        tuple(
            SliceStep(scenario=scenario.name, part=part, manner=Manner.ALONE, arms=(arm,))
            for arm in (arms[::-1] if turned else arms)
        )
        for turned in _balanced(part.slices, rng=rng)
    ]


def _both(scenario: Scenario, part: Part, *, manner: Manner, rng: Random) -> list[tuple[SliceStep, ...]]:
    count = part.together if manner is Manner.TOGETHER else part.slices
    both = (Arm.BASELINE, Arm.CANDIDATE)
    return [
        (SliceStep(scenario=scenario.name, part=part, manner=manner, arms=both[::-1] if turned else both),)
        for turned in _balanced(count, rng=rng)
    ]


def _is_lone(part: Part) -> bool:
    return isinstance(part.workload, ClosedLoop) and part.workload.connections == 1


def _balanced(count: int, *, rng: Random) -> list[bool]:
    """`count` coin flips of which half are heads; the odd one is left to chance."""
    flips = [number % 2 == 1 for number in range(count - count % 2)]
    if count % 2:
        flips.append(rng.random() < 0.5)
    rng.shuffle(flips)
    return flips
