"""How far a slice that takes minutes has come, and what is left of it."""

from typing import assert_never

from perf.judge.soak import PHASES
from perf.model.load import Bursts, ClosedLoop, ConstantRate, Poisson, Ramp, Steps, Workload
from perf.model.scenario import Part
from perf.model.units import ns_to_s


def headway(part: Part, elapsed_ns: int) -> str:
    """How far the load of a part has come after so long, and what is left where that is known."""
    lasts_ns = _lasts_ns(part.workload)
    if isinstance(part.workload, ClosedLoop):
        return f"{_minutes(elapsed_ns)} so far, until {part.workload.requests:,} requests are answered"
    if elapsed_ns >= lasts_ns:
        return f"all of {_minutes(lasts_ns)} sent, waiting for the last answers"
    left = f"{_minutes(elapsed_ns)} of {_minutes(lasts_ns)}, {_minutes(lasts_ns - elapsed_ns)} left"
    if not part.usage_every_ns:
        return left
    return f"phase {elapsed_ns * PHASES // lasts_ns + 1} of {PHASES}, {left}"


def _lasts_ns(workload: Workload) -> int:
    """How long an open loop sends; 0 for a closed one, which ends when it has its answers."""
    match workload:
        case ClosedLoop():
            return 0
        case ConstantRate() | Poisson() | Ramp():
            return workload.duration_ns
        case Steps():
            return len(workload.per_second) * workload.step_ns
        case Bursts():
            return workload.count * workload.every_ns
        case _:
            assert_never(workload)


def _minutes(span_ns: int) -> str:
    """To the minute, or to the second below two of them."""
    seconds = round(ns_to_s(span_ns))
    return f"{seconds} s" if seconds < 120 else f"{round(seconds / 60)} min"
