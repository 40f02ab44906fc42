"""What a criterion is about: the number that is held against its target, and whose it is."""

from collections.abc import Mapping
from statistics import fmean, median

from perf.judge.compare import Series
from perf.model.metric import Key, Unit
from perf.model.run import Arm
from perf.model.scenario import Bound, Criterion, Route, Scenario


def subject_of(scenario: Scenario, criterion: Criterion) -> tuple[Key, Arm]:
    """The number that a criterion is about, and whose it is."""
    key = Key(scenario.name, criterion.part, criterion.metric.name)
    return key, Arm.RIG if scenario.route is Route.DIRECT else Arm.CANDIDATE


def value_of(key: Key, criterion: Criterion, *, all_series: Mapping[Key, Series], arm: Arm) -> float | None:
    """What is held against the target, less the part that is taken off; None if one was not measured."""
    value = centre_of(key, all_series=all_series, arm=arm)
    if value is None or not criterion.minus_part:
        return value
    other = centre_of(key._replace(part=criterion.minus_part), all_series=all_series, arm=arm)
    return None if other is None else value - other


def centre_of(key: Key, *, all_series: Mapping[Key, Series], arm: Arm) -> float | None:
    """Times by their median over blocks, ratios by their mean: one damaged answer must not vanish."""
    series = all_series.get(key)
    values = series.of(arm) if series else ()
    if not values:
        return None
    return fmean(values) if series and series.metric.unit is Unit.RATIO else median(values)


def holds(criterion: Criterion, value: float) -> bool:
    """Whether a value meets the target."""
    return value <= criterion.target if criterion.bound is Bound.AT_MOST else value >= criterion.target
