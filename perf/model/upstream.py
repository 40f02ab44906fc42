"""What a mock provider does, and what it saw."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantDelay:
    """Always the same delay."""

    delay_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalDelay:
    """Normally distributed delay, cut at zero."""

    mean_ns: int
    sd_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNormalDelay:
    """Log-normally distributed delay: median and the standard deviation of its logarithm."""

    median_ns: int
    sigma: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDelay:
    """Delays replayed in order, again from the start when used up."""

    delays_ns: tuple[int, ...]


Delay = ConstantDelay | NormalDelay | LogNormalDelay | RecordedDelay


class FaultKind(StrEnum):
    """One way in which real providers fail; see docs/reference/upstream.md."""

    STATUS = "status"
    """Answer `status` with the provider's own error body (529 on Anthropic only)."""
    HTML_500 = "html-500"
    ERROR_EVENT = "error-event"
    """200, then an error event after frame `after_frames`."""
    FIN = "fin"
    """Close in order after frame `after_frames`."""
    RST = "rst"
    """Reset the connection after byte `after_bytes` of the body."""
    SILENCE = "silence"
    """200 and headers, then nothing."""
    STALL = "stall"
    """Pause for `pause_ns` after frame `after_frames`, then go on."""
    DRIP = "drip"
    """One byte every `pause_ns`."""
    SPLIT = "split"
    """Each frame in pieces of `after_bytes` bytes, written apart."""
    COALESCE = "coalesce"
    """All frames in one write."""
    NO_TERMINATOR = "no-terminator"
    DUPLICATE_TERMINATOR = "duplicate-terminator"
    NO_USAGE = "no-usage"
    INVALID_JSON = "invalid-json"
    """Frame `after_frames` is not JSON."""
    BLACK_HOLE = "black-hole"
    """Take the request, never answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault and its parameters; `ratio` of the requests have it, chosen by the seed.

    `retry_after` is the header's text as sent ("2", an HTTP date, "" for none); `retry_after_ms` likewise.
    """

    kind: FaultKind
    ratio: float
    status: int = 0
    after_frames: int = 0
    after_bytes: int = 0
    pause_ns: int = 0
    retry_after: str = ""
    retry_after_ms: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUsage:
    """Token counts as the provider reports them; total input = input + creation + read."""

    input_tokens: int
    output_tokens: int
    cache_creation_tokens: int
    cache_read_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamScript:
    """How one instance answers from now on.

    `first_delay` runs from the last byte of the request to the first byte of the answer.
    A stream sends `len(tokens)` content deltas, the first with the head, then one each `interval_ns`.
    The text of every answer, streamed or not, is the concatenation of `tokens`.
    With `tool_arguments`, the answer is a call of tool `lookup` with that JSON text instead.
    `NONCE_ECHO` in a token, or whole in one fragment of the arguments, becomes the nonce of the request.
    """

    first_delay: Delay
    interval_ns: int
    tokens: tuple[str, ...]
    usage: TokenUsage
    faults: tuple[Fault, ...]
    tool_arguments: str
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Down:
    """Closes the listener and every connection, as a dead host with a live kernel: connects are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """An instance is reached over TLS, by a certificate that is made for the run.

    It offers HTTP/2 with at most so many streams at once on a connection, and HTTP/1.1; with 0, only that.
    """

    http2_streams: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineStep:
    """From `at_ns` (of the machine's monotonic clock) on, the instance behaves so."""

    instance: str
    at_ns: int
    state: UpstreamScript | Down


class Arrival(NamedTuple):
    """One request as an instance saw it; times in ns of the machine's monotonic clock, 0 if never.

    `nonce` is "" where the request carried none (a gateway's own probe, say).
    `arrival_ns` is when the whole request was in.
    `credential` is the API key it came with (bearer token or x-api-key, "" if none): a key that
    only the gateway's configuration holds proves that the request came through the gateway.
    `faults` are the kinds that its answer had, `prompt_digest` that of its text, "" for a short one.
    `model` is the one that it asked for, "" where nothing was asked of one.
    `http2` says that it came by HTTP/2, not by HTTP/1.1.
    `version` is what its header `anthropic-version` said, whatever that was, "" without one.
    """

    instance: str
    connection: int
    nonce: str
    path: str
    arrival_ns: int
    first_byte_ns: int
    last_byte_ns: int
    status: int
    bytes_in: int
    bytes_out: int
    client_aborted: bool
    credential: str
    faults: tuple[FaultKind, ...] = ()
    prompt_digest: str = ""
    model: str = ""
    http2: bool = False
    version: str = ""
