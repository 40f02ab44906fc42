"""How many connects failed on the machine while an instance was dead, and refused them, and how many else."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from perf.judge.compare import Series
from perf.judge.outage import back_ns
from perf.judge.pool import Pool
from perf.model import metric as m
from perf.model.metric import Key
from perf.model.run import Arm
from perf.model.scenario import Change, Criterion
from perf.model.slices import FailedConnects, SliceRecord
from perf.model.units import ms_to_ns

_Counts = Sequence[FailedConnects]
_LATE_NS = ms_to_ns(100)
"""So long after its time an instance that returns may begin to listen."""


class _Counted(NamedTuple):
    """The counts of a slice from its start to the death, from there to the return, and from there on."""

    before: _Counts
    during: _Counts
    after: _Counts


def refused_connects(pool: Pool) -> float | None:
    """How many connects failed while an instance was dead: the most of any slice.

    They are those that it refused, and those of other processes that failed meanwhile.
    None where no instance died, or where it was not counted in each slice in which one did.
    """
    return max((float(_rise(each.during)) for each in _counted(pool) or ()), default=None)


def stray_refusals(pool: Pool) -> float | None:
    """The most connects that failed within as long a time while every instance listened.

    Nobody but other processes, or the gateway for ends of its own, can have made them.
    """
    return max((float(_strays(each)) for each in _counted(pool) or ()), default=None)


def strays_excuse(
    scenario: str, criterion: Criterion, *, value: float, all_series: Mapping[Key, Series]
) -> str:
    """Why too many refused connects may be those of others; "" if without these there were too many as well.

    "" for any other criterion.
    """
    if criterion.metric is not m.REFUSED_CONNECTS:
        return ""
    series = all_series.get(Key(scenario, criterion.part, m.STRAY_REFUSALS.name))
    strays = (series.centre(Arm.CANDIDATE) if series else None) or 0.0
    if not strays or value - strays > criterion.target:
        return ""
    return (
        f"connects of other processes were refused too, {strays:.0f} in as long a time without an outage: "
        "measure on a quieter machine"
    )


def _counted(pool: Pool) -> list[_Counted] | None:
    """One for each slice in which an instance died; None if one of them was not counted."""
    found: list[_Counted] = []
    for record, died_ns, returned_ns in _deaths(pool):
        counts = record.failed_connects
        times_ns = [each.at_ns for each in counts]
        died = bisect_right(times_ns, died_ns) - 1
        if died < 0:
            return None
        back = bisect_right(times_ns, returned_ns + _LATE_NS)
        found.append(_Counted(before=counts[: died + 1], during=counts[died : back + 1], after=counts[back:]))
    return found


def _deaths(pool: Pool) -> Iterator[tuple[SliceRecord, int, float]]:
    """Each slice in which an instance died, with the time of it, and that of its return; infinite if none."""
    for record in pool.slices:
        died = next((event for event in record.happened if event.change is Change.DIES), None)
        if died is not None:
            yield record, died.at_ns, back_ns(record, died)


def _rise(counts: _Counts) -> int:
    return counts[-1].count - counts[0].count if counts else 0


def _strays(counted: _Counted) -> int:
    span_ns = counted.during[-1].at_ns - counted.during[0].at_ns
    return max(_most_within(counts, span_ns=span_ns) for counts in (counted.before, counted.after))


def _most_within(counts: _Counts, *, span_ns: int) -> int:
    """The largest rise from one of the counts to another at most so much later."""
    times_ns = [each.at_ns for each in counts]
    return max(
        (counts[bisect_right(times_ns, each.at_ns + span_ns) - 1].count - each.count for each in counts),
        default=0,
    )
