"""How an exchange ended, decided from what was seen of it."""

import re
from enum import Flag, auto

from perf.model.load import Outcome


class Said(Flag):
    """What the frames of one stream have said so far."""

    NOTHING = 0
    FINISHED = auto()
    """The model's own last word: a finish reason."""
    TERMINATED = auto()
    """The dialect's last frame."""
    MALFORMED = auto()
    FAILED = auto()


_AT_THE_END = Said.FINISHED | Said.TERMINATED
_END_OF_HEAD = b"\r\n\r\n"
_EVENT_STREAM = re.compile(rb"\r\ncontent-type:[ \t]*text/event-stream[ \t]*(?:;|\r|\Z)")


def status_outcome(status: int) -> Outcome | None:
    """What the status alone decides: None for 2xx; 1xx and 3xx are no answer to a model call."""
    if 200 <= status < 300:
        return None
    if 400 <= status < 500:
        return Outcome.CLIENT_4XX
    return Outcome.SERVER_5XX if status >= 500 else Outcome.WRONG_CONTENT


def stream_outcome(said: Said, *, whole: bool, faithful: bool) -> Outcome:
    """The outcome of a 2xx stream; the first broken promise in the order of severity.

    `whole`: the HTTP message came to its end. A stream needs that, the model's own last word and the
    dialect's last frame: without any one of them a client cannot tell it from one that was cut.
    `faithful`: the text is the expected one.
    """
    if Said.FAILED in said:
        return Outcome.STREAM_ERROR
    if Said.MALFORMED in said:
        return Outcome.MALFORMED_STREAM
    if not whole or _AT_THE_END not in said:
        return Outcome.TRUNCATED_STREAM
    return Outcome.OK if faithful else Outcome.WRONG_CONTENT


def overdue(now_ns: int, *, sent_ns: int, first_byte_ns: int, limits_ns: tuple[int, int]) -> Outcome | None:
    """The timeout that a request in flight has passed; `limits_ns` are those of first byte and total."""
    age_ns = now_ns - sent_ns
    if not first_byte_ns and age_ns > limits_ns[0]:
        return Outcome.FIRST_BYTE_TIMEOUT
    return Outcome.TOTAL_TIMEOUT if age_ns > limits_ns[1] else None


def ends_with_connection(head: bytes) -> bool:
    """Whether this response head leaves its body to end with the connection (RFC 9112, 6.3)."""
    fields = _fields_of(head)
    return bool(fields) and b"\r\ncontent-length:" not in fields and b"\r\ntransfer-encoding:" not in fields


def announces_events(head: bytes) -> bool:
    """Whether this response head says that its body is a stream of events."""
    return _EVENT_STREAM.search(_fields_of(head)) is not None


def _fields_of(head: bytes) -> bytes:
    """The lines of the head behind interim ones, in lower case; b"" where it has no end."""
    fields, end, rest = head.partition(_END_OF_HEAD)
    while end and fields.startswith((b"HTTP/1.1 1", b"HTTP/1.0 1")):
        fields, end, rest = rest.partition(_END_OF_HEAD)
    return fields.lower() if end else b""
