"""What else than the gateway may have been slow: a load at the limit of the rig, or others on its cores."""

from collections.abc import Mapping

from perf.judge.compare import Series
from perf.model.metric import (
    CPU_PER_DELTA,
    CPU_PER_REQUEST,
    METRIC_BY_NAME,
    NEIGHBOUR_LOAD,
    OVERLOAD_GOODPUT,
    RIG_LAG,
    RIG_LOAD,
    Key,
    Unit,
)
from perf.model.policy import Policy
from perf.model.run import Arm

_TIMED = frozenset({Unit.NS, Unit.PER_SECOND})
_RATES = frozenset({OVERLOAD_GOODPUT})
"""What counts answers in time, and is no time itself."""
_OWN = frozenset({CPU_PER_REQUEST, CPU_PER_DELTA})
"""CPU time is the gateway's own: it hardly grows when others take the cores."""


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


def neighbour_excuse(key: Key, *, arm: Arm, all_series: Mapping[Key, Series], policy: Policy) -> str:
    """Why a miss of this number may be the doing of others on the machine, by the median over blocks.

    "" if they took little, if nothing is known of them, or if the number is neither a time nor a rate,
    or the gateway's own CPU time.
    """
    metric = METRIC_BY_NAME[key.metric]
    if (metric.unit not in _TIMED and metric not in _RATES) or metric in _OWN:
        return ""
    series = all_series.get(key._replace(metric=NEIGHBOUR_LOAD.name))
    taken = (series.centre(arm) if series else None) or 0.0
    if taken <= policy.max_neighbour_ratio:
        return ""
    return f"other processes took {taken:.0%} of the cores: measure on a quieter machine"


def _of(key: Key, all_series: Mapping[Key, Series]) -> float:
    series = all_series.get(key)
    return (series.centre(Arm.CANDIDATE) if series else None) or 0.0
