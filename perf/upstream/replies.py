"""Deciding an answer: from script, request and faults to the timed pieces of a body, before HTTP."""

from dataclasses import dataclass
from time import gmtime, strftime, time
from typing import NamedTuple

from perf.model.upstream import Fault, FaultKind, UpstreamScript
from perf.model.wire import Dialect
from perf.upstream.faults import CONTENT_FAULTS, DELIVERY_FAULTS, Draft, End, Piece, disturb
from perf.wire.answer import Answer, StreamFrames
from perf.wire.build import reply_body, reply_frames
from perf.wire.failure import error_body, error_status
from perf.wire.headers import reply_headers

_HTML = b"<html><head><title>500 Internal Server Error</title></head><body><h1>500</h1></body></html>\n"

_RATE_LIMITED = 429
_RESETS_AFTER_S = 86_400
_RESETS = strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(time() + _RESETS_AFTER_S))
"""When Anthropic's limits are full again: a day after the process has started, so ahead of every run, and
alike in all of its answers."""

ANSWER_FAULTS = frozenset({FaultKind.STATUS, FaultKind.HTML_500, FaultKind.BLACK_HOLE, FaultKind.NO_USAGE})
"""The faults that replace or rewrite the answer, and so are none of a draft's."""


class Ask(NamedTuple):
    """All of a request that its answer depends on."""

    dialect: Dialect
    model: str
    stream: bool
    include_usage: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer, ready for HTTP.

    `length_bytes` is the declared length of the body, None for a stream of unknown length.
    A `status` of 0 answers nothing at all.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    length_bytes: int | None
    pieces: tuple[Piece, ...]
    end: End


NO_REPLY = Reply(status=0, headers=(), length_bytes=None, pieces=(), end=End.HANG)


def reply_to(ask: Ask, script: UpstreamScript, *, hits: tuple[Fault, ...]) -> Reply:
    """Give the answer of a script to a request that drew these faults.

    The first fault that takes the place of the answer wins; all others act together.
    """
    for fault in hits:
        match fault.kind:
            case FaultKind.BLACK_HOLE:
                return NO_REPLY
            case FaultKind.STATUS:
                status = error_status(ask.dialect, fault.status)
                return refusal(ask.dialect, status, headers=_retry_headers(fault))
            case FaultKind.HTML_500:
                return whole_reply(
                    500, _HTML, headers=(("content-type", "text/html"), *_retry_headers(fault))
                )
            case _:
                continue
    return _answer(ask, script, hits=hits)


def whole_reply(status: int, body: bytes, *, headers: tuple[tuple[str, str], ...]) -> Reply:
    """An undisturbed answer in one piece."""
    pieces = (Piece(0, body),)
    return Reply(status=status, headers=headers, length_bytes=len(body), pieces=pieces, end=End.WHOLE)


def refusal(dialect: Dialect, status: int, *, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """An error answer in the provider's own words, with these headers besides its own."""
    own = reply_headers(dialect, stream=False, resets=_RESETS, exhausted=status == _RATE_LIMITED)
    return whole_reply(status, error_body(dialect, status), headers=(*own, *headers))


def _answer(ask: Ask, script: UpstreamScript, *, hits: tuple[Fault, ...]) -> Reply:
    omit_usage = any(fault.kind is FaultKind.NO_USAGE for fault in hits)
    answer = Answer(
        model=ask.model,
        tokens=script.tokens,
        tool_arguments=script.tool_arguments,
        usage=None if omit_usage else script.usage,
    )
    if ask.stream:
        frames = reply_frames(ask.dialect, answer, include_usage=ask.include_usage)
        pieces = _scheduled(frames, interval_ns=script.interval_ns)
    else:
        pieces = (Piece(0, reply_body(ask.dialect, answer)),)
    draft = Draft(dialect=ask.dialect, stream=ask.stream, pieces=pieces, end=End.WHOLE)
    draft = disturb(draft, hits, faults=CONTENT_FAULTS)
    length_bytes = None if ask.stream else sum(len(piece.data) for piece in draft.pieces)
    draft = disturb(draft, hits, faults=DELIVERY_FAULTS)
    headers = reply_headers(ask.dialect, stream=ask.stream, resets=_RESETS)
    return Reply(status=200, headers=headers, length_bytes=length_bytes, pieces=draft.pieces, end=draft.end)


def _scheduled(frames: StreamFrames, *, interval_ns: int) -> tuple[Piece, ...]:
    last_ns = max(len(frames.deltas) - 1, 0) * interval_ns
    return (
        *(Piece(0, frame) for frame in frames.opening),
        *(Piece(number * interval_ns, frame) for number, frame in enumerate(frames.deltas)),
        *(Piece(last_ns, frame) for frame in frames.closing),
    )


def _retry_headers(fault: Fault) -> tuple[tuple[str, str], ...]:
    fields = (("retry-after", fault.retry_after), ("retry-after-ms", fault.retry_after_ms))
    return tuple((name, value) for name, value in fields if value)
