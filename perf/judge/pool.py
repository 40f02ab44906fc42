"""The slices of one part, arm and block, pooled: what the metrics are computed from."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import compress, pairwise
from operator import not_
from statistics import median

from perf.judge.validity import nonce_of
from perf.model.load import Outcome, Phase, Sample
from perf.model.slices import Happened, Manner, SliceRecord
from perf.model.units import NS_PER_S
from perf.model.upstream import Arrival


class Pool:
    """The slices of one part, arm and block as measured; each number is computed once."""

    def __init__(self, slices: Sequence[SliceRecord]) -> None:
        self.slices = tuple(slices)
        together = [record.step.manner is Manner.TOGETHER for record in slices]
        self._together = tuple(compress(slices, together)) or self.slices
        self._apart = tuple(compress(slices, map(not_, together))) or self.slices

    @cached_property
    def steady(self) -> tuple[Sample, ...]:
        """All samples that are judged."""
        return tuple(
            sample
            for record in self.slices
            for sample in record.recording.samples
            if sample.phase == Phase.STEADY
        )

    @cached_property
    def intact(self) -> int:
        """How many of the judged samples ended well."""
        return sum(1 for record in self.slices for _ in _good(record))

    @cached_property
    def good(self) -> tuple[Sample, ...]:
        """The steady samples that ended well while the arms kept apart: what latencies are of."""
        return tuple(sample for record in self._apart for sample in _good(record))

    @cached_property
    def e2e_ns(self) -> tuple[int, ...]:
        """Sorted E2E times from the intended send."""
        return tuple(sorted(sample.last_byte_ns - sample.intended_ns for sample in self.good))

    @cached_property
    def ttfb_ns(self) -> tuple[int, ...]:
        """Sorted times to the first byte."""
        return tuple(sorted(sample.first_byte_ns - sample.intended_ns for sample in self.good))

    @cached_property
    def ttft_ns(self) -> tuple[int, ...]:
        """Sorted times to the first non-empty content delta."""
        return tuple(
            sorted(
                sample.first_content_ns - sample.intended_ns
                for sample in self.good
                if sample.first_content_ns
            )
        )

    @cached_property
    def traffic(self) -> tuple[Arrival, ...]:
        """The arrivals that bear a nonce: a gateway's own probes are not traffic."""
        return tuple(arrival for record in self.slices for arrival in record.arrivals if arrival.nonce)

    @cached_property
    def _upstream_spans(self) -> dict[str, tuple[int, int]]:
        """Per nonce: ns that the upstream took to its first and to its last byte, summed over attempts."""
        spans: dict[str, tuple[int, int]] = {}
        for arrival in self.traffic:
            if arrival.last_byte_ns and arrival.first_byte_ns:
                first, last = spans.get(arrival.nonce, (0, 0))
                spans[arrival.nonce] = (
                    first + arrival.first_byte_ns - arrival.arrival_ns,
                    last + arrival.last_byte_ns - arrival.arrival_ns,
                )
        return spans

    def _paired(self) -> Iterator[tuple[Sample, tuple[int, int]]]:
        for record in self._apart:
            prefix = record.recording.nonce_prefix
            for sample in _good(record):
                span = self._upstream_spans.get(nonce_of(prefix, sample.number))
                if span:
                    yield sample, span

    @cached_property
    def overheads(self) -> tuple[tuple[Sample, int], ...]:
        """Each good sample that arrived upstream with its E2E time less what the upstream itself took."""
        return tuple(
            (sample, sample.last_byte_ns - sample.sent_ns - last) for sample, (_, last) in self._paired()
        )

    @cached_property
    def overhead_ns(self) -> tuple[int, ...]:
        """The same times, sorted."""
        return tuple(sorted(overhead_ns for _, overhead_ns in self.overheads))

    @cached_property
    def ttft_overhead_ns(self) -> tuple[int, ...]:
        """Sorted TTFT less the upstream's own time to its first byte, per request."""
        return tuple(
            sorted(
                sample.first_content_ns - sample.sent_ns - first
                for sample, (first, _) in self._paired()
                if sample.first_content_ns
            )
        )

    @cached_property
    def itl_ns(self) -> tuple[int, ...]:
        """Sorted gaps between the content deltas of each good, steady stream."""
        gaps: list[int] = []
        for record in self._apart:
            times = record.recording.delta_times_ns
            at = 0
            for sample in record.recording.samples:
                mine = times[at : at + sample.deltas]
                at += sample.deltas
                if sample.phase == Phase.STEADY and sample.outcome == Outcome.OK:
                    gaps.extend(after - before for before, after in pairwise(mine))
        return tuple(sorted(gaps))

    @cached_property
    def durations_ns(self) -> tuple[int, ...]:
        """Time under steady load, per slice."""
        return tuple(_steady_ns(record) for record in self._apart)

    @cached_property
    def qps(self) -> float | None:
        """Good answers per second, failures being no throughput: the median over slices.

        A slice that a busy neighbour hit is thereby left aside; so it is for the CPU times.
        """
        spans = [(record, _steady_ns(record)) for record in self._together]
        rates = [
            sum(1 for _ in _good(record)) * NS_PER_S / duration_ns
            for record, duration_ns in spans
            if duration_ns
        ]
        return median(rates) if rates else None

    @cached_property
    def cpu_per_request_ns(self) -> float | None:
        """CPU time of the SUT's process tree per request, warm-up included: the median over slices."""
        return _median_cpu_ns(self._together, [len(record.recording.samples) for record in self._together])

    @cached_property
    def cpu_per_delta_ns(self) -> float | None:
        """The same per content delta."""
        return _median_cpu_ns(
            self._together, [len(record.recording.delta_times_ns) for record in self._together]
        )

    @cached_property
    def sut_rss_bytes(self) -> int | None:
        """Resident memory after the last slice."""
        return self.slices[-1].sut_rss_bytes

    @cached_property
    def happened(self) -> tuple[Happened, ...]:
        """What was done to instances during the slices."""
        return tuple(event for record in self.slices for event in record.happened)


def _good(record: SliceRecord) -> Iterator[Sample]:
    for sample in record.recording.samples:
        if sample.phase == Phase.STEADY and sample.outcome == Outcome.OK:
            yield sample


def _steady_ns(record: SliceRecord) -> int:
    steady = [sample for sample in record.recording.samples if sample.phase == Phase.STEADY]
    if not steady:
        return 0
    first_ns = min(sample.intended_ns for sample in steady)
    return max(first_ns, *(sample.last_byte_ns for sample in steady)) - first_ns


def _median_cpu_ns(slices: Sequence[SliceRecord], counts: Sequence[int]) -> float | None:
    """None where there is no process to ask, or nothing to divide by."""
    each = [
        record.sut_cpu_ns / count
        for record, count in zip(slices, counts, strict=True)
        if record.sut_cpu_ns is not None and count
    ]
    return median(each) if each and len(each) == len(slices) else None
