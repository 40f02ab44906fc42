"""How each metric is computed from pooled slices; None where it does not apply."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from statistics import median

from perf.judge import endings, outage, overload, payloads, questions, refusals, shares, soak
from perf.judge.pool import Pool
from perf.judge.validity import rig_lag, rig_load
from perf.model import metric as m
from perf.model.load import ClosedLoop, Outcome
from perf.model.metric import Metric
from perf.stats.quantile import quantile

Extract = Callable[[Pool], float | None]

_DAMAGED = frozenset({Outcome.TRUNCATED_STREAM, Outcome.MALFORMED_STREAM, Outcome.WRONG_CONTENT})


def _quantile(values: Sequence[int], q: float) -> float | None:
    return quantile(values, q) if values else None


def _mean(values: Sequence[int]) -> float | None:
    return sum(values) / len(values) if values else None


def _per(total: float | None, count: int) -> float | None:
    return total / count if total is not None and count else None


def _streamed(pool: Pool) -> bool:
    return pool.slices[0].step.part.stream


def _content_ratio(pool: Pool) -> float | None:
    """Whole and unchanged answers among those that began well."""
    damaged = sum(1 for sample in pool.steady if sample.outcome in _DAMAGED)
    return _per(pool.intact, pool.intact + damaged)


def _attempts(pool: Pool) -> float | None:
    return _per(len(pool.traffic), len({arrival.nonce for arrival in pool.traffic}))


def _connections(pool: Pool) -> float | None:
    used = {(arrival.instance, arrival.connection) for arrival in pool.traffic}
    return _per(len(used), len(pool.traffic))


def _http2_ratio(pool: Pool) -> float | None:
    """Which protocol the gateway chose, where it had the choice."""
    if not pool.slices[0].offers_http2:
        return None
    return _per(sum(arrival.http2 for arrival in pool.traffic), len(pool.traffic))


def _upstream_bytes(pool: Pool) -> float | None:
    """What the gateway sent upstream, heads and bodies of all attempts, per client request."""
    nonces = {arrival.nonce for arrival in pool.traffic}
    return _per(float(sum(arrival.bytes_in for arrival in pool.traffic)), len(nonces))


def _sticky_ratio(pool: Pool) -> float | None:
    """The share of answered requests that went to the instance that their client key is bound to."""
    by_key: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for record in pool.slices:
        for key, visits in outage.visits_of(record).items():
            by_key[key].update(visit.instance for visit in visits)
    total = sum(sum(counts.values()) for counts in by_key.values())
    return _per(sum(max(counts.values()) for counts in by_key.values()), total)


def _machine_cpu(pool: Pool) -> float | None:
    """The share of the whole machine's CPU time that the gateway used: the largest of its slices."""
    each = [
        record.sut_cpu_ns / record.wall_ns / record.machine_cores
        for record in pool.slices
        if record.sut_cpu_ns is not None and record.wall_ns
    ]
    return max(each, default=None)


def _sut_cores(pool: Pool) -> float | None:
    """The share of the cores that the gateway may use, where it works to the limit of them."""
    record = pool.slices[0]
    if record.sut_cpu_ns is None or not (record.step.part.saturating and _is_closed(pool)):
        return None
    return record.sut_cores / record.machine_cores


def _neighbour_load(pool: Pool) -> float | None:
    """The share of the cores in use that others took; None if it is not known of each slice."""
    known = [record.neighbours for record in pool.slices if record.neighbours is not None]
    if len(known) < len(pool.slices):
        return None
    return _per(max(0.0, sum(each.taken_ns for each in known)), sum(each.whole_ns for each in known))


def _ready_time(pool: Pool) -> float | None:
    """From the start of a process until it says that it is ready: the median over launches."""
    each = [record.ready_ns - record.launched_ns for record in pool.slices if record.launched_ns]
    return float(median(each)) if each else None


def _first_answer_time(pool: Pool) -> float | None:
    """From the start of a process until it has answered its first request: the median over launches."""
    firsts = [(record, record.recording.samples[0]) for record in pool.slices if record.recording.samples]
    each = [
        sample.last_byte_ns - record.launched_ns
        for record, sample in firsts
        if record.launched_ns and sample.outcome == Outcome.OK
    ]
    return float(median(each)) if each and len(each) == len(pool.slices) else None


def _log_bytes_per_request(pool: Pool) -> float | None:
    written = [record.log.written_bytes for record in pool.slices if record.log is not None]
    requests = sum(len(record.recording.samples) for record in pool.slices)
    return _per(sum(written), requests) if len(written) == len(pool.slices) else None


def _log_over_sink(pool: Pool) -> float | None:
    """What was logged over what the slow reader had room for: below 1 nothing was ever held up."""
    each = [
        record.log.written_bytes / record.log.room_bytes
        for record in pool.slices
        if record.log is not None and record.log.room_bytes
    ]
    return min(each, default=None)


def _idle_cpu(pool: Pool) -> float | None:
    each = [record.idle.cpu_ns / record.idle.wall_ns for record in pool.slices if record.idle is not None]
    return max(each, default=None)


def _is_closed(pool: Pool) -> bool:
    return isinstance(pool.slices[0].step.part.workload, ClosedLoop)


def _if_weighted(extract: Extract) -> Extract:
    """The same where the part says how sessions are to be spread."""
    return lambda pool: extract(pool) if pool.slices[0].step.part.weights else None


def _if_unchanging(extract: Extract) -> Extract:
    """The same where what the gateway holds is sampled under a load that stays the same."""
    return lambda pool: (
        extract(pool)
        if (part := pool.slices[0].step.part).usage_every_ns
        and (part.abort is not None or not _is_closed(pool))
        else None
    )


def _if_sampled(extract: Extract, *, closed: bool) -> Extract:
    """The same where the part asks for samples of what the gateway holds, in one kind of loop."""
    return lambda pool: (
        extract(pool) if pool.slices[0].step.part.usage_every_ns and _is_closed(pool) is closed else None
    )


def _if_held_open(extract: Extract) -> Extract:
    """The same where what the gateway holds is sampled while streams are open that all end well."""
    return lambda pool: (
        extract(pool)
        if (part := pool.slices[0].step.part).usage_every_ns and part.stream and part.abort is None
        else None
    )


EXTRACTORS: Mapping[Metric, Extract] = {
    m.E2E_MIN: lambda pool: _quantile(pool.e2e_ns, 0.0),
    m.E2E_MEAN: lambda pool: _mean(pool.e2e_ns),
    m.E2E_P50: lambda pool: _quantile(pool.e2e_ns, 0.5),
    m.E2E_P95: lambda pool: _quantile(pool.e2e_ns, 0.95),
    m.E2E_P99: lambda pool: _quantile(pool.e2e_ns, 0.99),
    m.E2E_MAX: lambda pool: _quantile(pool.e2e_ns, 1.0),
    m.OVERHEAD_P50: lambda pool: _quantile(pool.overhead_ns, 0.5),
    m.OVERHEAD_P99: lambda pool: _quantile(pool.overhead_ns, 0.99),
    m.TTFB_P50: lambda pool: _quantile(pool.ttfb_ns, 0.5) if _streamed(pool) else None,
    m.TTFT_P50: lambda pool: _quantile(pool.ttft_ns, 0.5),
    m.TTFT_P95: lambda pool: _quantile(pool.ttft_ns, 0.95),
    m.TTFT_OVERHEAD_P50: lambda pool: _quantile(pool.ttft_overhead_ns, 0.5),
    m.TTFT_OVERHEAD_P95: lambda pool: _quantile(pool.ttft_overhead_ns, 0.95),
    m.ITL_P50: lambda pool: _quantile(pool.itl_ns, 0.5),
    m.ITL_P99: lambda pool: _quantile(pool.itl_ns, 0.99),
    m.QPS: lambda pool: pool.qps,
    m.DURATION: lambda pool: float(sum(pool.durations_ns)) or None,
    m.CPU_PER_REQUEST: lambda pool: pool.cpu_per_request_ns,
    m.CPU_PER_DELTA: lambda pool: pool.cpu_per_delta_ns if _streamed(pool) else None,
    m.RSS: lambda pool: None if pool.sut_rss_bytes is None else float(pool.sut_rss_bytes),
    m.SUCCESS_RATIO: lambda pool: _per(pool.intact, len(pool.steady)),
    m.CONTENT_RATIO: _content_ratio,
    m.USAGE_RATIO: payloads.usage_ratio,
    m.PROMPT_RATIO: payloads.prompt_ratio,
    m.MODEL_RATIO: payloads.model_ratio,
    m.SMALL_E2E_P99: lambda pool: _quantile(payloads.small_e2e_ns(pool), 0.99),
    m.SILENT_CUT_RATIO: endings.silent_cut_ratio,
    m.CUT_END_RATIO: endings.cut_end_ratio,
    m.UNCUT_SUCCESS: endings.uncut_success,
    m.FAILED_E2E_P50: lambda pool: _quantile(endings.failed_e2e_ns(pool), 0.5),
    m.FAILED_E2E_P99: lambda pool: _quantile(endings.failed_e2e_ns(pool), 0.99),
    m.ABORT_SEEN_RATIO: endings.abort_seen_ratio,
    m.ABORT_TIME_P95: lambda pool: _quantile(endings.abort_times_ns(pool), 0.95),
    m.ATTEMPTS_PER_REQUEST: _attempts,
    m.CONNECTIONS_PER_REQUEST: _connections,
    m.HTTP2_RATIO: _http2_ratio,
    m.UPSTREAM_BYTES_PER_REQUEST: _upstream_bytes,
    m.STICKY_RATIO: lambda pool: _sticky_ratio(pool) if pool.slices[0].step.part.keys > 1 else None,
    m.DETECT_TIME: outage.detect_time_ns,
    m.ELSEWHERE_BEFORE: outage.elsewhere_before,
    m.RECOVER_TIME: outage.recover_time_ns,
    m.FAILING_ATTEMPTS: outage.failing_attempts,
    m.REFUSED_CONNECTS: refusals.refused_connects,
    m.STRAY_REFUSALS: refusals.stray_refusals,
    m.OUTAGE_OVERHEAD_P50: lambda pool: _quantile(outage.outage_overhead_ns(pool), 0.5),
    m.BYSTANDER_STICKY_RATIO: outage.bystander_sticky_ratio,
    m.RESTICK_TIME: outage.restick_time_ns,
    m.MOVES_PER_ORPHAN: outage.moves_per_orphan,
    m.STUCK_RATIO: outage.stuck_ratio,
    m.BYSTANDER_E2E_P99: lambda pool: _quantile(outage.bystander_e2e_ns(pool), 0.99),
    m.HEALTH_RATIO: questions.health_ratio,
    m.HEALTH_MAX: questions.health_max_ns,
    m.MODELS_RATIO: questions.models_ratio,
    m.MODELS_P50: lambda pool: _quantile(questions.models_ns(pool), 0.5),
    m.MODELS_MAX: lambda pool: _quantile(questions.models_ns(pool), 1.0),
    m.LOG_BYTES_PER_REQUEST: _log_bytes_per_request,
    m.LOG_OVER_SINK: _log_over_sink,
    m.IDLE_CPU: _idle_cpu,
    m.MACHINE_CPU: _machine_cpu,
    m.SUT_CORES: _sut_cores,
    m.RIG_LOAD: lambda pool: max((rig_load(record) or 0.0) for record in pool.slices),
    m.RIG_LAG: lambda pool: None if _is_closed(pool) else max(map(rig_lag, pool.slices)),
    m.NEIGHBOUR_LOAD: _neighbour_load,
    m.WRK_QPS: lambda pool: pool.slices[0].wrk_per_second,
    m.SHARE_DEVIATION: _if_weighted(shares.share_deviation),
    m.CHI_SQUARE_P: _if_weighted(shares.chi_square_p),
    m.CHI_SQUARE_POWER: _if_weighted(shares.chi_square_power),
    m.UNDISTURBED_SUCCESS: _if_unchanging(soak.undisturbed_success),
    m.RSS_GROWTH: _if_sampled(soak.rss_growth_bytes, closed=False),
    m.FD_GROWTH: _if_unchanging(soak.fd_growth),
    m.SOCKET_GROWTH: _if_unchanging(soak.socket_growth),
    m.MEMORY_PER_KEY: _if_sampled(soak.memory_per_key_bytes, closed=True),
    m.MEMORY_PER_KNOWN_KEY: _if_sampled(soak.memory_per_known_key_bytes, closed=True),
    m.MEMORY_PER_CHUNK: _if_held_open(soak.memory_per_chunk_bytes),
    m.SATURATION: overload.saturation,
    m.OVERLOAD_GOODPUT: overload.overload_goodput,
    m.OVERLOAD_RECOVERY: overload.overload_recovery_ns,
    m.READY_TIME: _ready_time,
    m.FIRST_ANSWER_TIME: _first_answer_time,
}
"""Every metric of a load slice; BENCH_BEST comes from pytest-benchmark, PLANTED_DELAY from the controls."""


def values_of(pool: Pool) -> dict[str, float]:
    """Metric name -> value, of all metrics that apply."""
    values: dict[str, float] = {}
    for metric, extract in EXTRACTORS.items():
        value = extract(pool)
        if value is not None:
            values[metric.name] = float(value)
    return values
