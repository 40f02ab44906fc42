"""Comparison with a committed baseline, where no base build exists to be measured beside the candidate."""

import math
from collections.abc import Mapping
from statistics import median

from perf.judge.compare import Series, worse
from perf.model import metric as m
from perf.model.baseline import Baseline, BaselineEntry
from perf.model.build import Environment
from perf.model.metric import Key, Metric, Unit
from perf.model.run import Arm

REFERENCE = Key("rig-latency", "direct", m.E2E_P50.name)
"""The workload that tells how fast the machine is: the engine against the upstream itself."""

_WALL_CLOCK_DRIFT = 0.25
_CPU_DRIFT = 0.10
_OTHER_DRIFT = 0.05
_OTHER_MACHINE_FACTOR = 2.0

_CPU_METRICS = frozenset({m.CPU_PER_REQUEST, m.CPU_PER_DELTA})
_MACHINE_BOUND = _CPU_METRICS | {m.E2E_P50, m.OVERHEAD_P50, m.QPS, m.BENCH_BEST}
"""Metrics that shrink and grow with the machine's speed; scripted delays do not."""


def same_machine(one: Environment, other: Environment) -> bool:
    """Whether times of the two may be compared without doubt."""
    return (one.cpu_model, one.cores) == (other.cpu_model, other.cores)


def drift_allowance(metric: Metric, *, same: bool) -> float:
    """Log ratio by which a stored number moves without any change of code.

    The same build measured hours apart on one shared machine had a coefficient of variation of 19 % for
    p50 and 5.5 % for CPU per request: stored numbers cannot carry a tighter verdict than this.
    """
    if metric in _CPU_METRICS:
        drift = _CPU_DRIFT
    elif metric.unit in (Unit.NS, Unit.PER_SECOND):
        drift = _WALL_CLOCK_DRIFT
    else:
        drift = _OTHER_DRIFT
    return math.log1p(drift if same else drift * _OTHER_MACHINE_FACTOR)


def machine_scale(all_series: Mapping[Key, Series], baseline: Baseline) -> float:
    """Log ratio of this machine's reference workload to the baseline's; 0 where either lacks it."""
    series = all_series.get(REFERENCE)
    now = series.centre(Arm.RIG) if series else None
    then = next((median(entry.values) for entry in baseline.entries if key_of(entry) == REFERENCE), None)
    return math.log(now / then) if now and then else 0.0


def key_of(entry: BaselineEntry) -> Key:
    """The key of a baseline entry."""
    return Key(entry.scenario, entry.part, entry.metric)


def worse_logs(values: tuple[float, ...], metric: Metric, *, shift: float = 0.0) -> tuple[float, ...]:
    """Logs of positive values, shifted, and turned so that more is worse."""
    return tuple(worse(metric, math.log(value) + shift) for value in values if value > 0)


def scale_for(metric: Metric, scale: float) -> float:
    """By how much (log) a stored value of this metric is to be corrected for the machine's speed."""
    if metric not in _MACHINE_BOUND:
        return 0.0
    return -scale if metric.unit is Unit.PER_SECOND else scale
