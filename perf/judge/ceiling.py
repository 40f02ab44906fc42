"""What else than the gateway may have been slow: a load at the limit of the rig, or others on its cores."""

from collections.abc import Mapping

from perf.judge.compare import Series
from perf.model.metric import (
    CPU_PER_DELTA,
    CPU_PER_REQUEST,
    DETECT_TIME,
    METRIC_BY_NAME,
    NEIGHBOUR_LOAD,
    OVERLOAD_GOODPUT,
    RECOVER_TIME,
    RESTICK_TIME,
    RIG_LAG,
    RIG_LOAD,
    Key,
    Metric,
    Unit,
)
from perf.model.policy import Policy
from perf.model.run import Arm

_TIMED = frozenset({Unit.NS, Unit.PER_SECOND})
_RATES = frozenset({OVERLOAD_GOODPUT})
"""What counts answers in time, and is no time itself."""
_OWN = frozenset({CPU_PER_REQUEST, CPU_PER_DELTA})
"""CPU time is the gateway's own: it hardly grows when others take the cores."""
_WAITED = frozenset({DETECT_TIME, RECOVER_TIME, RESTICK_TIME})
"""What the gateway's timers and the next requests decide, which others on the cores do not hold up."""
_GENEROSITY = 2.0
"""How many times slower than the cores that others left explain; docs/reference/statistics.md says why."""


def rests_on_time(metric: Metric) -> bool:
    """Whether it is a time or a rate: all else a gateway does or does not, however busy the machine is."""
    return metric.unit in _TIMED or metric in _RATES


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


def neighbours_share(key: Key, *, arm: Arm, all_series: Mapping[Key, Series]) -> float:
    """The share of the cores that others took beside this number, by the median over blocks.

    0 if nothing is known of them, if the number is neither a time nor a rate, or if it is one that hardly
    depends on them.
    """
    metric = METRIC_BY_NAME[key.metric]
    if not rests_on_time(metric) or metric in _OWN | _WAITED:
        return 0.0
    series = all_series.get(key._replace(metric=NEIGHBOUR_LOAD.name))
    return (series.centre(arm) if series else None) or 0.0


def share_beyond(taken: float, *, beside: float) -> float:
    """What others took more than elsewhere, as a share of the cores that they left there; 0 if no more."""
    return (taken - beside) / (1 - beside) if beside < min(taken, 1) else 0.0


def slowed_to(taken: float) -> float:
    """To which part of its speed neighbours with this share of the cores may plausibly have slowed a gateway.

    The cores that they left explain the mean; tails and wake-ups suffer more, so it may be half of that.
    """
    return max(0.0, 1 - taken) / _GENEROSITY


def _of(key: Key, all_series: Mapping[Key, Series]) -> float:
    series = all_series.get(key)
    return (series.centre(Arm.CANDIDATE) if series else None) or 0.0
