"""Waivers: what they forgive, what they do not, and what is said of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.judge.verdict import conclude
from perf.model import metric as m
from perf.model.metric import Key
from perf.model.policy import Loss, Miss, Waiver
from perf.model.run import Mode, Run
from perf.model.scenario import Bound, Criterion
from perf.model.verdict import Basis, CautionKind, Decision, Finding, State, Verdict
from tests.factories import a_block, a_header, a_part, a_run
from tests.unit.judge.setting import (
    KEY,
    PART,
    POLICY,
    SCENARIO,
    a_scenario,
    noisy_pairs,
    paired_run,
    success_criterion,
)

_REASON = "TLS to the providers, accepted in #41"
_SLOWER = paired_run(noisy_pairs(16, change=0.10))


def a_waiver(*, key: Key = KEY, ceiling: float = 0.15, expires: str = "2026-12-31") -> Waiver:
    """Lets E2E p50 lose 15 % until the end of the year."""
    return Waiver(key=key, allows=Loss(ceiling_ratio=ceiling), expires=expires, reason=_REASON)


def _conclude(waiver: Waiver, *, run: Run = _SLOWER) -> Verdict:
    policy = replace(POLICY, waivers=(waiver,))
    return conclude(run, scenarios=(a_scenario(),), baseline=None, policy=policy)


def _gate(verdict: Verdict) -> Finding:
    return next(finding for finding in verdict.findings if finding.key == KEY)


def _said(verdict: Verdict) -> str:
    return " ".join(caution.text for caution in verdict.cautions if caution.kind is CautionKind.WAIVER)


def test_a_loss_below_the_ceiling_is_listed_but_does_not_fail() -> None:
    """+10 % under a ceiling of 15 % passes as waived, with the reason and the last day."""
    verdict = _conclude(a_waiver())

    assert verdict.state is State.PASSED
    assert _gate(verdict).decision is Decision.WAIVED
    assert _REASON in _gate(verdict).text
    assert "2026-12-31" in _gate(verdict).text


def test_a_loss_above_the_ceiling_fails() -> None:
    """+10 % under a ceiling of 7 % is red, and the reader is told that the waiver was exceeded."""
    verdict = _conclude(a_waiver(ceiling=0.07))

    assert verdict.state is State.FAILED
    assert "exceeded" in _said(verdict)


def test_a_loss_that_may_be_above_the_ceiling_is_undecided() -> None:
    """An interval across the ceiling proves neither that it holds nor that it is broken."""
    verdict = _conclude(a_waiver(ceiling=0.11))

    assert verdict.state is State.INCONCLUSIVE
    assert "not proven" in _gate(verdict).text


@pytest.mark.parametrize(
    ("expires", "state"),
    [
        pytest.param("2026-11-22", State.FAILED, id="the day before the run"),
        pytest.param("2026-11-23", State.PASSED, id="the day of the run"),
    ],
)
def test_a_waiver_ends_with_its_day(expires: str, state: State) -> None:
    """The date that counts is that of the run, so that a replay years later says the same."""
    verdict = _conclude(a_waiver(expires=expires))

    assert verdict.state is state
    assert ("expired" in _said(verdict)) is (state is State.FAILED)


def test_a_waiver_that_nothing_needs_is_told() -> None:
    """An unused waiver would forgive the next loss unseen."""
    verdict = _conclude(a_waiver(), run=paired_run(noisy_pairs(16, change=0.0)))

    assert verdict.state is State.PASSED
    assert "unused" in _said(verdict)


def test_a_waiver_for_a_number_that_does_not_exist_is_told() -> None:
    """A misspelt waiver forgives nothing, and says so."""
    verdict = _conclude(a_waiver(key=KEY._replace(part="mian")))

    assert verdict.state is State.FAILED
    assert "unused" in _said(verdict)


def test_a_waiver_for_a_scenario_that_was_not_run_is_not_told() -> None:
    """A shorter run cannot know whether it is needed."""
    verdict = _conclude(a_waiver(key=Key("sticky-sessions", "main", m.QPS.name)))

    assert not _said(verdict)


def test_a_waiver_of_a_loss_forgives_no_missed_criterion() -> None:
    """A ratio of loss says nothing of an absolute demand, and the reader is told what does."""
    waiver = a_waiver(key=KEY._replace(metric=m.SUCCESS_RATIO.name))
    verdict = _demanded(waiver, success=0.90)

    assert verdict.state is State.FAILED
    assert "a criterion takes `worst`" in _said(verdict)


def a_miss_waiver(*, worst: float = 0.85, expires: str = "2026-12-31") -> Waiver:
    """Lets the success be as low as 85 %."""
    key = KEY._replace(metric=m.SUCCESS_RATIO.name)
    return Waiver(key=key, allows=Miss(worst=worst), expires=expires, reason=_REASON)


def _demanded(*waivers: Waiver, success: float, blocks: int = 16) -> Verdict:
    """At least 99 % of the requests must succeed, and so many do."""
    return conclude(
        paired_run(noisy_pairs(blocks, change=0.0), success=success),
        scenarios=(a_scenario(criteria=(success_criterion(),)),),
        baseline=None,
        policy=replace(POLICY, waivers=waivers),
    )


def _criterion(verdict: Verdict) -> Finding:
    return next(finding for finding in verdict.findings if finding.basis is Basis.CRITERION)


@given(success=st.floats(0.5, 1.0), worst=st.floats(0.5, 0.98))
def test_a_missed_criterion_is_waived_as_far_as_its_worst(success: float, worst: float) -> None:
    """Met is met, a miss is waived up to the worst value that is allowed, and a worse one is red."""
    verdict = _demanded(a_miss_waiver(worst=worst), success=success, blocks=6)
    value = _criterion(verdict).candidate
    assert value is not None
    expected = Decision.MET if value >= 0.99 else Decision.WAIVED if value >= worst else Decision.MISSED

    assert _criterion(verdict).decision is expected
    assert (verdict.state is State.FAILED) is (expected is Decision.MISSED)
    assert ("exceeded" in _said(verdict)) is (expected is Decision.MISSED)
    assert ("unused" in _said(verdict)) is (expected is Decision.MET)
    assert (_REASON in _criterion(verdict).text) is (expected is Decision.WAIVED)


def test_without_its_waiver_a_missed_criterion_is_red() -> None:
    """Whether or not the base missed it as well."""
    assert _demanded(success=0.90).state is State.FAILED


def test_an_expired_waiver_forgives_no_miss() -> None:
    """The day after the last one it is red again, and the reader is told why."""
    verdict = _demanded(a_miss_waiver(expires="2026-11-22"), success=0.90)

    assert verdict.state is State.FAILED
    assert "expired on 2026-11-22, and it is judged as usual" in _said(verdict)


def test_what_was_not_measured_is_not_waived() -> None:
    """A waiver knows how far a criterion may be missed; without a number it forgives nothing."""
    waiver = replace(a_miss_waiver(), key=KEY._replace(metric=m.STICKY_RATIO.name))
    criterion = Criterion(part=PART, metric=m.STICKY_RATIO, bound=Bound.AT_LEAST, target=0.99)
    verdict = conclude(
        paired_run(noisy_pairs(16, change=0.0)),
        scenarios=(a_scenario(criteria=(criterion,)),),
        baseline=None,
        policy=replace(POLICY, waivers=(waiver,)),
    )

    assert _criterion(verdict).decision is Decision.INVALID
    assert verdict.state is State.NO_RESULT


def test_a_time_that_both_builds_take_too_long_can_be_waived() -> None:
    """What both builds miss alike is red, and a maintainer may live with it for a while."""
    criterion = Criterion(part=PART, metric=m.E2E_P50, bound=Bound.AT_MOST, target=100_000)
    waiver = Waiver(key=KEY, allows=Miss(worst=600_000), expires="2026-12-31", reason=_REASON)
    states = [
        conclude(
            paired_run(noisy_pairs(16, change=0.0)),
            scenarios=(a_scenario(criteria=(criterion,)),),
            baseline=None,
            policy=replace(POLICY, waivers=waivers),
        ).state
        for waivers in ((), (waiver,))
    ]

    assert states == [State.FAILED, State.PASSED]


def test_a_compared_number_and_a_criterion_of_one_name_have_their_own_waivers() -> None:
    """A waived miss leaves the loss of the same number red."""
    criterion = Criterion(part=PART, metric=m.E2E_P50, bound=Bound.AT_MOST, target=100_000)
    waiver = Waiver(key=KEY, allows=Miss(worst=600_000), expires="2026-12-31", reason=_REASON)
    verdict = conclude(
        _SLOWER,
        scenarios=(a_scenario(criteria=(criterion,)),),
        baseline=None,
        policy=replace(POLICY, waivers=(waiver,)),
    )

    assert _criterion(verdict).decision is Decision.WAIVED
    assert _gate(verdict).decision is Decision.REGRESSED


@pytest.mark.parametrize(
    ("worst", "beside_other", "decision"),
    [
        pytest.param(6.0, 0.0, Decision.WAIVED, id="believed"),
        pytest.param(6.0, 0.5, Decision.UNMEASURABLE, id="may-be-worse"),
        pytest.param(12.0, 0.5, Decision.WAIVED, id="no-worse-in-any-case"),
        pytest.param(4.0, 0.5, Decision.MISSED, id="worse-even-so"),
    ],
)
@pytest.mark.parametrize("target", [1.0, 5.0], ids=["missed", "looks-met"])
def test_neighbours_of_the_part_that_is_taken_off_waive_nothing(
    target: float, worst: float, beside_other: float, decision: Decision
) -> None:
    """12 over 7 is 5, but 12 in truth if others held up the 7: then only a waiver of 12 waives it."""
    criterion = Criterion(part=PART, metric=m.E2E_P50, bound=Bound.AT_MOST, target=target, minus_part="other")
    waiver = Waiver(key=KEY, allows=Miss(worst=worst), expires="2026-12-31", reason=_REASON)
    parts = (
        a_part(values={m.E2E_P50.name: 12.0}),
        a_part(part="other", values={m.E2E_P50.name: 7.0, m.NEIGHBOUR_LOAD.name: beside_other}),
    )
    verdict = conclude(
        a_run(
            header=a_header(scenarios=(SCENARIO,), mode=Mode.CRITERIA_ONLY), blocks=(a_block(parts=parts),)
        ),
        scenarios=(a_scenario(criteria=(criterion,)),),
        baseline=None,
        policy=replace(POLICY, waivers=(waiver,)),
    )
    looks_met = {Decision.MISSED: Decision.UNMEASURABLE, Decision.WAIVED: Decision.MET}
    met = target == 5.0 and (beside_other == 0.0 or worst == 4.0)

    assert _criterion(verdict).decision is (looks_met[decision] if met else decision)
