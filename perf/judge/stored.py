"""Comparison with a committed baseline, where no base build exists to be measured beside the candidate."""

import math
from collections.abc import Mapping, Sequence
from statistics import median, stdev

from perf.judge.compare import Series, worse
from perf.model import metric as m
from perf.model.baseline import Baseline, BaselineEntry, MachineRecord
from perf.model.build import Environment
from perf.model.metric import Key, Metric, Unit
from perf.model.run import Arm

REFERENCE = Key("rig-latency", "direct", m.E2E_P50.name)
"""The workload that tells how fast the machine is: the engine against the upstream itself."""

_WALL_CLOCK_DRIFT = 0.25
_CPU_DRIFT = 0.10
_MEMORY_DRIFT = 0.05
_COUNT_DRIFT = 0.01
_OTHER_MACHINE_FACTOR = 2.0
_NOISE_FACTOR = 3.0
"""Standard deviations between the baseline's own runs by which a stored number may move by itself."""

_CPU_METRICS = frozenset({m.CPU_PER_REQUEST, m.CPU_PER_DELTA})
_MACHINE_BOUND = _CPU_METRICS | {m.E2E_P50, m.OVERHEAD_P50, m.QPS, m.BENCH_BEST}
"""Metrics that shrink and grow with the machine's speed; scripted delays do not."""


def same_machine(one: Environment, other: Environment) -> bool:
    """Whether times of the two may be compared without doubt."""
    return one.kind == other.kind


def record_for(baseline: Baseline | None, environment: Environment) -> MachineRecord | None:
    """The record of this kind of machine, else the newest; None without a baseline."""
    if baseline is None:
        return None
    own = (each for each in baseline.machines if same_machine(each.environment, environment))
    return next(own, baseline.machines[0])


def machine_independent(unit: Unit) -> bool:
    """Whether a number depends on the code alone: counts, sizes and shares, but no times."""
    return unit not in (Unit.NS, Unit.PER_SECOND)


def drift_allowance(metric: Metric, values: Sequence[float], *, same: bool) -> float:
    """Log ratio by which a stored number moves without any change of code; `values` are its runs.

    The same build measured hours apart on one shared machine had a coefficient of variation of 19 % for
    p50 and 5.5 % for CPU per request: stored numbers cannot carry a tighter verdict than this.
    Where the baseline's own runs scatter more, their noise counts instead.
    """
    drift = _drift(metric) * (1.0 if same else _OTHER_MACHINE_FACTOR)
    logs = [math.log(value) for value in values if value > 0]
    noise = _NOISE_FACTOR * stdev(logs) if len(logs) > 1 else 0.0
    return max(math.log1p(drift), noise)


def _drift(metric: Metric) -> float:
    if metric in _CPU_METRICS:
        return _CPU_DRIFT
    match metric.unit:
        case Unit.NS | Unit.PER_SECOND:
            return _WALL_CLOCK_DRIFT
        case Unit.BYTES:
            return _MEMORY_DRIFT
        case Unit.COUNT | Unit.RATIO:
            return _COUNT_DRIFT


def machine_scale(all_series: Mapping[Key, Series], baseline: MachineRecord) -> float:
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
