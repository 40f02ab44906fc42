"""What can be measured: metrics, their units and directions, and the key of one measured number."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Unit(StrEnum):
    """The unit of a stored value."""

    NS = "ns"
    BYTES = "bytes"
    RATIO = "ratio"
    PER_SECOND = "per-second"
    COUNT = "count"


class Direction(StrEnum):
    """Which way is worse."""

    LOWER_IS_BETTER = "lower-is-better"
    HIGHER_IS_BETTER = "higher-is-better"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One kind of number. `limit_ratio` is the smallest worsening that a paired gate must catch."""

    name: str
    title: str
    unit: Unit
    direction: Direction
    limit_ratio: float


class Key(NamedTuple):
    """Names one number of a run: scenario name, part name, metric name."""

    scenario: str
    part: str
    metric: str

    @property
    def text(self) -> str:
        """The key as one word, as in files and on the command line."""
        return f"{self.scenario}/{self.part}/{self.metric}"


def _lower(name: str, title: str, *, unit: Unit, limit: float) -> Metric:
    return Metric(name=name, title=title, unit=unit, direction=Direction.LOWER_IS_BETTER, limit_ratio=limit)


def _higher(name: str, title: str, *, unit: Unit, limit: float) -> Metric:
    return Metric(name=name, title=title, unit=unit, direction=Direction.HIGHER_IS_BETTER, limit_ratio=limit)


E2E_MIN = _lower("e2e-min", "E2E min", unit=Unit.NS, limit=0.05)
E2E_MEAN = _lower("e2e-mean", "E2E mean", unit=Unit.NS, limit=0.05)
E2E_P50 = _lower("e2e-p50", "E2E p50", unit=Unit.NS, limit=0.05)
E2E_P95 = _lower("e2e-p95", "E2E p95", unit=Unit.NS, limit=0.10)
E2E_P99 = _lower("e2e-p99", "E2E p99", unit=Unit.NS, limit=0.20)
E2E_MAX = _lower("e2e-max", "E2E max", unit=Unit.NS, limit=1.00)
OVERHEAD_P50 = _lower("overhead-p50", "overhead p50", unit=Unit.NS, limit=0.05)
OVERHEAD_P99 = _lower("overhead-p99", "overhead p99", unit=Unit.NS, limit=0.20)
TTFB_P50 = _lower("ttfb-p50", "TTFB p50", unit=Unit.NS, limit=0.05)
TTFT_P50 = _lower("ttft-p50", "TTFT p50", unit=Unit.NS, limit=0.05)
TTFT_P95 = _lower("ttft-p95", "TTFT p95", unit=Unit.NS, limit=0.10)
TTFT_OVERHEAD_P50 = _lower("ttft-overhead-p50", "TTFT over script p50", unit=Unit.NS, limit=0.10)
TTFT_OVERHEAD_P95 = _lower("ttft-overhead-p95", "TTFT over script p95", unit=Unit.NS, limit=0.10)
ITL_P50 = _lower("itl-p50", "ITL p50", unit=Unit.NS, limit=0.05)
ITL_P99 = _lower("itl-p99", "ITL p99", unit=Unit.NS, limit=0.20)
QPS = _higher("qps", "throughput", unit=Unit.PER_SECOND, limit=0.05)
DURATION = _lower("duration", "duration", unit=Unit.NS, limit=0.05)
CPU_PER_REQUEST = _lower("cpu-per-request", "CPU per request", unit=Unit.NS, limit=0.03)
CPU_PER_DELTA = _lower("cpu-per-delta", "CPU per chunk", unit=Unit.NS, limit=0.03)
RSS = _lower("rss", "RSS", unit=Unit.BYTES, limit=0.05)
SUCCESS_RATIO = _higher("success-ratio", "success", unit=Unit.RATIO, limit=0.0)
CONTENT_RATIO = _higher("content-ratio", "intact answers", unit=Unit.RATIO, limit=0.0)
USAGE_RATIO = _higher("usage-ratio", "answers with the provider's token counts", unit=Unit.RATIO, limit=0.0)
PROMPT_RATIO = _higher("prompt-ratio", "prompts that arrived unchanged", unit=Unit.RATIO, limit=0.0)
MODEL_RATIO = _higher("model-ratio", "on the model they asked for", unit=Unit.RATIO, limit=0.0)
SMALL_E2E_P99 = _lower("small-e2e-p99", "E2E p99 of small requests", unit=Unit.NS, limit=0.20)
SILENT_CUT_RATIO = _lower("silent-cut-ratio", "cut streams that end as if whole", unit=Unit.RATIO, limit=0.0)
CUT_END_RATIO = _higher("cut-end-ratio", "cut streams whose end the client sees", unit=Unit.RATIO, limit=0.0)
UNCUT_SUCCESS = _higher("uncut-success", "success of what was not cut", unit=Unit.RATIO, limit=0.0)
FAILED_E2E_P50 = _lower("failed-e2e-p50", "E2E p50 of failures", unit=Unit.NS, limit=0.10)
FAILED_E2E_P99 = _lower("failed-e2e-p99", "E2E p99 of failures", unit=Unit.NS, limit=0.20)
ABORT_SEEN_RATIO = _higher("abort-seen-ratio", "aborts that the upstream sees", unit=Unit.RATIO, limit=0.0)
ABORT_TIME_P95 = _lower("abort-time-p95", "abort to upstream p95", unit=Unit.NS, limit=0.20)
ATTEMPTS_PER_REQUEST = _lower(
    "attempts-per-request", "upstream attempts per request", unit=Unit.RATIO, limit=0.0
)
CONNECTIONS_PER_REQUEST = _lower(
    "connections-per-request", "upstream connections per request", unit=Unit.RATIO, limit=0.10
)
HTTP2_RATIO = _higher("http2-ratio", "requests to the upstream by HTTP/2", unit=Unit.RATIO, limit=0.0)
UPSTREAM_BYTES_PER_REQUEST = _lower(
    "upstream-bytes-per-request", "bytes to the upstream per request", unit=Unit.BYTES, limit=0.01
)
INSTRUCTIONS_PER_REQUEST = _lower(
    "instructions-per-request", "instructions per request", unit=Unit.COUNT, limit=0.01
)
INSTRUCTIONS_PER_DELTA = _lower(
    "instructions-per-delta", "instructions per chunk", unit=Unit.COUNT, limit=0.01
)
STICKY_RATIO = _higher("sticky-ratio", "on the bound instance", unit=Unit.RATIO, limit=0.0)
DETECT_TIME = _lower("detect-time", "time to detect", unit=Unit.NS, limit=0.20)
ELSEWHERE_BEFORE = _lower("elsewhere-before", "at other instances before a loss", unit=Unit.RATIO, limit=0.10)
RECOVER_TIME = _lower("recover-time", "time to recover", unit=Unit.NS, limit=0.20)
FAILING_ATTEMPTS = _lower("failing-attempts", "attempts at the failing instance", unit=Unit.COUNT, limit=0.10)
REFUSED_CONNECTS = _lower("refused-connects", "connects refused in an outage", unit=Unit.COUNT, limit=0.10)
STRAY_REFUSALS = _lower("stray-refusals", "connects refused otherwise", unit=Unit.COUNT, limit=0.10)
OUTAGE_OVERHEAD_P50 = _lower("outage-overhead-p50", "overhead p50 during an outage", unit=Unit.NS, limit=0.10)
BYSTANDER_STICKY_RATIO = _higher(
    "bystander-sticky-ratio", "keys of other instances that stayed", unit=Unit.RATIO, limit=0.0
)
RESTICK_TIME = _lower("restick-time", "loss to every key bound again", unit=Unit.NS, limit=0.20)
MOVES_PER_ORPHAN = _lower(
    "moves-per-orphan", "moves per key of the lost instance", unit=Unit.COUNT, limit=0.10
)
STUCK_RATIO = _lower("stuck-ratio", "requests kept waiting by the hanging", unit=Unit.RATIO, limit=0.10)
BYSTANDER_E2E_P99 = _lower("bystander-e2e-p99", "E2E p99 of requests not concerned", unit=Unit.NS, limit=0.20)
HEALTH_RATIO = _higher("health-ratio", "health checks answered", unit=Unit.RATIO, limit=0.0)
HEALTH_MAX = _lower("health-max", "slowest health check", unit=Unit.NS, limit=0.20)
MODELS_RATIO = _higher("models-ratio", "lists of its own models", unit=Unit.RATIO, limit=0.0)
MODELS_P50 = _lower("models-p50", "list of models p50", unit=Unit.NS, limit=0.10)
MODELS_MAX = _lower("models-max", "slowest list of models", unit=Unit.NS, limit=0.20)
LOG_BYTES_PER_REQUEST = _lower("log-bytes-per-request", "log per request", unit=Unit.BYTES, limit=0.05)
LOG_OVER_SINK = _lower("log-over-sink", "log over what its reader takes", unit=Unit.COUNT, limit=0.10)
IDLE_CPU = _lower("idle-cpu", "CPU of a core while idle", unit=Unit.RATIO, limit=0.10)
MACHINE_CPU = _lower("machine-cpu", "CPU of the whole machine", unit=Unit.RATIO, limit=0.10)
SUT_CORES = _lower("sut-cores", "cores that the gateway may use", unit=Unit.RATIO, limit=0.10)
RIG_LOAD = _lower("rig-load", "load of the rig's own cores", unit=Unit.RATIO, limit=0.10)
RIG_LAG = _lower("rig-lag", "sent late by the rig", unit=Unit.RATIO, limit=0.10)
NEIGHBOUR_LOAD = _lower("neighbour-load", "cores that others took", unit=Unit.RATIO, limit=0.10)
WRK_QPS = _higher("wrk-qps", "throughput by wrk", unit=Unit.PER_SECOND, limit=0.05)
SHARE_DEVIATION = _lower("share-deviation", "deviation from the weights", unit=Unit.RATIO, limit=0.10)
CHI_SQUARE_P = _higher("chi-square-p", "chi-square p-value", unit=Unit.RATIO, limit=0.10)
CHI_SQUARE_POWER = _higher("chi-square-power", "chi-square power", unit=Unit.RATIO, limit=0.10)
UNDISTURBED_SUCCESS = _higher(
    "undisturbed-success", "success, planned failures aside", unit=Unit.RATIO, limit=0.0
)
RSS_GROWTH = _lower("rss-growth", "RSS growth in 30 min", unit=Unit.BYTES, limit=0.10)
FD_GROWTH = _lower("fd-growth", "more open files at the end", unit=Unit.COUNT, limit=0.10)
SOCKET_GROWTH = _lower("socket-growth", "more sockets at the end", unit=Unit.COUNT, limit=0.10)
MEMORY_PER_KEY = _lower("memory-per-key", "memory per new key", unit=Unit.BYTES, limit=0.10)
MEMORY_PER_KNOWN_KEY = _lower("memory-per-known-key", "memory per known key", unit=Unit.BYTES, limit=0.10)
MEMORY_PER_CHUNK = _lower("memory-per-chunk", "memory per chunk of open streams", unit=Unit.BYTES, limit=0.10)
SATURATION = _higher("saturation", "saturation", unit=Unit.PER_SECOND, limit=0.05)
OVERLOAD_GOODPUT = _higher("overload-goodput", "goodput in overload", unit=Unit.RATIO, limit=0.10)
OVERLOAD_RECOVERY = _lower("overload-recovery", "recovery from overload", unit=Unit.NS, limit=0.20)
READY_TIME = _lower("ready-time", "start to ready", unit=Unit.NS, limit=0.10)
FIRST_ANSWER_TIME = _lower("first-answer-time", "start to first answer", unit=Unit.NS, limit=0.10)
BENCH_BEST = _lower("bench-best", "best round", unit=Unit.NS, limit=0.10)
PLANTED_DELAY = _lower("planted-delay", "planted delay", unit=Unit.NS, limit=0.0)
TIME_PER_OP = _lower("time-per-op", "time per operation", unit=Unit.NS, limit=0.05)
ALLOCATED_PER_OP = _lower("allocated-per-op", "allocated per operation", unit=Unit.BYTES, limit=0.05)
ALLOCATIONS_PER_OP = _lower("allocations-per-op", "allocations per operation", unit=Unit.COUNT, limit=0.05)

METRICS: tuple[Metric, ...] = (
    E2E_MIN,
    E2E_MEAN,
    E2E_P50,
    E2E_P95,
    E2E_P99,
    E2E_MAX,
    OVERHEAD_P50,
    OVERHEAD_P99,
    TTFB_P50,
    TTFT_P50,
    TTFT_P95,
    TTFT_OVERHEAD_P50,
    TTFT_OVERHEAD_P95,
    ITL_P50,
    ITL_P99,
    QPS,
    DURATION,
    CPU_PER_REQUEST,
    CPU_PER_DELTA,
    RSS,
    SUCCESS_RATIO,
    CONTENT_RATIO,
    USAGE_RATIO,
    PROMPT_RATIO,
    MODEL_RATIO,
    SMALL_E2E_P99,
    SILENT_CUT_RATIO,
    CUT_END_RATIO,
    UNCUT_SUCCESS,
    FAILED_E2E_P50,
    FAILED_E2E_P99,
    ABORT_SEEN_RATIO,
    ABORT_TIME_P95,
    ATTEMPTS_PER_REQUEST,
    CONNECTIONS_PER_REQUEST,
    HTTP2_RATIO,
    UPSTREAM_BYTES_PER_REQUEST,
    INSTRUCTIONS_PER_REQUEST,
    INSTRUCTIONS_PER_DELTA,
    STICKY_RATIO,
    DETECT_TIME,
    ELSEWHERE_BEFORE,
    RECOVER_TIME,
    FAILING_ATTEMPTS,
    REFUSED_CONNECTS,
    STRAY_REFUSALS,
    OUTAGE_OVERHEAD_P50,
    BYSTANDER_STICKY_RATIO,
    RESTICK_TIME,
    MOVES_PER_ORPHAN,
    STUCK_RATIO,
    BYSTANDER_E2E_P99,
    HEALTH_RATIO,
    HEALTH_MAX,
    MODELS_RATIO,
    MODELS_P50,
    MODELS_MAX,
    LOG_BYTES_PER_REQUEST,
    LOG_OVER_SINK,
    IDLE_CPU,
    MACHINE_CPU,
    SUT_CORES,
    RIG_LOAD,
    RIG_LAG,
    NEIGHBOUR_LOAD,
    WRK_QPS,
    SHARE_DEVIATION,
    CHI_SQUARE_P,
    CHI_SQUARE_POWER,
    UNDISTURBED_SUCCESS,
    RSS_GROWTH,
    FD_GROWTH,
    SOCKET_GROWTH,
    MEMORY_PER_KEY,
    MEMORY_PER_KNOWN_KEY,
    MEMORY_PER_CHUNK,
    SATURATION,
    OVERLOAD_GOODPUT,
    OVERLOAD_RECOVERY,
    READY_TIME,
    FIRST_ANSWER_TIME,
    BENCH_BEST,
    PLANTED_DELAY,
    TIME_PER_OP,
    ALLOCATED_PER_OP,
    ALLOCATIONS_PER_OP,
)
_BEYOND_ONE = frozenset({ATTEMPTS_PER_REQUEST, CONNECTIONS_PER_REQUEST, IDLE_CPU})
"""Ratios that count to a request, or in cores."""


def is_share(metric: Metric) -> bool:
    """Whether it is a part of a whole, so that it can be no more than one."""
    return metric.unit is Unit.RATIO and metric not in _BEYOND_ONE


METRIC_BY_NAME: dict[str, Metric] = {metric.name: metric for metric in METRICS}
