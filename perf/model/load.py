"""What to send and what came of it: workloads, request templates, samples, recordings."""

from array import array
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

from perf.model.units import ms_to_ns
from perf.model.upstream import TokenUsage
from perf.model.wire import Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTemplate:
    """One request to send again and again; the bytes of the body are prefix + nonce + suffix.

    `headers` hold neither Host, Content-Length nor the nonce header: the engine adds them.
    `expected_text` is the whole text that a faithful gateway returns, with the request's nonce wherever
    it has `NONCE_ECHO`; "" checks nothing.
    `expected_usage` is what the provider counts; None checks nothing.
    """

    name: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body_prefix: bytes
    body_suffix: bytes
    dialect: Dialect
    stream: bool
    expected_text: str
    expected_usage: TokenUsage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedLoop:
    """A fixed number of connections, each sending its next request when the last is complete."""

    connections: int
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantRate:
    """Open loop, evenly spaced arrivals."""

    per_second: float
    duration_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Poisson:
    """Open loop, exponential gaps between arrivals."""

    per_second: float
    duration_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """Open loop, a rate that grows (or falls) linearly."""

    from_per_second: float
    to_per_second: float
    duration_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Open loop, one constant rate after the other, each for the same time."""

    per_second: tuple[float, ...]
    step_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bursts:
    """Open loop, `size` arrivals at once, every `every_ns`, `count` times."""

    size: int
    every_ns: int
    count: int


OpenLoop = ConstantRate | Poisson | Ramp | Steps | Bursts
Workload = ClosedLoop | OpenLoop


class Spread(StrEnum):
    """Which template a request uses."""

    BY_REQUEST = "by-request"
    """Request i uses template i modulo their number."""
    BY_CONNECTION = "by-connection"
    """All requests of connection c use template c modulo their number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Deadlines of one request, each counted from its sending (connect: from the attempt).

    The engine looks for overdue requests now and then: a deadline strikes late, by up to 5 % or 5 ms.
    """

    connect_ns: int
    first_byte_ns: int
    total_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Abort:
    """Planned aborts: of each `every`-th request, the client hangs up after `after_deltas` content deltas.

    Counted from one in steady state. Where the same templates would be hit lap by lap, the count moves on
    from lap to lap, so that each has its turn: by two where some do not stream, to keep to those that do.
    With 0 deltas the client hangs up as soon as it has sent; a request that has no so many deltas ends as
    it would have.
    """

    every: int
    after_deltas: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowReader:
    """A client that reads no faster than this, and so presses back on the gateway.

    The kernel keeps up to about twice `buffer_bytes` that were not read yet; then the gateway cannot send.
    """

    bytes_per_second: int
    buffer_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """One slice of load against one base URL; everything the engine needs, nothing it decides.

    `requests_per_connection` 0 keeps connections for ever; 1 opens a new one for each request.
    `warmup_requests` come first, as a closed loop over the same connections, and are marked as such.
    `max_connections` limits the pool of an open loop; a closed loop has its own number.
    "Connection" in `Spread` is a place in the pool: its template stays when the connection is replaced.
    `churn_per_second` closes so many connections a second, each when its request has ended; 0 closes none.
    `slow_reader` makes every connection read slowly; None reads as fast as the machine can.
    `send_within_ns` after its start the run sends nothing more, and waits for what is on its way; 0 is never.
    `nonce_prefix` is 12 hex digits, unique to the slice; request i carries prefix + 8 hex digits of i.
    """

    base_url: str
    templates: tuple[RequestTemplate, ...]
    spread: Spread
    workload: Workload
    warmup_requests: int
    requests_per_connection: int
    max_connections: int
    timeouts: Timeouts
    abort: Abort | None
    nonce_prefix: str
    seed: int
    churn_per_second: float = 0.0
    slow_reader: SlowReader | None = None
    send_within_ns: int = 0


LAG_NS = ms_to_ns(10)
"""An engine with room takes a request up within this time of its intended time."""
MEDIAN_LAG_NS = ms_to_ns(2)
"""And half of them within far less: 0.1 ms where twice as many others want the cores as there are."""


class Phase(IntEnum):
    """Only steady-state samples are judged."""

    WARM_UP = 0
    STEADY = 1


class Outcome(IntEnum):
    """How one request ended, as the client saw it."""

    OK = 0
    CLIENT_4XX = 1
    SERVER_5XX = 2
    REFUSED = 3
    RESET = 4
    CONNECT_TIMEOUT = 5
    FIRST_BYTE_TIMEOUT = 6
    TOTAL_TIMEOUT = 7
    TRUNCATED_STREAM = 8
    MALFORMED_STREAM = 9
    WRONG_CONTENT = 10
    STREAM_ERROR = 11
    """An error event inside a stream that began with 200."""
    ABORTED_BY_PLAN = 12
    WRONG_USAGE = 13
    """The right text, with token counts that are not the provider's."""


class Sample(NamedTuple):
    """One request's record; times in ns of the machine's monotonic clock, 0 where it never happened.

    `connection` counts the attempts to connect; `last_byte_ns` is 0 unless the message came to its end.
    `intended_ns` is the schedule's; in a closed loop when the request was due, or before it its connection.
    `ended_ns` is when the outcome was known: `last_byte_ns`, or when it was cut off or given up.
    `deltas` counts the content deltas that are not empty, `frames` all events of a stream.
    `output_tokens` is the provider's own count, as the answer tells it; 0 where it tells none.
    """

    number: int
    template: int
    connection: int
    phase: int
    intended_ns: int
    sent_ns: int
    first_byte_ns: int
    first_content_ns: int
    last_byte_ns: int
    deltas: int
    bytes_in: int
    status: int
    outcome: int
    ended_ns: int
    frames: int
    output_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """All that one slice of load recorded.

    `started_ns`, `ended_ns` and `engine_cpu_ns` (process time, all threads) are of steady state:
    from after the warm-up to the end of the last request.
    `delta_times_ns` holds the time of every non-empty content delta of every streamed request,
    request after request in sample order; `deltas` of each sample says how many are its own.
    `frame_times_ns` and `frames` are the same of every event, whatever it says.
    `late_sends` counts open-loop sends over 1 ms behind their intended time, for whatever reason;
    `lagging_sends` counts those that the schedule itself took up over `LAG_NS` late, and `worst_lag_ns` is
    how far it ever fell behind; half of them it took up within `median_lag_ns`. These three are the rig's
    fault alone.
    `unsent` counts the requests that were never sent, because the plan's time was over.
    """

    nonce_prefix: str
    samples: tuple[Sample, ...]
    delta_times_ns: "array[int]"
    frame_times_ns: "array[int]"
    started_ns: int
    ended_ns: int
    engine_cpu_ns: int
    connections_opened: int
    late_sends: int
    lagging_sends: int
    worst_lag_ns: int
    median_lag_ns: int
    unsent: int = 0
