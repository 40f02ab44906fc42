"""Whether a load went to the limit of the rig, so that it says nothing about the limit of the gateway."""

from collections.abc import Mapping

from perf.judge.compare import Series
from perf.model.metric import RIG_LAG, RIG_LOAD, Key
from perf.model.policy import Policy
from perf.model.run import Arm


def rig_ceiling(scenario: str, part: str, *, all_series: Mapping[Key, Series], policy: Policy) -> str:
    """Why the rig may be what was slow in this part, by the median over blocks; "" if it had room."""
    load, lag = (_of(Key(scenario, part, metric.name), all_series) for metric in (RIG_LOAD, RIG_LAG))
    if load > policy.max_engine_ratio:
        why = f"engine and upstream used {load:.0%} of their own core(s)"
    elif lag > policy.max_lag_ratio:
        why = f"the engine took up {lag:.0%} of the requests late"
    else:
        return ""
    return f"{why}, so the rig may be what is slow: measure on a machine with more cores"


def _of(key: Key, all_series: Mapping[Key, Series]) -> float:
    series = all_series.get(key)
    return (series.centre(Arm.CANDIDATE) if series else None) or 0.0
