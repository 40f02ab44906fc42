"""What an instance that dies, fails, hangs or returns does to the requests of the others, and to its own."""

from collections.abc import Collection, Iterator, Mapping
from itertools import groupby, pairwise
from math import inf
from typing import NamedTuple

from perf.judge.pool import Pool
from perf.judge.validity import arrivals_by_nonce, nonce_of
from perf.model.load import Outcome, Phase, Sample
from perf.model.scenario import Change
from perf.model.slices import Happened, SliceRecord
from perf.model.units import s_to_ns
from perf.model.upstream import Arrival

_GONE = frozenset({Change.DIES, Change.FAILS})
"""Whoever asks such an instance is told at once."""
_ASKABLE = frozenset({Change.FAILS, Change.HANGS})
"""Such an instance still takes requests, so that they can be counted."""
_LOST = _GONE | _ASKABLE
_KNOWN_BY_NS = s_to_ns(1)
"""So long after the loss of an instance a gateway is to have found it out."""


class Visit(NamedTuple):
    """One good answer to a client key: when it was asked for and complete, and which instance gave it."""

    sent_ns: int
    ended_ns: int
    instance: str


def detect_time_ns(pool: Pool) -> float | None:
    """From an instance's death or failing to the first client request that another one then answered."""
    return _time_after(pool, _GONE, by_itself=False)


def elsewhere_before(pool: Pool) -> float | None:
    """The share of the requests before an instance's death or failing that reached another one.

    None where none was lost so, or nothing was asked before.
    """
    lost = next((event for event in pool.happened if event.change in _GONE), None)
    before = [each.instance for each in pool.traffic if lost and each.arrival_ns < lost.at_ns]
    return sum(name != lost.instance for name in before) / len(before) if lost and before else None


def recover_time_ns(pool: Pool) -> float | None:
    """From an instance's return to the first client request that it answered again."""
    return _time_after(pool, frozenset({Change.RETURNS}), by_itself=True)


def failing_attempts(pool: Pool) -> float | None:
    """How many requests arrived at an instance while it failed or hung: the most of any slice.

    None where none did. A dead one takes no request: the kernel counts the connects that it refuses.
    """
    spans = [
        (_asked_ns(record, lost), back_ns(record, lost))
        for record, lost in _losses(pool)
        if lost.change in _ASKABLE
    ]
    counts = [sum(1 for at_ns in asked_ns if at_ns < until_ns) for asked_ns, until_ns in spans]
    return float(max(counts)) if counts else None


def outage_overhead_ns(pool: Pool) -> tuple[int, ...]:
    """Sorted overheads of the good answers while an instance was out of use.

    That is from a second after its loss, when it is to have been found out, until it is asked again.
    """
    spans = [
        (record, lost.at_ns + _KNOWN_BY_NS, _used_again_ns(record, lost)) for record, lost in _losses(pool)
    ]
    return tuple(
        sorted(
            overhead_ns
            for record, from_ns, until_ns in spans
            for sample, overhead_ns in Pool([record]).overheads
            if from_ns <= sample.sent_ns < until_ns
        )
    )


def bystander_sticky_ratio(pool: Pool) -> float | None:
    """Of the requests of keys bound to other instances, the share that stayed there when one was lost.

    None where none is lost, or all keys were its own.
    """
    stayed = [
        visit.instance == bound
        for lost, visits in _bound_visits(pool)
        if (bound := _home(visits, lost)) and bound != lost.instance
        for visit in visits
        if visit.sent_ns >= lost.at_ns
    ]
    return sum(stayed) / len(stayed) if stayed else None


def restick_time_ns(pool: Pool) -> float | None:
    """From the loss of an instance until the last of its keys kept to another one.

    A key keeps to an instance from the first of the requests which that instance alone answered, up to
    the return. None where nothing was lost that a key was bound to.
    """
    spans = [
        float(kept_ns - lost.at_ns)
        for lost, visits in _orphans(pool)
        if (kept_ns := _kept_since_ns(_meanwhile(pool, visits, lost=lost))) is not None
    ]
    return max(spans, default=None)


def moves_per_orphan(pool: Pool) -> float | None:
    """How often a key of the lost instance changed its instance from then on, on average."""
    moves = [
        sum(1 for before, after in pairwise(_since(visits, lost)) if before.instance != after.instance)
        for lost, visits in _orphans(pool)
    ]
    return sum(moves) / len(moves) if moves else None


def stuck_ratio(pool: Pool) -> float | None:
    """Of the requests that were sent while an instance hung, the share that it kept waiting.

    One that arrived nowhere counts: the gateway still waits for something.
    """
    stuck = [
        not arrivals or any(arrival.instance == hang.instance for arrival in arrivals)
        for hang, sample, arrivals in _since_hang(pool)
        if all(sample.intended_ns < back.at_ns for back in pool.happened if back.change is Change.RETURNS)
    ]
    return sum(stuck) / len(stuck) if stuck else None


def bystander_e2e_ns(pool: Pool) -> tuple[int, ...]:
    """Sorted E2E times, from the hanging of an instance to the end, of good answers that never asked it."""
    return tuple(
        sorted(
            sample.last_byte_ns - sample.intended_ns
            for hang, sample, arrivals in _since_hang(pool)
            if sample.outcome == Outcome.OK and all(each.instance != hang.instance for each in arrivals)
        )
    )


def visits_of(record: SliceRecord) -> Mapping[int, tuple[Visit, ...]]:
    """The good answers of each client key, in the order in which they were asked for."""
    served = {arrival.nonce: arrival.instance for arrival in record.arrivals}
    prefix = record.recording.nonce_prefix
    found: dict[int, list[Visit]] = {}
    for sample in sorted(record.recording.samples, key=lambda sample: sample.sent_ns):
        instance = served.get(nonce_of(prefix, sample.number))
        if instance and sample.outcome == Outcome.OK:
            found.setdefault(sample.template, []).append(
                Visit(sent_ns=sample.sent_ns, ended_ns=sample.last_byte_ns, instance=instance)
            )
    return {key: tuple(visits) for key, visits in found.items()}


def _time_after(pool: Pool, changes: Collection[Change], *, by_itself: bool) -> float | None:
    """ns from the first such change to the next arrival at the changed instance, or at any other.

    Where there is none it is the time for which that was watched: at least so long it takes.
    """
    changed = next((event for event in pool.happened if event.change in changes), None)
    if changed is None or not pool.steady:
        return None
    later = [
        arrival.arrival_ns
        for arrival in pool.traffic
        if (arrival.instance == changed.instance) is by_itself and arrival.arrival_ns > changed.at_ns
    ]
    watched_ns = max(changed.at_ns, *(sample.intended_ns for sample in pool.steady))
    return float(min(later, default=watched_ns) - changed.at_ns)


def _losses(pool: Pool) -> Iterator[tuple[SliceRecord, Happened]]:
    """Each slice in which an instance is lost, with the first such loss."""
    for record in pool.slices:
        lost = next((event for event in record.happened if event.change in _LOST), None)
        if lost is not None:
            yield record, lost


def _asked_ns(record: SliceRecord, lost: Happened) -> list[int]:
    """When requests of clients arrived at the lost instance after its loss."""
    return [
        each.arrival_ns
        for each in record.arrivals
        if each.nonce and each.instance == lost.instance and each.arrival_ns > lost.at_ns
    ]


def back_ns(record: SliceRecord, lost: Happened) -> float:
    """When the lost instance returned; infinite if it did not."""
    back = [
        event.at_ns
        for event in record.happened
        if event.change is Change.RETURNS and event.instance == lost.instance and event.at_ns > lost.at_ns
    ]
    return min(back, default=inf)


def _used_again_ns(record: SliceRecord, lost: Happened) -> float:
    """When the first request of a client arrived at the lost instance after its return; infinite if none."""
    returned_ns = back_ns(record, lost)
    return min((at_ns for at_ns in _asked_ns(record, lost) if at_ns > returned_ns), default=inf)


def _bound_visits(pool: Pool) -> Iterator[tuple[Happened, tuple[Visit, ...]]]:
    """Each key's answers, with the loss in their slice."""
    for record, lost in _losses(pool):
        for visits in visits_of(record).values():
            yield lost, visits


def _orphans(pool: Pool) -> Iterator[tuple[Happened, tuple[Visit, ...]]]:
    """The same of those keys that were bound to the lost instance."""
    return ((lost, visits) for lost, visits in _bound_visits(pool) if _home(visits, lost) == lost.instance)


def _home(visits: tuple[Visit, ...], lost: Happened) -> str:
    """The instance that a key was bound to just before the loss; "" if it had had no answer yet.

    A request that was on its way at the loss may have been answered by another instance because of it.
    """
    before = [visit.instance for visit in visits if visit.ended_ns < lost.at_ns]
    return before[-1] if before else ""


def _since(visits: tuple[Visit, ...], lost: Happened) -> list[Visit]:
    """A key's answers from the last one before the loss.

    Where its requests overlap, one that was sent before the last of these may have its answer after the loss.
    """
    before = [visit for visit in visits if visit.ended_ns < lost.at_ns]
    return [*before[-1:], *(visit for visit in visits if visit.ended_ns >= lost.at_ns)]


def _meanwhile(pool: Pool, visits: tuple[Visit, ...], *, lost: Happened) -> list[Visit]:
    """A key's answers between the loss and the return."""
    back = [event.at_ns for event in pool.happened if event.change is Change.RETURNS]
    until_ns = min((at_ns for at_ns in back if at_ns > lost.at_ns), default=None)
    return [
        visit
        for visit in visits
        if visit.sent_ns >= lost.at_ns and (until_ns is None or visit.sent_ns < until_ns)
    ]


def _kept_since_ns(visits: list[Visit]) -> int | None:
    """When the last unbroken row of answers of one instance began; None where there is no answer."""
    rows = [next(row) for _, row in groupby(visits, key=lambda visit: visit.instance)]
    return rows[-1].sent_ns if rows else None


def _since_hang(pool: Pool) -> Iterator[tuple[Happened, Sample, tuple[Arrival, ...]]]:
    """The judged samples from the moment on at which an instance hangs, each with its arrivals."""
    for record in pool.slices:
        hang = next((event for event in record.happened if event.change is Change.HANGS), None)
        arrivals = arrivals_by_nonce(record) if hang else {}
        for sample in record.recording.samples:
            if hang and sample.phase == Phase.STEADY and sample.intended_ns >= hang.at_ns:
                nonce = nonce_of(record.recording.nonce_prefix, sample.number)
                yield hang, sample, arrivals.get(nonce, ())
