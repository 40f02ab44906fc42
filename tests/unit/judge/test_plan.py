"""The order of the slices of a block."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from perf.judge.plan import plan_block
from perf.model.run import Arm
from perf.model.scenario import Cadence, Route
from perf.model.slices import SliceStep
from perf.scenarios import SCENARIOS
from tests.unit.judge.setting import a_scenario, a_scenario_part

_SEEDS = st.integers(0, 2**32)


def _plan(seed: int, *, paired: bool = True) -> tuple[SliceStep, ...]:
    return plan_block(SCENARIOS, paired=paired, rng=Random(seed))


@given(seed=_SEEDS)
def test_every_part_is_measured_equally_often_on_both_arms(seed: int) -> None:
    """Each part has its turns on each arm and its slices of both at once, whatever the seed."""
    counts = Counter((step.scenario, step.part.name, step.arms) for step in _plan(seed))
    both = Counter((step.scenario, step.part.name) for step in _plan(seed) if step.together)

    for scenario in SCENARIOS:
        every = scenario.cadence is Cadence.EVERY_BLOCK
        for part in scenario.parts:
            arms = (Arm.RIG,) if scenario.route is Route.DIRECT else (Arm.BASELINE, Arm.CANDIDATE)
            turns = [counts[scenario.name, part.name, (arm,)] for arm in arms]
            assert turns == [part.slices if every else 0] * len(arms)
            assert both[scenario.name, part.name] == (part.together if every else 0)


@given(seed=_SEEDS, slices=st.integers(1, 8), together=st.integers(0, 8))
def test_who_goes_first_is_balanced(seed: int, slices: int, together: int) -> None:
    """Half of a part's turns start with the baseline, give or take the odd one; so where both run at once."""
    scenario = a_scenario(parts=(a_scenario_part(slices=slices, together=together),))
    steps = plan_block([scenario], paired=True, rng=Random(seed))
    first = Counter(step.arms[0] for step in steps if step.together)
    turns = Counter(step.arms[0] for step in [step for step in steps if not step.together][::2])

    assert abs(first[Arm.BASELINE] - first[Arm.CANDIDATE]) <= together % 2
    assert abs(turns[Arm.BASELINE] - turns[Arm.CANDIDATE]) <= slices % 2


@given(seed=_SEEDS)
def test_turns_of_a_pair_are_neighbours(seed: int) -> None:
    """The two arms of a turn are measured one right after the other."""
    steps = [step for step in _plan(seed) if not step.together and step.arms != (Arm.RIG,)]

    for one, other in zip(steps[::2], steps[1::2], strict=True):
        assert (one.scenario, one.part.name) == (other.scenario, other.part.name)
        assert one.arms != other.arms


@given(seed=_SEEDS)
def test_the_seed_decides_the_order(seed: int) -> None:
    """The same seed gives the same block."""
    assert _plan(seed) == _plan(seed)


def test_without_a_base_the_candidate_runs_beside_its_twin() -> None:
    """An unpaired block has no turn of a baseline, but runs two processes at once where a paired one does."""
    steps = _plan(1, paired=False)

    assert {step.arms for step in steps if not step.together} == {(Arm.CANDIDATE,), (Arm.RIG,)}
    assert any(step.together for step in steps)
