"""Where a part does not tell whether a criterion holds, whatever was measured."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.judge.moot import OF_PROCESSES
from perf.model import metric as m
from perf.model.metric import METRICS, Metric
from perf.model.scenario import Bound, Criterion
from perf.model.verdict import Decision
from tests.unit.judge.setting import PART, a_scenario_part, criterion_finding, success_criterion

_QUICK = Criterion(part=PART, metric=m.E2E_MAX, bound=Bound.AT_MOST, target=10.0)
_HARD = replace(a_scenario_part(), saturating=True)


@pytest.mark.parametrize(
    "metric", [each for each in METRICS if each in OF_PROCESSES], ids=lambda each: each.name
)
def test_processes_of_a_gateway_that_was_up_before_are_unknown(metric: Metric) -> None:
    """Not measurable is said with the reason; where the process is known, a missing number is invalid."""
    criterion = Criterion(part=PART, metric=metric, bound=Bound.AT_MOST, target=1)
    foreign = criterion_finding(criterion, part=a_scenario_part(), values={m.SUCCESS_RATIO: 1.0})
    ours = criterion_finding(criterion, part=a_scenario_part(), values={m.SUCCESS_RATIO: 1.0, m.RSS: 1.0})

    assert foreign.decision is Decision.UNMEASURABLE
    assert "was up before" in foreign.text
    assert ours.decision is Decision.INVALID


@given(ratio=st.floats(0, 10))
def test_a_log_that_its_slow_reader_had_room_for_proves_nothing(ratio: float) -> None:
    """The pipe was never full, so a gateway that would have waited was never put to the test."""
    part = replace(a_scenario_part(), log_bytes_per_second=500)
    values = {m.E2E_MAX: 1.0, m.LOG_OVER_SINK: ratio, m.LOG_BYTES_PER_REQUEST: 2.5}
    finding = criterion_finding(_QUICK, part=part, values=values)

    assert finding.decision is (Decision.MET if ratio >= 1 else Decision.UNMEASURABLE)
    assert ratio >= 1 or finding.text.startswith("the gateway wrote 2500 bytes for 1000 requests")


@given(used=st.floats(0, 1), reach=st.none() | st.floats(0, 1))
def test_a_gateway_that_cannot_use_more_proves_nothing(used: float, reach: float | None) -> None:
    """Pinned to half of the cores it stays below 80 % of them whatever it does; beyond that is beyond it."""
    spare = Criterion(part=PART, metric=m.MACHINE_CPU, bound=Bound.AT_MOST, target=0.8)
    own = {} if reach is None else {m.SUT_CORES: reach}
    finding = criterion_finding(spare, part=_HARD, values={m.MACHINE_CPU: used, **own})
    held = Decision.UNMEASURABLE if reach is not None and reach <= 0.8 else Decision.MET

    assert finding.decision is (held if used <= 0.8 else Decision.MISSED)
    assert finding.decision is not Decision.UNMEASURABLE or "pinned to" in finding.text


@given(after=st.floats(0, 3), others=st.floats(0, 1))
def test_where_others_were_asked_before_the_loss_the_next_one_is_no_detection(
    after: float, others: float
) -> None:
    """A gateway without priorities sends every other request there anyhow; that none comes is a miss."""
    soon = Criterion(part=PART, metric=m.DETECT_TIME, bound=Bound.AT_MOST, target=1.0)
    finding = criterion_finding(soon, part=_HARD, values={m.DETECT_TIME: after, m.ELSEWHERE_BEFORE: others})
    held = Decision.UNMEASURABLE if others > 0.02 else Decision.MET

    assert finding.decision is (held if after <= 1 else Decision.MISSED)
    assert (finding.decision is Decision.UNMEASURABLE) is ("does not keep to priorities" in finding.text)


def test_an_unknown_log_proves_nothing() -> None:
    """The gateway was up before, and who knows where it writes."""
    part = replace(a_scenario_part(), log_bytes_per_second=500)
    finding = criterion_finding(_QUICK, part=part, values={m.E2E_MAX: 1.0})

    assert finding.decision is Decision.UNMEASURABLE
    assert "a gateway that was up before" in finding.text


def test_requests_that_fail_need_no_log() -> None:
    """A gateway that answers nothing writes nothing, and is not excused by that."""
    part = replace(a_scenario_part(), log_bytes_per_second=500)
    values = {m.SUCCESS_RATIO: 0.0, m.LOG_OVER_SINK: 0.0, m.LOG_BYTES_PER_REQUEST: 0.0}

    assert criterion_finding(success_criterion(), part=part, values=values).decision is Decision.MISSED
