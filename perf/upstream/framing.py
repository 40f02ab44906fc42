"""From an answer to the bytes of HTTP/1.1 that carry it."""

from dataclasses import dataclass
from http import HTTPStatus

from perf.model.upstream import FaultKind
from perf.model.wire import NONCE_ECHO, NONCE_LENGTH, Dialect
from perf.upstream.faults import End, Piece
from perf.upstream.replies import Reply
from perf.wire.failure import ID_MARK
from perf.wire.headers import request_id_header

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
BAD_REQUEST = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_ECHO = NONCE_ECHO.encode()
_ID_MARK = ID_MARK.encode()
_MARKS = (_ECHO, _ID_MARK)
_LAST_CHUNK = b"0\r\n\r\n"
_REASONS = {status.value: status.phrase for status in HTTPStatus} | {529: "Site Overloaded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An answer as writes: first `opening` + a request id of 16 hex digits + `rest`, then the steps.

    With an empty `opening` nothing is ever written. `at_once` says that the first write is everything.
    `is_personal` says that the nonce of the request or its id is to stand somewhere in it; `faults` are
    those it has.
    """

    status: int
    opening: bytes
    rest: bytes
    steps: tuple[Piece, ...]
    end: End
    at_once: bool
    is_personal: bool = False
    faults: tuple[FaultKind, ...] = ()

    def head(self, request_id: int, *, nonce: str) -> bytes:
        """The first write."""
        rest = personal(self.rest, request_id, nonce=nonce) if self.is_personal else self.rest
        return b"%b%016x%b" % (self.opening, request_id, rest)

    def own(self, data: bytes, request_id: int, *, nonce: str) -> bytes:
        """Those bytes of it as the request of this id and nonce gets them; their length stays."""
        return personal(data, request_id, nonce=nonce) if self.is_personal else data


def personal(data: bytes, request_id: int, *, nonce: str) -> bytes:
    """The bytes with the request's id and nonce in the places that are left for them; their length stays."""
    if len(nonce) == NONCE_LENGTH:
        data = data.replace(_ECHO, nonce.encode("latin-1"))
    return data.replace(_ID_MARK, b"%016x" % request_id)


def deliver(reply: Reply, dialect: Dialect, *, chunked: bool = True) -> Delivery:
    """Frame an answer; pieces of a body of unknown length become one chunk each, if it is to be `chunked`.

    What is due with the first byte goes into the same write as the head, but only the first piece.
    """
    if not reply.status:
        return Delivery(status=0, opening=b"", rest=b"", steps=(), end=reply.end, at_once=False)
    pieces = _chunked(reply) if chunked and reply.length_bytes is None else reply.pieces
    rest = b"\r\n\r\n"
    if pieces and pieces[0].offset_ns == 0:
        rest += pieces[0].data
        pieces = pieces[1:]
    return Delivery(
        status=reply.status,
        opening=_opening(reply, dialect, chunked=chunked),
        rest=rest,
        steps=pieces,
        end=reply.end,
        at_once=not pieces and reply.end is End.WHOLE,
        is_personal=any(
            mark in data for data in (rest, *(piece.data for piece in pieces)) for mark in _MARKS
        ),
    )


def _opening(reply: Reply, dialect: Dialect, *, chunked: bool) -> bytes:
    name, prefix = request_id_header(dialect)
    fields = [f"{field}: {value}" for field, value in reply.headers]
    if reply.length_bytes is not None:
        fields.append(f"content-length: {reply.length_bytes}")
    elif chunked:
        fields.append("transfer-encoding: chunked")
    status_line = f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Unknown')}"
    return "\r\n".join([status_line, *fields, f"{name}: {prefix}"]).encode("latin-1")


def _chunked(reply: Reply) -> tuple[Piece, ...]:
    pieces = [
        Piece(piece.offset_ns, b"%x\r\n%b\r\n" % (len(piece.data), piece.data)) for piece in reply.pieces
    ]
    if reply.end is not End.WHOLE:
        return tuple(pieces)
    if not pieces:
        return (Piece(0, _LAST_CHUNK),)
    pieces[-1] = Piece(pieces[-1].offset_ns, pieces[-1].data + _LAST_CHUNK)
    return tuple(pieces)
