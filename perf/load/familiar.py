"""Good answers known again by their bytes, so that another of the same kind needs no second parse."""

from collections.abc import Callable
from struct import Struct

_END_OF_HEAD = b"\r\n\r\n"
_END_OF_LINE = b"\r\n"
_FIXED = frozenset(
    {b"connection", b"content-length", b"keep-alive", b"transfer-encoding", b"trailer", b"upgrade"}
)
"""The fields that say where an answer ends, and whether another may follow."""

Span = tuple[int, int]
"""From the first byte of a field's value to behind its last."""

Cut = Callable[[bytes], tuple[bytes, ...]]


class Familiar:
    """The last whole answer to one template that was good, and the header values in which others may differ.

    Another of the same length that has the same bytes everywhere else, and only printable ones there,
    is framed alike and says the same: a request id or a date makes no difference to either.
    `output_tokens` is what it told; `body_tokens` what `body` did, the last good body whatever its head.
    """

    __slots__ = (
        "_answer", "_inside", "_length_bytes", "_outside", "_pieces", "_spans", "body", "body_tokens",
        "output_tokens",
    )  # fmt: skip

    def __init__(self) -> None:
        self.body = b""
        self.body_tokens = self.output_tokens = 0
        self._answer = b""
        self._length_bytes = 0
        self._spans: tuple[Span, ...] = ()
        self._inside, self._outside = _cuts((), 0)
        self._pieces: tuple[bytes, ...] = ()

    def recognises(self, data: bytes) -> bool:
        """Whether these bytes are one whole answer that differs from the good one in nothing that matters."""
        if len(data) != self._length_bytes:
            return False
        return (
            self._outside(data) == self._pieces
            and b"".join(self._inside(data)).decode("latin-1").isprintable()
        )

    def learn(self, data: bytes) -> None:
        """Remember an answer with this `body` that came in one read.

        Values in which it differs from the one before may differ from now on; if it differs elsewhere,
        all that was known is forgotten. Only exactly a head and the body of the answer before is kept.
        """
        last, self._answer = self._answer, data
        is_sole = data.find(_END_OF_HEAD) + len(_END_OF_HEAD) + len(self.body) == len(data)
        if not is_sole or not last.endswith(self.body):
            self._length_bytes, self._spans = 0, ()
            return
        self._spans = self._varying(data, last)
        self._length_bytes, self.output_tokens = len(data), self.body_tokens
        self._inside, self._outside = _cuts(self._spans, len(data))
        self._pieces = self._outside(data)

    def _varying(self, data: bytes, last: bytes) -> tuple[Span, ...]:
        """The values that may differ, those of these two answers included; none if they differ elsewhere."""
        if len(data) != len(last):
            return ()
        spans = tuple(
            (start, stop)
            for start, stop in _variable(data)
            if (start, stop) in self._spans or data[start:stop] != last[start:stop]
        )
        _, outside = _cuts(spans, len(data))
        return spans if outside(data) == outside(last) else ()


def _variable(answer: bytes) -> list[Span]:
    """Where the values are that may differ from answer to answer."""
    spans: list[Span] = []
    status_line, *lines = answer[: answer.find(_END_OF_HEAD)].split(_END_OF_LINE)
    at = len(status_line)
    for line in lines:
        at += len(_END_OF_LINE)
        name, colon, _ = line.partition(b":")
        if colon and name.isascii() and name.strip().lower() not in _FIXED and not name[:1].isspace():
            spans.append((at + len(name) + len(colon), at + len(line)))
        at += len(line)
    return spans


def _cuts(spans: tuple[Span, ...], length_bytes: int) -> tuple[Cut, Cut]:
    """Two ways to cut so many bytes: what is inside of the spans, and what is outside."""
    inside, outside, at = "", "", 0
    for start, stop in spans:
        inside += f"{start - at}x{stop - start}s"
        outside += f"{start - at}s{stop - start}x"
        at = stop
    rest_bytes = length_bytes - at
    return Struct(f"{inside}{rest_bytes}x").unpack, Struct(f"{outside}{rest_bytes}s").unpack
