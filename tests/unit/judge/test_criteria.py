"""When a criterion is met, missed, or not measurable on this machine."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.judge.compare import series_of
from perf.judge.criteria import judge_criteria
from perf.judge.verdict import conclude
from perf.model import metric as m
from perf.model.metric import Direction, Metric
from perf.model.run import Arm, Mode
from perf.model.scenario import Bound, Criterion, Route, Scenario
from perf.model.units import ms_to_ns
from perf.model.verdict import Decision, Excuse, Finding, State
from perf.scenarios import SCENARIOS
from tests.factories import a_block, a_header, a_part, a_run
from tests.unit.judge.setting import (
    PART,
    POLICY,
    SCENARIO,
    a_scenario,
    a_scenario_part,
    criterion_finding,
    success_criterion,
)

_FAST_ENOUGH = Criterion(part=PART, metric=m.QPS, bound=Bound.AT_LEAST, target=5_000, note="at most 10,000/s")
_HARD = replace(a_scenario_part(), saturating=True)


def _name(metric: Metric) -> str:
    return metric.name


@given(qps=st.floats(1, 20_000), load=st.floats(0, 1), lag=st.floats(0, 1))
def test_a_busy_rig_excuses_a_miss_and_never_makes_one(qps: float, load: float, lag: float) -> None:
    """Met is met, whatever the rig did; a miss counts only if the rig had room."""
    finding = criterion_finding(
        _FAST_ENOUGH, part=_HARD, values={m.QPS: qps, m.RIG_LOAD: load, m.RIG_LAG: lag}
    )
    busy = load > POLICY.max_engine_ratio or lag > POLICY.max_lag_ratio
    missed = Decision.UNMEASURABLE if busy else Decision.MISSED

    assert finding.decision is (Decision.MET if qps >= 5_000 else missed)
    assert finding.note == "at most 10,000/s"


def test_only_a_load_to_the_limit_is_excused() -> None:
    """Elsewhere a busy rig makes the whole slice invalid, so its values do not come this far."""
    finding = criterion_finding(_FAST_ENOUGH, part=a_scenario_part(), values={m.QPS: 1, m.RIG_LOAD: 1.0})

    assert finding.decision is Decision.MISSED


@pytest.mark.parametrize(
    "metric",
    [m.SUCCESS_RATIO, m.STICKY_RATIO, m.MEMORY_PER_KNOWN_KEY, m.REFUSED_CONNECTS, m.CONNECTIONS_PER_REQUEST],
    ids=_name,
)
def test_a_busy_rig_excuses_nothing_but_a_time_or_a_rate(metric: Metric) -> None:
    """It lets no gateway fail a request, forget a key, keep memory or connect again."""
    is_cost = metric.direction is Direction.LOWER_IS_BETTER
    criterion = Criterion(
        part=PART, metric=metric, bound=Bound.AT_MOST if is_cost else Bound.AT_LEAST, target=1.0
    )
    missed = 2.0 if is_cost else 0.5
    finding = criterion_finding(criterion, part=_HARD, values={metric: missed, m.RIG_LOAD: 1.0})

    assert finding.decision is Decision.MISSED
    assert finding.excuse is None


_TIMED = [m.E2E_P99, m.QPS, m.OVERLOAD_GOODPUT, m.ABORT_TIME_P95]
_COUNTED = [m.SUCCESS_RATIO, m.CONNECTIONS_PER_REQUEST, m.FD_GROWTH, m.RSS_GROWTH]


@given(metric=st.sampled_from(_TIMED + _COUNTED), missed=st.booleans(), taken=st.none() | st.floats(0, 1))
def test_neighbours_excuse_a_missed_time_or_rate_and_nothing_else(
    metric: Metric, missed: bool, taken: float | None
) -> None:
    """Met stays met; what does not depend on time is missed whoever else is there; unknown is no excuse."""
    bound = Bound.AT_MOST if metric.direction is Direction.LOWER_IS_BETTER else Bound.AT_LEAST
    value = 2.0 if missed is (bound is Bound.AT_MOST) else 0.5
    others = {} if taken is None else {m.NEIGHBOUR_LOAD: taken}
    criterion = Criterion(part=PART, metric=metric, bound=bound, target=1.0)
    record = a_part(values={each.name: number for each, number in {metric: value, **others}.items()})
    block = a_block(parts=(replace(record, arm=Arm.CANDIDATE, counts={"requests": 2_000}),))
    scenario = a_scenario(criteria=(criterion,))
    (finding,) = judge_criteria((scenario,), all_series=series_of([block]), blocks=[block], policy=POLICY)
    excused = metric in _TIMED and taken is not None and taken > POLICY.max_neighbour_ratio
    miss = Decision.UNMEASURABLE if excused else Decision.MISSED

    assert finding.decision is (miss if missed else Decision.MET)
    assert ("other processes took" in finding.text) is (missed and excused)
    assert finding.excuse is (Excuse.NEIGHBOURS if missed and excused else None)


def _timed(
    *,
    missed: float,
    taken: float,
    base: float | None = None,
    base_taken: float = 0.0,
    metric: Metric = m.E2E_P50,
) -> Finding:
    """A number that must be at most (a rate: at least) 1, with what others took beside each build."""
    bound = Bound.AT_MOST if metric.direction is Direction.LOWER_IS_BETTER else Bound.AT_LEAST
    sides = {Arm.CANDIDATE: (missed, taken)} | ({} if base is None else {Arm.BASELINE: (base, base_taken)})
    records = [
        a_part(arm=arm, values={metric.name: value, m.NEIGHBOUR_LOAD.name: others})
        for arm, (value, others) in sides.items()
    ]
    block = a_block(parts=tuple(records))
    criterion = Criterion(part=PART, metric=metric, bound=bound, target=1.0)
    (finding,) = judge_criteria(
        (a_scenario(criteria=(criterion,)),), all_series=series_of([block]), blocks=[block], policy=POLICY
    )
    return finding


@given(missed=st.floats(1.01, 100), taken=st.floats(0.16, 1))
def test_neighbours_excuse_a_miss_as_large_as_they_explain(missed: float, taken: float) -> None:
    """Twice what the cores that they left explain: 2.4 times the target beside 16 %, 4 times beside half."""
    slower = _timed(missed=missed, taken=taken)
    fewer = _timed(missed=1 / missed, taken=taken, metric=m.QPS)
    explained = missed * (1 - taken) / 2 <= 1

    assert (slower.excuse is Excuse.NEIGHBOURS) is explained
    assert slower.decision is (Decision.UNMEASURABLE if explained else Decision.MISSED)
    assert fewer.decision is slower.decision or missed * (1 - taken) / 2 == pytest.approx(1)


def test_a_few_neighbours_do_not_explain_a_tenfold_miss() -> None:
    """Who takes a sixth of the cores does not make anything ten times slower."""
    assert _timed(missed=10.0, taken=0.16).decision is Decision.MISSED
    assert _timed(missed=0.1, taken=0.16, metric=m.QPS).decision is Decision.MISSED


@given(missed=st.floats(1.06, 9), base_taken=st.floats(0, 0.9), taken=st.floats(0, 0.9))
def test_beside_a_base_that_held_only_more_neighbours_excuse(
    missed: float, base_taken: float, taken: float
) -> None:
    """As many of them slowed the base as well; what counts is what they took of the cores left to it."""
    finding = _timed(missed=missed, taken=taken, base=1.0, base_taken=base_taken)
    more = 1 - (1 - taken) / (1 - base_taken)
    excused = more > POLICY.max_neighbour_ratio and missed * (1 - more) / 2 <= 1

    assert finding.decision is (
        Decision.UNMEASURABLE if excused else Decision.MISSED
    ) or more == pytest.approx(POLICY.max_neighbour_ratio)


@pytest.mark.parametrize(("base", "excused"), [(0.9, False), (1.2, True)], ids=["held", "missed-too"])
def test_a_base_beside_as_many_tells_whose_miss_it_is(base: float, excused: bool) -> None:
    """Where the base missed its target too, its neighbours prove nothing against the change."""
    finding = _timed(missed=1.5, taken=0.4, base=base, base_taken=0.4)

    assert finding.decision is (Decision.UNMEASURABLE if excused else Decision.MISSED)


def test_neighbours_slow_the_whole_part_that_a_difference_is_of() -> None:
    """Beside a half of the cores 12 ns may be 3 of a quiet machine, which are not over the other part's 5."""
    criterion = Criterion(part=PART, metric=m.E2E_P50, bound=Bound.AT_MOST, target=1.0, minus_part="other")
    for mine, decision in ((12.0, Decision.UNMEASURABLE), (25.0, Decision.MISSED)):
        parts = (
            a_part(values={m.E2E_P50.name: mine, m.NEIGHBOUR_LOAD.name: 0.5}),
            a_part(part="other", values={m.E2E_P50.name: 5.0}),
        )
        block = a_block(parts=parts)
        scenario = a_scenario(criteria=(criterion,))
        (finding,) = judge_criteria((scenario,), all_series=series_of([block]), blocks=[block], policy=POLICY)

        assert finding.decision is decision


@given(other=st.floats(0, 20), beside_other=st.floats(0, 0.99), beside_mine=st.floats(0, 0.99))
def test_neighbours_of_the_part_that_is_taken_off_make_nothing_met(
    other: float, beside_other: float, beside_mine: float
) -> None:
    """12 over what others slowed is met only if 12 is; what is missed even so is missed all the more."""
    criterion = Criterion(part=PART, metric=m.E2E_P50, bound=Bound.AT_MOST, target=10.0, minus_part="other")
    parts = (
        a_part(values={m.E2E_P50.name: 12.0, m.NEIGHBOUR_LOAD.name: beside_mine}),
        a_part(part="other", values={m.E2E_P50.name: other, m.NEIGHBOUR_LOAD.name: beside_other}),
    )
    block = a_block(parts=parts)
    scenario = a_scenario(criteria=(criterion,))
    (finding,) = judge_criteria((scenario,), all_series=series_of([block]), blocks=[block], policy=POLICY)
    slowed = 1 - (1 - beside_other) / (1 - beside_mine) > POLICY.max_neighbour_ratio
    held = 12.0 - other <= 10.0

    assert (finding.at_worst == 12.0) is slowed
    assert (finding.decision is Decision.MET) is (held and not slowed)
    assert not (held and slowed) or finding.decision is Decision.UNMEASURABLE


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)
def test_a_criterion_bounds_the_bad_side(scenario: Scenario) -> None:
    """At most for what is better low, at least for what is better high: waivers rely on it.

    Only what is better low is a difference between two parts.
    """
    for criterion in scenario.criteria:
        lower = criterion.metric.direction is Direction.LOWER_IS_BETTER
        assert (criterion.bound is Bound.AT_MOST) is lower, criterion
        assert lower or not criterion.minus_part, criterion


def test_the_rig_is_not_excused() -> None:
    """A rig that misses its own target can judge nothing, and says that others may be the reason."""
    criterion = Criterion(part=PART, metric=m.E2E_P99, bound=Bound.AT_MOST, target=1.0)
    record = a_part(arm=Arm.RIG, values={m.E2E_P99.name: 2.0, m.NEIGHBOUR_LOAD.name: 0.63})
    block = a_block(parts=(replace(record, counts={"requests": 2_000}),))
    scenario = a_scenario(criteria=(criterion,), route=Route.DIRECT)
    (finding,) = judge_criteria((scenario,), all_series=series_of([block]), blocks=[block], policy=POLICY)

    assert finding.decision is Decision.INVALID
    assert "other processes took 63% of the cores" in finding.text


@given(before_ms=st.floats(0.1, 50), after_ms=st.floats(0.1, 50))
def test_a_base_that_misses_too_excuses_nothing(before_ms: float, after_ms: float) -> None:
    """Else a defect would be excused on every later change, once it is merged; the text says whose it is."""
    criterion = Criterion(part=PART, metric=m.E2E_P50, bound=Bound.AT_MOST, target=ms_to_ns(10))
    values = {Arm.BASELINE: ms_to_ns(before_ms), Arm.CANDIDATE: ms_to_ns(after_ms)}
    records = [a_part(arm=arm, values={m.E2E_P50.name: float(value)}) for arm, value in values.items()]
    block = a_block(number=1, parts=tuple(records))
    scenario = a_scenario(criteria=(criterion,))
    (finding,) = judge_criteria((scenario,), all_series=series_of([block]), blocks=[block], policy=POLICY)
    missed = values[Arm.CANDIDATE] > ms_to_ns(10)

    assert finding.decision is (Decision.MISSED if missed else Decision.MET)
    assert ("by the base beside it too" in finding.text) is (missed and values[Arm.BASELINE] > ms_to_ns(10))


def test_a_share_is_missed_whatever_the_base_did() -> None:
    """Lost answers are lost, also where the base loses as many."""
    records = [a_part(arm=arm, values={m.SUCCESS_RATIO.name: 0.5}) for arm in (Arm.BASELINE, Arm.CANDIDATE)]
    block = a_block(number=1, parts=tuple(records))
    scenario = a_scenario(criteria=(success_criterion(),))
    (finding,) = judge_criteria((scenario,), all_series=series_of([block]), blocks=[block], policy=POLICY)

    assert finding.decision is Decision.MISSED


@pytest.mark.parametrize(
    ("success", "state"), [(1.0, State.PASSED), (0.5, State.FAILED), (None, State.NO_RESULT)], ids=str
)
def test_criteria_alone_can_decide(success: float | None, state: State) -> None:
    """Without anything to compare with, a run passes by its criteria, and never by knowing nothing."""
    values = {m.E2E_P50.name: 500_000.0} | ({} if success is None else {m.SUCCESS_RATIO.name: success})
    block = a_block(number=0, parts=(a_part(arm=Arm.CANDIDATE, values=values),))
    run = a_run(header=a_header(scenarios=(SCENARIO,), mode=Mode.CRITERIA_ONLY), blocks=(block,))
    verdict = conclude(
        run, scenarios=[a_scenario(criteria=(success_criterion(),))], baseline=None, policy=POLICY
    )

    assert verdict.state is state
    assert any("Nothing was compared" in caution.text for caution in verdict.cautions)


@pytest.mark.parametrize(
    "metric",
    [m.CPU_PER_REQUEST, m.CPU_PER_DELTA, m.DETECT_TIME, m.RECOVER_TIME, m.RESTICK_TIME],
    ids=_name,
)
def test_neighbours_excuse_neither_cpu_time_nor_waiting(metric: Metric) -> None:
    """What others take of the cores makes a request longer, and neither dearer nor a timer slower."""
    much = Criterion(part=PART, metric=metric, bound=Bound.AT_MOST, target=1.0)
    finding = criterion_finding(much, part=a_scenario_part(), values={metric: 2.0, m.NEIGHBOUR_LOAD: 0.9})

    assert finding.decision is Decision.MISSED
