"""The controls: a run that could not have gone red, or goes red without a change, is no result."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest

from perf.judge.compare import series_of
from perf.judge.controls import CONTROLS, PLANTED, UNCHANGED, judge_controls, planted_delay_ns
from perf.judge.verdict import conclude
from perf.model.metric import E2E_P50, PLANTED_DELAY
from perf.model.run import Arm, Block, PartRecord, Run
from perf.model.verdict import Basis, Decision, Finding, State
from tests.factories import a_part
from tests.unit.judge.setting import POLICY, a_scenario, noisy_pairs, paired_run

_DELAY_NS = 120_000.0


def _record(part: str, arm: Arm, value_ns: float, **more: float) -> PartRecord:
    values = {E2E_P50.name: value_ns, **{name.replace("_", "-"): value for name, value in more.items()}}
    return a_part(scenario=CONTROLS, part=part, arm=arm, values=values)


def _controls(rng: Random, *, unchanged: float, seen_ns: float) -> tuple[PartRecord, ...]:
    """The records of one block: what the twins differ by, and how much of the delay is seen."""
    base = 500_000 * (1 + rng.gauss(0, 0.01))
    return (
        _record(UNCHANGED, Arm.BASELINE, base),
        _record(UNCHANGED, Arm.CANDIDATE, base * (1 + unchanged + rng.gauss(0, 0.01))),
        _record(PLANTED, Arm.BASELINE, base),
        _record(PLANTED, Arm.CANDIDATE, base + seen_ns + rng.gauss(0, 5_000), planted_delay=_DELAY_NS),
    )


def _run(
    *,
    unchanged: float = 0.0,
    seen_ns: float = _DELAY_NS,
    change: float = 0.0,
    blocks: int = 6,
    controlled: int = 6,
) -> Run:
    rng = Random(3)
    run = paired_run(noisy_pairs(blocks, change=change, sd=0.01))
    with_controls = [
        replace(block, parts=(*block.parts, *_controls(rng, unchanged=unchanged, seen_ns=seen_ns)))
        if block.number <= controlled
        else block
        for block in run.blocks
    ]
    header = replace(run.header, scenarios=(*run.header.scenarios, CONTROLS))
    return Run(header=header, blocks=tuple(with_controls))


def _found(blocks: Sequence[Block]) -> tuple[Finding, ...]:
    return judge_controls(series_of(blocks), expected=(CONTROLS,), blocks=len(blocks), policy=POLICY)


def _state(run: Run) -> State:
    return conclude(run, scenarios=(a_scenario(),), baseline=None, policy=POLICY).state


def test_good_controls_let_the_run_pass() -> None:
    """Twins alike and the delay seen: both are met, and the state is that of the suite."""
    run = _run()

    assert [finding.decision for finding in _found(run.blocks)] == [Decision.MET, Decision.MET]
    assert _state(run) is State.PASSED


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(_run(seen_ns=0.0), id="blind"),
        pytest.param(_run(seen_ns=-_DELAY_NS), id="wrong sign"),
        pytest.param(_run(seen_ns=0.3 * _DELAY_NS), id="too little seen"),
        pytest.param(_run(seen_ns=4 * _DELAY_NS), id="too much seen"),
        pytest.param(_run(unchanged=0.08), id="one twin is slower"),
        pytest.param(_run(unchanged=-0.08), id="one twin is faster"),
        pytest.param(_run(controlled=0), id="not measured"),
        pytest.param(_run(controlled=3), id="too few"),
    ],
)
def test_a_failed_control_is_no_result(run: Run) -> None:
    """Whatever the suite says, and no block more is measured."""
    verdict = conclude(run, scenarios=(a_scenario(),), baseline=None, policy=POLICY)

    assert verdict.state is State.NO_RESULT
    assert verdict.settled
    assert any(each.basis is Basis.CONTROL and each.decision is Decision.INVALID for each in verdict.findings)


def test_a_regression_on_an_unfit_rig_is_no_result() -> None:
    """A rig that favours one side is not believed when it says red either."""
    assert _state(_run(change=0.2)) is State.FAILED
    assert _state(_run(change=0.2, unchanged=0.08)) is State.NO_RESULT


def test_one_bad_block_of_six_is_borne() -> None:
    """As many valid blocks as any number needs are enough."""
    assert _state(_run(controlled=5)) is State.PASSED


def test_before_the_first_look_nothing_is_known() -> None:
    """An interrupted run is neither good nor bad."""
    found = _found(_run(blocks=3).blocks)

    assert {finding.decision for finding in found} == {Decision.INCONCLUSIVE}


def test_one_block_leaves_the_interval_open() -> None:
    """A single value has no spread: the ends are unknown, not infinite, so that the verdict can be stored."""
    policy = replace(POLICY, looks=(1,))
    found = judge_controls(series_of(_run(blocks=1).blocks), expected=(CONTROLS,), blocks=1, policy=policy)

    assert {(finding.lower, finding.upper) for finding in found} == {(None, None)}


def test_the_text_says_what_was_planted_and_what_was_measured() -> None:
    """120 µs on half a millisecond are 24 %."""
    _, planted = _found(_run().blocks)

    assert "planted +24." in planted.text or "planted +23." in planted.text
    assert planted.change == pytest.approx(0.24, abs=0.02)


def test_a_run_without_controls_is_judged_without_them() -> None:
    """A run of chosen scenarios, or one that was stored before there were controls."""
    run = paired_run(noisy_pairs(6, change=0.0, sd=0.01))

    assert judge_controls(series_of(run.blocks), expected=(), blocks=6, policy=POLICY) == ()
    assert _state(run) is State.PASSED


def test_controls_never_count_as_a_comparison() -> None:
    """Good controls and nothing else are no pass."""
    run = _run()
    alone = [
        replace(block, parts=tuple(part for part in block.parts if part.scenario == CONTROLS))
        for block in run.blocks
    ]

    assert _state(replace(run, blocks=tuple(alone))) is State.NO_RESULT


def test_the_delay_follows_the_request() -> None:
    """A quarter of what a request takes: beyond the limit on every gateway, however fast or slow."""
    assert planted_delay_ns(500_000) == 125_000
    assert planted_delay_ns(0) == 1
    assert PLANTED_DELAY.unit is E2E_P50.unit
