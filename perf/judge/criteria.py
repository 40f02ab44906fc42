"""Absolute demands of the scenarios on what was measured."""

from collections.abc import Mapping, Sequence
from statistics import fmean, median

from perf.judge.compare import Series
from perf.model import metric as m
from perf.model.metric import Key, Metric, Unit
from perf.model.run import Arm, Block
from perf.model.scenario import Bound, Criterion, Route, Scenario
from perf.model.verdict import Basis, Decision, Finding

NEEDED_SAMPLES: Mapping[Metric, int] = {
    m.E2E_P95: 200,
    m.TTFT_P95: 200,
    m.TTFT_OVERHEAD_P95: 200,
    m.E2E_P99: 1000,
    m.OVERHEAD_P99: 1000,
    m.ITL_P99: 1000,
}
"""Requests over all blocks without which a tail says nothing."""


def judge_criteria(
    scenarios: Sequence[Scenario], *, all_series: Mapping[Key, Series], blocks: Sequence[Block]
) -> tuple[Finding, ...]:
    """A finding for each criterion of each scenario, in their order."""
    return tuple(
        _judge(scenario, criterion, all_series=all_series, blocks=blocks)
        for scenario in scenarios
        for criterion in scenario.criteria
    )


def _judge(
    scenario: Scenario,
    criterion: Criterion,
    *,
    all_series: Mapping[Key, Series],
    blocks: Sequence[Block],
) -> Finding:
    key = Key(scenario.name, criterion.part, criterion.metric.name)
    arm = Arm.RIG if scenario.route is Route.DIRECT else Arm.CANDIDATE
    value = _value(key, criterion, all_series=all_series, arm=arm)
    samples = _requests(blocks, key=key, arm=arm)
    decision, text = _decide(criterion, value=value, samples=samples, rig=arm is Arm.RIG)
    return Finding(
        key=key,
        title=_title(criterion),
        unit=criterion.metric.unit,
        direction=criterion.metric.direction,
        basis=Basis.CRITERION,
        gating=True,
        decision=decision,
        baseline=_value(key, criterion, all_series=all_series, arm=Arm.BASELINE),
        candidate=value,
        committed=None,
        change=None,
        lower=None,
        upper=None,
        worse=None,
        limit=criterion.target,
        detectable=None,
        blocks=len(all_series[key].of(arm)) if key in all_series else 0,
        text=text,
    )


def _title(criterion: Criterion) -> str:
    sign = "≤" if criterion.bound is Bound.AT_MOST else "≥"
    minus = f" over {criterion.minus_part}" if criterion.minus_part else ""
    return f"{criterion.metric.title}{minus} {sign}"


def _value(key: Key, criterion: Criterion, *, all_series: Mapping[Key, Series], arm: Arm) -> float | None:
    """Times by their median over blocks, ratios by their mean: one damaged answer must not vanish."""
    value = _centre(key, all_series=all_series, arm=arm)
    if value is None or not criterion.minus_part:
        return value
    other = _centre(key._replace(part=criterion.minus_part), all_series=all_series, arm=arm)
    return None if other is None else value - other


def _centre(key: Key, *, all_series: Mapping[Key, Series], arm: Arm) -> float | None:
    series = all_series.get(key)
    values = series.of(arm) if series else ()
    if not values:
        return None
    return fmean(values) if series and series.metric.unit is Unit.RATIO else median(values)


def _requests(blocks: Sequence[Block], *, key: Key, arm: Arm) -> int:
    return sum(
        record.counts.get("requests", 0)
        for block in blocks
        for record in block.parts
        if (record.scenario, record.part, record.arm) == (key.scenario, key.part, arm)
    )


def _decide(criterion: Criterion, *, value: float | None, samples: int, rig: bool) -> tuple[Decision, str]:
    if value is None:
        return Decision.INVALID, "not measured: no valid block has this number"
    needed = NEEDED_SAMPLES.get(criterion.metric, 1)
    if samples < needed:
        return Decision.INCONCLUSIVE, f"{samples} requests; {needed} are needed for this percentile"
    held = value <= criterion.target if criterion.bound is Bound.AT_MOST else value >= criterion.target
    if held:
        return Decision.MET, "held"
    if rig:
        return Decision.INVALID, "the rig itself missed its target: this machine cannot judge now"
    return Decision.MISSED, "missed, whatever the baseline did"
