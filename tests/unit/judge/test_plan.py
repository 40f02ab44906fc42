"""The order of the slices of a block."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.judge.plan import out_of_time, plan_block, plan_once, send_within_ns
from perf.model.load import ClosedLoop
from perf.model.run import Arm
from perf.model.scenario import Cadence, Route
from perf.model.slices import Manner, SliceStep
from perf.model.units import s_to_ns
from perf.scenarios import SCENARIOS
from tests.unit.judge.setting import POLICY, a_scenario, a_scenario_part

_SEEDS = st.integers(0, 2**32)
_ARMS = (Arm.BASELINE, Arm.CANDIDATE)


def _plan(seed: int, *, paired: bool = True) -> tuple[SliceStep, ...]:
    return plan_block(SCENARIOS, paired=paired, rng=Random(seed))


@given(seed=_SEEDS)
def test_every_part_is_measured_equally_often_on_both_arms(seed: int) -> None:
    """Each part has its slices apart and its slices together on each arm, whatever the seed."""
    apart: Counter[tuple[str, str, Arm]] = Counter()
    together: Counter[tuple[str, str, Arm]] = Counter()
    for step in _plan(seed):
        counts = together if step.manner is Manner.TOGETHER else apart
        counts.update((step.scenario, step.part.name, arm) for arm in step.arms)

    for scenario in SCENARIOS:
        every = scenario.cadence is Cadence.EVERY_BLOCK
        for part in scenario.parts:
            arms = (Arm.RIG,) if scenario.route is Route.DIRECT else (Arm.BASELINE, Arm.CANDIDATE)
            for arm in arms:
                assert apart[scenario.name, part.name, arm] == (part.slices if every else 0)
                assert together[scenario.name, part.name, arm] == (part.together if every else 0)


@given(
    seed=_SEEDS,
    slices=st.integers(0, 8),
    together=st.integers(0, 8),
    connections=st.sampled_from([1, 10]),
)
def test_who_goes_first_is_balanced(seed: int, slices: int, together: int, connections: int) -> None:
    """Half of a part's slices of each manner start with the baseline, give or take the odd one."""
    part = replace(
        a_scenario_part(slices=slices, together=together),
        workload=ClosedLoop(connections=connections, requests=10),
    )
    steps = plan_block([a_scenario(parts=(part,))], paired=True, rng=Random(seed))
    alone = [step for step in steps if step.manner is Manner.ALONE][::2]
    for manner, count in ((Manner.TOGETHER, together), (Manner.ALTERNATING, slices), (Manner.ALONE, slices)):
        chosen = alone if manner is Manner.ALONE else [step for step in steps if step.manner is manner]
        first = Counter(step.arms[0] for step in chosen)

        assert abs(first[Arm.BASELINE] - first[Arm.CANDIDATE]) <= count % 2


@given(seed=_SEEDS)
def test_turns_of_a_pair_are_neighbours(seed: int) -> None:
    """The two arms of a turn are measured one right after the other."""
    steps = [step for step in _plan(seed) if step.manner is Manner.ALONE and step.arms != (Arm.RIG,)]

    for one, other in zip(steps[::2], steps[1::2], strict=True):
        assert (one.scenario, one.part.name) == (other.scenario, other.part.name)
        assert one.arms != other.arms


def test_lone_connections_alternate() -> None:
    """A part of one connection through the gateway never has the machine for one arm alone."""
    lone = {step.manner for step in _plan(1) if step.part.name == "sequential"}

    assert lone == {Manner.ALTERNATING}


@given(seed=_SEEDS)
def test_the_seed_decides_the_order(seed: int) -> None:
    """The same seed gives the same block."""
    assert _plan(seed) == _plan(seed)


def test_without_a_base_the_candidate_runs_beside_its_twin() -> None:
    """An unpaired block has no turn of a baseline, but runs two processes at once where a paired one does."""
    steps = _plan(1, paired=False)

    assert {step.arms for step in steps if step.manner is Manner.ALONE} == {(Arm.CANDIDATE,), (Arm.RIG,)}
    assert {step.manner for step in steps if len(step.arms) > 1} == {Manner.ALTERNATING, Manner.TOGETHER}


@given(
    slices=st.integers(0, 4),
    together=st.integers(0, 2),
    paired=st.booleans(),
    first=st.sampled_from(list(_ARMS)),
)
def test_what_runs_once_has_its_slices_by_turns_and_at_once(
    slices: int, together: int, *, paired: bool, first: Arm
) -> None:
    """Each arm has every slice; arms that share one run at once, and the chosen one starts."""
    part = a_scenario_part(slices=slices, together=together)
    steps = plan_once(a_scenario(parts=(part,)), paired=paired, first=first)
    seen = Counter(arm for step in steps for arm in step.arms)

    assert set(seen.values()) <= {slices + together}
    assert set(seen) == (set() if not steps else set(_ARMS) if paired else {Arm.CANDIDATE})
    assert all(step.arms[0] is first for step in steps[:1]) or not paired
    assert sum(step.manner is Manner.TOGETHER for step in steps) == (together if paired else 0)


def test_a_slice_has_the_time_that_its_load_takes_and_a_minute() -> None:
    """A gateway that does 20 requests a second comes to its end, but for the largest loads."""
    limits_s = {
        f"{scenario.number} {part.name}": send_within_ns(part) // s_to_ns(1)
        for scenario in SCENARIOS
        for part in scenario.parts
    }

    assert limits_s["5 chat"] == 60 + (30 + 10) // 20
    assert limits_s["8L mix"] > 60 + 30 * 60
    assert limits_s["2 thousand"] == 30 * 60
    assert limits_s["7 death"] >= 60 + 5


@pytest.mark.parametrize(
    ("block_s", "blocks", "over"),
    [
        pytest.param(20, 6, False, id="usual"),
        pytest.param(40, 6, True, id="slow-at-a-look"),
        pytest.param(100, 3, False, id="slow-before-the-first-look"),
        pytest.param(300, 1, True, id="hopeless"),
    ],
)
def test_a_run_waits_for_its_first_look_but_not_for_ever(block_s: int, blocks: int, *, over: bool) -> None:
    """The budget is looked at when a verdict was tried; four budgets end a run that has none yet."""
    policy = replace(POLICY, looks=(6, 10), budget_ns=s_to_ns(270))

    assert out_of_time([s_to_ns(block_s)] * blocks, policy=policy) is over
