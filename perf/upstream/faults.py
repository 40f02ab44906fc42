"""What each fault does to the timed pieces of an answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import accumulate
from random import Random
from typing import NamedTuple

from perf.model.upstream import Fault, FaultKind
from perf.model.wire import Dialect
from perf.wire.failure import error_body, error_frame, error_status


class End(IntEnum):
    """What follows the last piece."""

    WHOLE = 0
    """The body is complete; the connection stays."""
    FIN = 1
    RST = 2
    HANG = 3
    """Nothing, until the client leaves."""


class Piece(NamedTuple):
    """Bytes of a body written at once; the offset counts from the intended first byte of the answer."""

    offset_ns: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A body in pieces: those of a stream are its frames, any other body is one piece."""

    dialect: Dialect
    stream: bool
    pieces: tuple[Piece, ...]
    end: End


Disturbance = Callable[[Draft, Fault], Draft]


def draw(faults: tuple[Fault, ...], rng: Random) -> tuple[int, ...]:
    """Numbers of the faults that a request has; a draw is below 1, so a ratio of 1 always hits."""
    if not faults:
        return ()
    return tuple([number for number, fault in enumerate(faults) if rng.random() < fault.ratio])


def disturb(draft: Draft, hits: tuple[Fault, ...], *, faults: Mapping[FaultKind, Disturbance]) -> Draft:
    """Apply those of the faults that the mapping knows, in the mapping's order."""
    for kind, disturbance in faults.items():
        for fault in hits:
            if fault.kind is kind:
                draft = disturbance(draft, fault)
    return draft


def _error_event(draft: Draft, fault: Fault) -> Draft:
    if not draft.stream:
        body = error_body(draft.dialect, error_status(draft.dialect, 0))
        return replace(draft, pieces=(Piece(0, body),))
    kept = draft.pieces[: fault.after_frames]
    offset_ns = draft.pieces[min(len(kept), len(draft.pieces) - 1)].offset_ns
    error = error_frame(draft.dialect, sequence_number=len(kept))
    return replace(draft, pieces=(*kept, Piece(offset_ns, error)))


def _invalid_json(draft: Draft, fault: Fault) -> Draft:
    if not draft.stream:
        (body,) = draft.pieces
        return replace(draft, pieces=(Piece(0, body.data[:-1]),))
    pieces = list(draft.pieces)
    number = min(fault.after_frames, len(pieces) - 1)
    name, mark, _ = pieces[number].data.partition(b"data: ")
    pieces[number] = Piece(pieces[number].offset_ns, name + mark + b'{"broken":\n\n')
    return replace(draft, pieces=tuple(pieces))


def _no_terminator(draft: Draft, _fault: Fault) -> Draft:
    return replace(draft, pieces=draft.pieces[:-1]) if draft.stream else draft


def _duplicate_terminator(draft: Draft, _fault: Fault) -> Draft:
    return replace(draft, pieces=(*draft.pieces, draft.pieces[-1])) if draft.stream else draft


def _fin(draft: Draft, fault: Fault) -> Draft:
    return replace(draft, pieces=draft.pieces[: fault.after_frames], end=End.FIN)


def _rst(draft: Draft, fault: Fault) -> Draft:
    """Keep the first bytes of the body."""
    pieces = []
    left_bytes = fault.after_bytes
    for piece in draft.pieces:
        data = piece.data[:left_bytes]
        if data:
            pieces.append(Piece(piece.offset_ns, data))
        left_bytes -= len(data)
    return replace(draft, pieces=tuple(pieces), end=End.RST)


def _silence(draft: Draft, _fault: Fault) -> Draft:
    return replace(draft, pieces=(), end=End.HANG)


def _stall(draft: Draft, fault: Fault) -> Draft:
    late = (
        Piece(piece.offset_ns + fault.pause_ns, piece.data) for piece in draft.pieces[fault.after_frames :]
    )
    return replace(draft, pieces=(*draft.pieces[: fault.after_frames], *late))


def _coalesce(draft: Draft, _fault: Fault) -> Draft:
    joined = b"".join(piece.data for piece in draft.pieces)
    return replace(draft, pieces=(Piece(0, joined),) if joined else ())


def _split(draft: Draft, fault: Fault) -> Draft:
    size = max(fault.after_bytes, 1)
    pieces = (
        Piece(piece.offset_ns, piece.data[start : start + size])
        for piece in draft.pieces
        for start in range(0, len(piece.data), size)
    )
    return replace(draft, pieces=tuple(pieces))


def _drip(draft: Draft, fault: Fault) -> Draft:
    """Write byte n at n pauses, but none before the frame it belongs to."""
    offsets_ns = (piece.offset_ns for piece in draft.pieces for _ in piece.data)
    paced_ns = accumulate(offsets_ns, lambda last_ns, due_ns: max(last_ns + fault.pause_ns, due_ns))
    data = b"".join(piece.data for piece in draft.pieces)
    pieces = (Piece(offset_ns, data[number : number + 1]) for number, offset_ns in enumerate(paced_ns))
    return replace(draft, pieces=tuple(pieces))


CONTENT_FAULTS: Mapping[FaultKind, Disturbance] = {
    FaultKind.DUPLICATE_TERMINATOR: _duplicate_terminator,
    FaultKind.NO_TERMINATOR: _no_terminator,
    FaultKind.INVALID_JSON: _invalid_json,
    FaultKind.ERROR_EVENT: _error_event,
}
"""These change what the body says, and so its declared length."""

DELIVERY_FAULTS: Mapping[FaultKind, Disturbance] = {
    FaultKind.FIN: _fin,
    FaultKind.RST: _rst,
    FaultKind.SILENCE: _silence,
    FaultKind.STALL: _stall,
    FaultKind.COALESCE: _coalesce,
    FaultKind.SPLIT: _split,
    FaultKind.DRIP: _drip,
}
"""These change how and how far the body is sent."""
