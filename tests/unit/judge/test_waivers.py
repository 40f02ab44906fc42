"""Waivers: what they forgive, what they do not, and what is said of them."""

from dataclasses import replace

import pytest

from perf.judge.verdict import conclude
from perf.model import metric as m
from perf.model.metric import Key
from perf.model.policy import Waiver
from perf.model.run import Run
from perf.model.verdict import CautionKind, Decision, Finding, State, Verdict
from tests.unit.judge.setting import KEY, POLICY, a_scenario, noisy_pairs, paired_run, success_criterion

_REASON = "TLS to the providers, accepted in #41"
_SLOWER = paired_run(noisy_pairs(16, change=0.10))


def a_waiver(*, key: Key = KEY, ceiling: float = 0.15, expires: str = "2026-12-31") -> Waiver:
    """Lets E2E p50 lose 15 % until the end of the year."""
    return Waiver(key=key, ceiling_ratio=ceiling, expires=expires, reason=_REASON)


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


def test_a_waiver_forgives_no_missed_criterion() -> None:
    """It is for a change, not for an absolute demand."""
    waiver = a_waiver(key=KEY._replace(metric=m.SUCCESS_RATIO.name))
    verdict = conclude(
        paired_run(noisy_pairs(16, change=0.0), success=0.90),
        scenarios=(a_scenario(criteria=(success_criterion(),)),),
        baseline=None,
        policy=replace(POLICY, waivers=(waiver,)),
    )

    assert verdict.state is State.FAILED
