"""What a gateway keeps: growth under an unchanging load, and memory per client key."""

from collections.abc import Callable, Iterator, Sequence

from perf.judge.pool import Pool
from perf.judge.validity import nonce_of
from perf.model.load import Outcome, Phase
from perf.model.slices import SliceRecord, UsageSample
from perf.model.units import ns_to_s
from perf.stats.quantile import median
from perf.stats.slope import theil_sen

PHASES = 12
"""An unchanging load is cut into so many phases of equal length."""
SETTLING_PHASES = 3
"""The first of them, in which pools, caches and code that was never run fill up, do not count."""
PROJECTED_S = 1_800.0
_CONFIDENCE = 0.95
_FEWEST_PHASES = 3

Quantity = Callable[[UsageSample], float]


def rss_growth_bytes(pool: Pool) -> float | None:
    """By how much resident memory would grow in half an hour: the Theil–Sen slope over phase medians."""
    return _grown(pool, lambda sample: sample.rss_bytes, over_s=PROJECTED_S)


def fd_growth(pool: Pool) -> float | None:
    """By how many open files the counted phases grew, by the same slope."""
    return _grown(pool, lambda sample: sample.file_descriptors, over_s=None)


def socket_growth(pool: Pool) -> float | None:
    """The same of sockets."""
    return _grown(pool, lambda sample: sample.sockets, over_s=None)


def undisturbed_success(pool: Pool) -> float | None:
    """Good answers among the requests that the plan did not abort and the upstream did not refuse."""
    wanted = sum(_could_succeed(record) for record in pool.slices)
    return pool.intact / wanted if wanted else None


def memory_per_key_bytes(pool: Pool) -> float | None:
    """Resident memory that the first request of each client key added, per key."""
    return _per_key(pool, 0)


def memory_per_known_key_bytes(pool: Pool) -> float | None:
    """The same for the next request of each key: zero, if the gateway keeps one thing per key."""
    return _per_key(pool, 1)


def memory_per_chunk_bytes(pool: Pool) -> float | None:
    """By how much resident memory grew with each chunk of streams that are all open at once.

    The Theil–Sen slope over the phases of their common life, over the chunks that came in it: what is held
    as long as a stream lasts. What comes and goes with a stream is no growth.
    """
    record = pool.slices[0]
    times_ns = record.recording.delta_times_ns
    if not times_ns:
        return None
    start_ns, end_ns = min(times_ns), max(times_ns)
    points = list(_medians(record, lambda sample: sample.rss_bytes, start_ns=start_ns, end_ns=end_ns))
    if len(points) < _FEWEST_PHASES:
        return None
    slope = theil_sen([at for at, _ in points], [value for _, value in points], confidence=_CONFIDENCE).slope
    return slope * ns_to_s(end_ns - start_ns) / len(times_ns)


def _grown(pool: Pool, quantity: Quantity, *, over_s: float | None) -> float | None:
    """The slope of a quantity over the counted phases, times a span; None: the span of these phases."""
    points = [point for record in pool.slices[:1] for point in _phase_medians(record, quantity)]
    if len(points) < _FEWEST_PHASES:
        return None
    at_s, values = [at for at, _ in points], [value for _, value in points]
    slope = theil_sen(at_s, values, confidence=_CONFIDENCE).slope
    return slope * (at_s[-1] - at_s[0] if over_s is None else over_s)


def _phase_medians(record: SliceRecord, quantity: Quantity) -> Iterator[tuple[float, float]]:
    """Middle of the phase in s from the start of the load, and the median of its samples."""
    start_ns, end_ns = _load_ns(record)
    yield from _medians(record, quantity, start_ns=start_ns, end_ns=end_ns)


def _medians(
    record: SliceRecord, quantity: Quantity, *, start_ns: int, end_ns: int
) -> Iterator[tuple[float, float]]:
    """The same of a span that is known."""
    span_ns = (end_ns - start_ns) / PHASES
    for number in range(SETTLING_PHASES, PHASES):
        low, high = start_ns + number * span_ns, start_ns + (number + 1) * span_ns
        values = [quantity(sample) for sample in record.usage if low <= sample.at_ns < high]
        if values:
            yield ns_to_s(span_ns * (number + 0.5)), median(values)


def _load_ns(record: SliceRecord) -> tuple[int, int]:
    """From the first to the last intended time: the drain after it is no longer the same load."""
    steady = [sample.intended_ns for sample in record.recording.samples if sample.phase == Phase.STEADY]
    return (min(steady), max(steady)) if steady else (0, 0)


def _could_succeed(record: SliceRecord) -> int:
    failed = {arrival.nonce for arrival in record.arrivals if arrival.status >= 400}
    prefix = record.recording.nonce_prefix
    return sum(
        1
        for sample in record.recording.samples
        if sample.phase == Phase.STEADY
        and sample.outcome != Outcome.ABORTED_BY_PLAN
        and (sample.outcome == Outcome.OK or nonce_of(prefix, sample.number) not in failed)
    )


def _per_key(pool: Pool, lap: int) -> float | None:
    """What a lap added, per key: keys take turns, and the first lap ends where the warm-up began."""
    record = pool.slices[0]
    keys = record.step.part.keys
    samples = record.recording.samples
    steady = [sample for sample in samples if sample.phase == Phase.STEADY]
    first = keys - (len(samples) - len(steady))
    mine = steady[first : first + keys] if lap else steady[: max(0, first)]
    if keys < 2 or len(mine) < (keys if lap else max(first, 1)):
        return None
    before = _last_before(record.usage, mine[0].sent_ns)
    after = _last_before(record.usage, max(sample.sent_ns for sample in mine))
    return None if before is None or after is None else (after.rss_bytes - before.rss_bytes) / len(mine)


def _last_before(usage: Sequence[UsageSample], at_ns: int) -> UsageSample | None:
    return next((sample for sample in reversed(usage) if sample.at_ns <= at_ns), None)
