"""The lines that waive a missed criterion: what they say is what the gate reads, and they cover the miss."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.config import load_config
from perf.model.metric import METRICS, Direction, Metric, Unit
from perf.model.policy import Miss
from perf.model.quantity import EXAMPLES, quantity, written
from perf.model.verdict import Decision, Excuse, Finding, State
from perf.report.compose import compose
from perf.report.document import Step
from perf.report.format import quantities
from tests.factories import a_criterion, a_run, a_verdict

_SCALE = {Unit.NS: 1e6, Unit.BYTES: 1e6, Unit.PER_SECOND: 1e3, Unit.RATIO: 1.0, Unit.COUNT: 10.0}


def _missed(metric: Metric, *, far: float, decision: Decision = Decision.MISSED) -> Finding:
    """A criterion that is missed by the part `far` of its target."""
    lower = metric.direction is Direction.LOWER_IS_BETTER
    target = _SCALE[metric.unit]
    return a_criterion(
        metric=metric, decision=decision, target=target, value=target * (1 + far if lower else 1 - far)
    )


def _steps(*findings: Finding, state: State = State.FAILED) -> list[Step]:
    report = compose(a_run(), a_verdict(state=state, findings=findings))
    return [step for step in report.steps if step.paste]


@given(metric=st.sampled_from(METRICS), far=st.floats(0.001, 0.999))
def test_the_lines_waive_the_miss_and_not_one_twice_as_far(metric: Metric, far: float) -> None:
    """Pasted into the configuration they allow what was measured, with room for noise, and no more."""
    finding = _missed(metric, far=far)
    (step,) = _steps(finding)
    (waiver,) = load_config(step.paste, where="perfgate.toml").policy.waivers

    assert waiver.key == finding.key
    assert waiver.expires == "2027-02-21"
    assert isinstance(waiver.allows, Miss)
    assert finding.candidate is not None
    assert finding.limit is not None
    missed, allowed = (abs(value - finding.limit) for value in (finding.candidate, waiver.allows.worst))
    noise = metric.limit_ratio * abs(finding.candidate)
    assert missed < allowed <= max(1.5 * missed, missed + noise) + 0.012 * abs(waiver.allows.worst)


def test_all_missed_criteria_are_named_but_not_without_end() -> None:
    """Four at once; who misses more mends before waiving."""
    findings = [replace(_missed(metric, far=0.3)) for metric in METRICS[:6]]
    (step,) = _steps(*findings)

    assert len(load_config(step.paste, where="perfgate.toml").policy.waivers) == 4
    assert any("4 of 6 here" in span.text for span in step.text)


@pytest.mark.parametrize("excuse", [None, *Excuse], ids=str)
def test_what_is_undecided_for_ever_can_be_waived_too(excuse: Excuse | None) -> None:
    """The rig's limit stays; neighbours go away, and are no reason to loosen a gate."""
    undecided = replace(_missed(METRICS[0], far=0.5, decision=Decision.UNMEASURABLE), excuse=excuse)

    offered = _steps(undecided, state=State.INCONCLUSIVE)
    assert bool(offered) is (excuse is Excuse.RIG)


@pytest.mark.parametrize("decision", [each for each in Decision if each.value not in {"missed"}], ids=str)
def test_nothing_else_is_offered_a_waiver(decision: Decision) -> None:
    """What was met, not measured or never compared needs none."""
    assert not _steps(_missed(METRICS[0], far=0.5, decision=decision))


@given(metric=st.sampled_from(METRICS), value=st.floats(0.001, 1e9))
def test_a_quantity_is_read_as_reports_write_it(metric: Metric, value: float) -> None:
    """Up to the three digits that are shown."""
    (text,) = quantities([value], finding=a_criterion(metric=metric))
    read = quantity(text, metric.unit)

    assert read == pytest.approx(value, rel=0.006) or "<" in text or ">" in text


@given(metric=st.sampled_from(METRICS), value=st.floats(0.001, 1e9))
def test_a_target_is_read_as_errors_write_it(metric: Metric, value: float) -> None:
    """Up to six digits."""
    assert quantity(written(value, metric.unit), metric.unit) == pytest.approx(value, rel=1e-5)


@given(unit=st.sampled_from(Unit), text=st.text(max_size=12))
def test_a_quantity_is_finite_or_none(unit: Unit, text: str) -> None:
    """Whatever is written, nothing but a number of that unit is taken."""
    value = quantity(text, unit)

    assert value is None or abs(value) < float("inf")


@pytest.mark.parametrize("unit", Unit)
def test_each_unit_has_an_example_that_only_it_reads(unit: Unit) -> None:
    """The example in an error can be written as it stands, and a number of another unit cannot."""
    readers = {other for other in Unit if quantity(EXAMPLES[unit], other) is not None}

    assert readers == ({Unit.RATIO, Unit.COUNT} if unit is Unit.COUNT else {unit})
