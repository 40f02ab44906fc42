"""The order of the slices of a block."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from perf.judge.plan import plan_block
from perf.model.run import Arm
from perf.model.scenario import Cadence, Route
from perf.scenarios import SCENARIOS
from tests.unit.judge.setting import a_scenario, a_scenario_part

_SEEDS = st.integers(0, 2**32)


@given(seed=_SEEDS)
def test_every_part_is_measured_equally_often_on_both_arms(seed: int) -> None:
    """Each part has its number of slices on each arm, whatever the seed."""
    steps = plan_block(SCENARIOS, paired=True, rng=Random(seed))
    counts = Counter((step.scenario, step.part.name, step.arm) for step in steps)

    for scenario in SCENARIOS:
        for part in scenario.parts:
            arms = (Arm.RIG,) if scenario.route is Route.DIRECT else (Arm.BASELINE, Arm.CANDIDATE)
            expected = part.slices if scenario.cadence is Cadence.EVERY_BLOCK else 0
            assert all(counts[scenario.name, part.name, arm] == expected for arm in arms)


@given(seed=_SEEDS, slices=st.integers(1, 8))
def test_who_goes_first_is_balanced(seed: int, slices: int) -> None:
    """Half of a part's pairs start with the baseline, give or take the odd one."""
    scenario = a_scenario(parts=(a_scenario_part(slices=slices),))
    steps = plan_block([scenario], paired=True, rng=Random(seed))
    first = Counter(step.arm for step in steps[::2])

    assert abs(first[Arm.BASELINE] - first[Arm.CANDIDATE]) <= slices % 2


@given(seed=_SEEDS)
def test_arms_of_a_pair_are_neighbours(seed: int) -> None:
    """The two arms of a slice are measured one right after the other."""
    steps = [step for step in plan_block(SCENARIOS, paired=True, rng=Random(seed)) if step.arm is not Arm.RIG]

    for one, other in zip(steps[::2], steps[1::2], strict=True):
        assert (one.scenario, one.part.name, one.number) == (other.scenario, other.part.name, other.number)
        assert one.arm is not other.arm


@given(seed=_SEEDS)
def test_the_seed_decides_the_order(seed: int) -> None:
    """The same seed gives the same block."""
    orders = [plan_block(SCENARIOS, paired=True, rng=Random(seed)) for _ in range(2)]

    assert orders[0] == orders[1]


def test_without_a_base_only_the_candidate_is_measured() -> None:
    """An unpaired block has no baseline arm."""
    steps = plan_block(SCENARIOS, paired=False, rng=Random(1))

    assert {step.arm for step in steps} == {Arm.CANDIDATE, Arm.RIG}
