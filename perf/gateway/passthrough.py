"""A stream that stays in its dialect: whole frames pass unchanged, and its proper end is noticed."""

import re
from typing import Final

from perf.gateway.errors import Dialect
from perf.gateway.sse import FrameGate

_ENDS: Final = {
    Dialect.OPENAI: (b"[DONE]", re.compile(rb"(?:^|[\r\n])data: ?\[DONE\]")),
    Dialect.RESPONSES: (
        b"event",
        re.compile(rb"(?:^|[\r\n])event: ?response\.(?:completed|incomplete|failed)"),
    ),
    Dialect.ANTHROPIC: (b"message_stop", re.compile(rb"(?:^|[\r\n])event: ?message_stop")),
}
_ERRORS: Final = {
    Dialect.OPENAI: re.compile(rb'(?:^|[\r\n])data: ?\{\s*"error"'),
    Dialect.RESPONSES: re.compile(rb"(?:^|[\r\n])event: ?error"),
    Dialect.ANTHROPIC: re.compile(rb"(?:^|[\r\n])event: ?error"),
}
_NUMBER: Final = re.compile(rb'"sequence_number":\s*(\d+)')


class PassThrough:
    """Passes one stream.

    `complete` once the stream has come to its proper end; `failed` when its last words were an error.
    """

    __slots__ = ("_end", "_error", "_gate", "_last", "_mark", "complete")

    def __init__(self, dialect: Dialect) -> None:
        self._gate = FrameGate()
        self._mark, self._end = _ENDS[dialect]
        self._error = _ERRORS[dialect]
        self._last = b""
        self.complete = False

    @property
    def failed(self) -> bool:
        """Whether the upstream itself ended the stream with an error event."""
        return self._error.search(self._last) is not None

    @property
    def next_number(self) -> int:
        """The place of the next event, in a dialect that numbers them."""
        numbers = _NUMBER.findall(self._last)
        return int(numbers[-1]) + 1 if numbers else 0

    def feed(self, data: bytes) -> bytes:
        """Take upstream bytes; give those of whole frames."""
        block = self._gate.feed(data)
        if block:
            self._last = block
            if self._mark in block and self._end.search(block):
                self.complete = True
        return block

    def flush(self) -> bytes:
        """Give what is held back if it ends the stream, for upstreams that leave the last blank line out."""
        held = self._gate.held
        if self._end.search(held) is None:
            return b""
        self.complete = True
        return held
