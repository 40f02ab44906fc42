"""What became of the requests that did not end well: cut streams, failures, aborts by the client."""

from collections.abc import Iterator
from itertools import accumulate

from perf.judge.pool import Pool
from perf.judge.validity import arrivals_by_nonce, nonce_of
from perf.model.load import Outcome, Phase, Sample
from perf.model.slices import SliceRecord
from perf.model.upstream import Arrival, FaultKind

_CUTS = frozenset({FaultKind.FIN, FaultKind.RST, FaultKind.ERROR_EVENT, FaultKind.NO_TERMINATOR})
_GIVEN_UP = frozenset({Outcome.FIRST_BYTE_TIMEOUT, Outcome.TOTAL_TIMEOUT})
_UNWHOLE = frozenset({Outcome.TRUNCATED_STREAM, Outcome.WRONG_CONTENT})


def silent_cut_ratio(pool: Pool) -> float | None:
    """Of the answers that the upstream cut, the share that the client must take for whole.

    It can tell by an error status, by an error event, and by a message that does not come to its end.
    None where the upstream cut nothing.
    """
    cut = _cut(pool)
    silent = sum(1 for sample in cut if sample.last_byte_ns and sample.outcome in _UNWHOLE)
    return silent / len(cut) if cut else None


def cut_end_ratio(pool: Pool) -> float | None:
    """Of the answers that the upstream cut, the share that ended for the client, whatever way.

    The others hung until it gave up. None where the upstream cut nothing.
    """
    cut = _cut(pool)
    return sum(1 for sample in cut if sample.outcome not in _GIVEN_UP) / len(cut) if cut else None


def _cut(pool: Pool) -> list[Sample]:
    """The judged samples whose last answer began well upstream, and was cut there."""
    return [
        sample
        for sample, arrivals in _answered(pool)
        if arrivals[-1].status == 200 and _CUTS & set(arrivals[-1].faults)
    ]


def uncut_success(pool: Pool) -> float | None:
    """Good answers among the requests of which the upstream cut no answer, arrived or not.

    None where it cut nothing, and was not to: success says the same there.
    """
    cut = {arrival.nonce for arrival in pool.traffic if _CUTS & set(arrival.faults)}
    if not cut and not _CUTS & {fault.kind for fault in pool.slices[0].step.part.default_script.faults}:
        return None
    kept = [
        sample.outcome == Outcome.OK
        for record in pool.slices
        for sample in record.recording.samples
        if sample.phase == Phase.STEADY and nonce_of(record.recording.nonce_prefix, sample.number) not in cut
    ]
    return sum(kept) / len(kept) if kept else None


def failed_e2e_ns(pool: Pool) -> tuple[int, ...]:
    """Sorted times from the intended send until a failure was known, or the client gave up."""
    return tuple(
        sorted(
            sample.ended_ns - sample.intended_ns
            for sample in pool.steady
            if sample.outcome not in {Outcome.OK, Outcome.ABORTED_BY_PLAN}
        )
    )


def abort_seen_ratio(pool: Pool) -> float | None:
    """Of the requests that the client left and the upstream had, the share that the upstream saw left.

    None where the client left none.
    """
    left = [arrivals for sample, arrivals in _answered(pool) if sample.outcome == Outcome.ABORTED_BY_PLAN]
    seen = sum(1 for arrivals in left if arrivals[-1].client_aborted)
    return seen / len(left) if left else None


def abort_times_ns(pool: Pool) -> tuple[int, ...]:
    """Sorted times from the client's leaving to the moment when the upstream saw it."""
    return tuple(
        sorted(
            arrivals[-1].last_byte_ns - left_ns
            for record in pool.slices
            for (sample, arrivals), left_ns in _leavings(record)
            if arrivals[-1].client_aborted and arrivals[-1].last_byte_ns > left_ns
        )
    )


def _leavings(record: SliceRecord) -> Iterator[tuple[tuple[Sample, tuple[Arrival, ...]], int]]:
    """What the client left, and when: at the last delta that it took, or right after sending."""
    samples = record.recording.samples
    ends = dict(
        zip(
            (sample.number for sample in samples),
            accumulate(sample.deltas for sample in samples),
            strict=True,
        )
    )
    times_ns = record.recording.delta_times_ns
    for sample, arrivals in _of(record):
        if sample.outcome == Outcome.ABORTED_BY_PLAN:
            left_ns = times_ns[ends[sample.number] - 1] if sample.deltas else sample.sent_ns
            yield (sample, arrivals), left_ns


def _answered(pool: Pool) -> Iterator[tuple[Sample, tuple[Arrival, ...]]]:
    for record in pool.slices:
        yield from _of(record)


def _of(record: SliceRecord) -> Iterator[tuple[Sample, tuple[Arrival, ...]]]:
    """The judged samples that arrived upstream, each with its arrivals in their order."""
    by_nonce = arrivals_by_nonce(record)
    prefix = record.recording.nonce_prefix
    for sample in record.recording.samples:
        arrivals = by_nonce.get(nonce_of(prefix, sample.number))
        if arrivals and sample.phase == Phase.STEADY:
            yield sample, arrivals
