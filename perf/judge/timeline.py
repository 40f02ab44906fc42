"""What happened to the requests of a part in which instances change, stretch by stretch."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from perf.judge.outage import visits_of
from perf.model.load import Outcome, Phase, Sample
from perf.model.run import Moment
from perf.model.slices import Happened, SliceRecord
from perf.model.units import ms_to_ns, ns_to_s, s_to_ns

STRETCH_NS = ms_to_ns(250)
_LONGER_NS = (s_to_ns(1), s_to_ns(5), s_to_ns(15), s_to_ns(60))
_MOST_STRETCHES = 100
"""More letters than these do not fit in a line."""


def timeline_of(records: Sequence[SliceRecord]) -> tuple[Moment, ...]:
    """The moments of the first slice in which something happened to an instance; () where nothing did.

    A stretch is a quarter of a second, and longer where there would be more than a hundred of them.
    A request belongs to the stretch in which it was to be sent, an attempt to that in which it arrived.
    """
    record = next((each for each in records if each.happened), None)
    if record is None:
        return ()
    steady = [sample for sample in record.recording.samples if sample.phase == Phase.STEADY]
    return _moments(record, steady) if steady else ()


def _moments(record: SliceRecord, steady: Sequence[Sample]) -> tuple[Moment, ...]:
    start_ns = min(sample.intended_ns for sample in steady)
    span_ns = max(sample.intended_ns for sample in steady) - start_ns
    each_ns = _stretch_ns(span_ns)
    last = span_ns // each_ns

    def stretch(at_ns: int) -> int:
        return min(max((at_ns - start_ns) // each_ns, 0), last)

    requests = Counter(stretch(sample.intended_ns) for sample in steady)
    failed = Counter(stretch(each.intended_ns) for each in steady if each.outcome != Outcome.OK)
    moved = Counter(map(stretch, _moves_ns(record)))
    arrivals = Counter((stretch(each.arrival_ns), each.instance) for each in record.arrivals if each.nonce)
    events = [(stretch(each.at_ns), _told(each, start_ns=start_ns)) for each in record.happened]
    slowest_ns = dict.fromkeys(range(last + 1), 0)
    for sample in steady:
        if sample.outcome == Outcome.OK:
            at = stretch(sample.intended_ns)
            slowest_ns[at] = max(slowest_ns[at], sample.last_byte_ns - sample.intended_ns)
    names = sorted({each.instance for each in record.arrivals})
    return tuple(
        Moment(
            at_ns=at * each_ns,
            requests=requests[at],
            failed=failed[at],
            moved=moved[at],
            slowest_ns=slowest_ns[at],
            arrivals={name: arrivals[at, name] for name in names},
            events=tuple(text for when, text in events if when == at),
        )
        for at in range(last + 1)
    )


def _stretch_ns(span_ns: int) -> int:
    fitting = (each_ns for each_ns in (STRETCH_NS, *_LONGER_NS) if span_ns < _MOST_STRETCHES * each_ns)
    return next(fitting, _LONGER_NS[-1])


def _told(happened: Happened, *, start_ns: int) -> str:
    return f"{happened.instance} {happened.change} after {ns_to_s(happened.at_ns - start_ns):.1f} s"


def _moves_ns(record: SliceRecord) -> Iterator[int]:
    """When a client key was answered by another instance than the time before."""
    for visits in visits_of(record).values():
        for before, after in pairwise(visits):
            if before.instance != after.instance:
                yield after.sent_ns
