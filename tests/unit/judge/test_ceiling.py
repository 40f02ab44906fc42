"""Throughput at the limit of the rig: a loss that shows is real, and nothing else is known."""

from dataclasses import replace

import pytest

from perf.judge.verdict import conclude
from perf.model import metric as m
from perf.model.run import Arm, Mode, Run
from perf.model.verdict import Decision, Finding, State
from tests.factories import a_baseline, a_block, a_header, a_part, a_record, a_run, an_entry
from tests.unit.judge.setting import PART, POLICY, SCENARIO, a_scenario, a_scenario_part, noisy_pairs

_GATE = replace(a_scenario_part(), gates=(m.QPS,), saturating=True)
_SCENARIOS = (a_scenario(parts=(_GATE,)),)
_FULL, _ROOM = 0.95, 0.6


def _run(*, change: float, rig_load: float, paired: bool = True) -> Run:
    blocks = tuple(
        a_block(
            number=number,
            parts=tuple(
                a_part(
                    arm=arm, values={m.QPS.name: qps, m.RIG_LOAD.name: rig_load, m.SUCCESS_RATIO.name: 1.0}
                )
                for arm, qps in ((Arm.BASELINE, baseline), (Arm.CANDIDATE, candidate))
                if paired or arm is Arm.CANDIDATE
            ),
        )
        for number, (baseline, candidate) in enumerate(noisy_pairs(16, change=change), start=1)
    )
    mode = Mode.PAIRED if paired else Mode.BASELINE_ONLY
    return a_run(header=a_header(scenarios=(SCENARIO,), mode=mode), blocks=blocks)


def _gate(run: Run) -> tuple[State, Finding]:
    entry = an_entry(scenario=SCENARIO, part=PART, metric=m.QPS, values=(500_000.0,) * 5)
    baseline = replace(a_baseline(), machines=(a_record(entries=(entry,)),))
    verdict = conclude(run, scenarios=_SCENARIOS, baseline=baseline, policy=POLICY)
    return verdict.state, next(each for each in verdict.findings if each.key.metric == m.QPS.name)


@pytest.mark.parametrize("change", [0.0, 0.4], ids=["alike", "better"])
def test_a_rig_at_its_limit_proves_nothing(change: float) -> None:
    """What no more than the rig allows cannot be called unchanged: the run is inconclusive, and says why."""
    state, gate = _gate(_run(change=change, rig_load=_FULL))

    assert gate.decision is Decision.UNMEASURABLE
    assert "95% of their own core(s)" in gate.text
    assert state is State.INCONCLUSIVE


def test_a_loss_shows_through_it() -> None:
    """Both builds have the same rig, so the one that is slower there is slower."""
    state, gate = _gate(_run(change=-0.3, rig_load=_FULL))

    assert gate.decision is Decision.REGRESSED
    assert state is State.FAILED


def test_a_rig_with_room_is_believed() -> None:
    """Below its limit the throughput is the gateway's."""
    state, gate = _gate(_run(change=0.0, rig_load=_ROOM))

    assert gate.decision is Decision.EQUIVALENT
    assert state is State.PASSED


def test_stored_values_had_another_rig() -> None:
    """Against a committed baseline a loss at the limit may be the rig's own."""
    _, gate = _gate(_run(change=-0.5, rig_load=_FULL, paired=False))

    assert gate.decision is Decision.UNMEASURABLE
