"""What a gateway does when it is offered more than it can carry, and how it comes back."""

from collections.abc import Iterator
from itertools import groupby

from perf.judge.pool import Pool
from perf.model.load import Outcome, Phase, Sample, Steps
from perf.model.slices import SliceRecord
from perf.model.units import NS_PER_S, ms_to_ns, s_to_ns
from perf.stats.quantile import median

OBJECTIVE_NS = s_to_ns(2)
"""An answer that comes later than this after its intended time is no goodput."""
_WINDOW_NS = ms_to_ns(100)
_BACK_TO_NORMAL = 2.0


def saturation(pool: Pool) -> float | None:
    """Good answers per second that the gateway gave just before, with as many requests as it would take."""
    return pool.slices[0].saturation_per_second


def overload_goodput(pool: Pool) -> float | None:
    """Good answers within OBJECTIVE_NS per second of overload, over the saturation: 1 if nothing is lost."""
    record = pool.slices[0]
    window = _overloaded_ns(record)
    carried = record.saturation_per_second
    if window is None or not carried:
        return None
    start_ns, end_ns = window
    good = sum(
        1
        for sample in _steady(record)
        if sample.outcome == Outcome.OK
        and start_ns <= sample.last_byte_ns < end_ns
        and sample.last_byte_ns - sample.intended_ns <= OBJECTIVE_NS
    )
    return good * NS_PER_S / (end_ns - start_ns) / carried


def overload_recovery_ns(pool: Pool) -> float | None:
    """From the end of the overload until E2E is normal again.

    Normal is a window of 100 ms without a failure, whose median E2E is at most twice that of before;
    Without such a window it is all the time that was watched.
    """
    record = pool.slices[0]
    overloaded = _overloaded_ns(record)
    if overloaded is None:
        return None
    start_ns, end_ns = overloaded
    before = [_e2e_ns(each) for each in _good(record) if each.intended_ns < start_ns]
    if not before:
        return None
    normal_ns = _BACK_TO_NORMAL * median(before)
    after = [sample for sample in _steady(record) if sample.intended_ns >= end_ns]
    for number, samples in groupby(after, key=lambda sample: (sample.intended_ns - end_ns) // _WINDOW_NS):
        each = list(samples)
        whole = all(sample.outcome == Outcome.OK for sample in each)
        if whole and median([_e2e_ns(sample) for sample in each]) <= normal_ns:
            return float(number * _WINDOW_NS)
    return float(after[-1].intended_ns - end_ns) if after else None


def _overloaded_ns(record: SliceRecord) -> tuple[int, int] | None:
    """When the highest rate began and ended; None where the load is no overload."""
    steps = record.step.part.workload
    if not isinstance(steps, Steps) or record.saturation_per_second is None:
        return None
    highest = max(steps.per_second)
    at = [number for number, rate in enumerate(steps.per_second) if rate == highest]
    start_ns = record.recording.started_ns
    return start_ns + at[0] * steps.step_ns, start_ns + (at[-1] + 1) * steps.step_ns


def _steady(record: SliceRecord) -> Iterator[Sample]:
    """The judged samples in the order of their intended times."""
    return (sample for sample in record.recording.samples if sample.phase == Phase.STEADY)


def _good(record: SliceRecord) -> Iterator[Sample]:
    return (sample for sample in _steady(record) if sample.outcome == Outcome.OK)


def _e2e_ns(sample: Sample) -> int:
    return sample.last_byte_ns - sample.intended_ns
