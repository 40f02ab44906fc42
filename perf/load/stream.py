"""Reads one streamed answer as it arrives: delta times, text, and what its frames say."""

from typing import assert_never

from perf.load.outcome import Said
from perf.model.wire import Dialect
from perf.wire.read import EventKind, Meaning, Reader, reader_for
from perf.wire.sse import SseDecoder
from perf.wire.usage import Counts, stream_counts

_TEXT = EventKind.TEXT
"""Bound once: CPython 3.11 finds a member of an enum by way of a failed attribute look-up."""
_USAGE = b'"usage"'
_CONTENT = (EventKind.TEXT, EventKind.FINISH)


class StreamReader:
    """The content of one stream; `delta_times_ns` has one entry for each non-empty content delta.

    `frame_times_ns` has one for each event, whatever it says.

    `counts` gives the token counts that the stream told.

    Behind the dialect's last frame, where official clients read no further, content is malformed and
    token counts are not heard; the same frame once more changes nothing.
    """

    __slots__ = (
        "_asides",
        "_decoder",
        "_dialect",
        "_feed",
        "_pieces",
        "_read",
        "delta_times_ns",
        "frame_times_ns",
        "said",
    )

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._asides: list[bytes] = []
        self._read = reader_for(dialect)
        self._decoder = SseDecoder()
        self._feed = self._decoder.feed
        self._pieces: list[str] = []
        self.delta_times_ns: list[int] = []
        self.frame_times_ns: list[int] = []
        self.said = Said.NOTHING

    def feed(self, body: bytes, now_ns: int) -> None:
        """Take the next bytes of the body, which arrived at `now_ns`."""
        read = self._read
        for event, data in self._feed(body):
            self.frame_times_ns.append(now_ns)
            kind, text = read(event, data)
            if kind is not _TEXT:
                if _USAGE in data and Said.TERMINATED not in self.said:
                    self._asides.append(data)
                text = self._note(kind, text)
                read = self._read
            if text:
                self._pieces.append(text)
                self.delta_times_ns.append(now_ns)

    @property
    def times_ns(self) -> tuple[list[int], list[int]]:
        """When deltas and frames came."""
        return self.delta_times_ns, self.frame_times_ns

    @property
    def left_over(self) -> bool:
        """Whether half a frame is behind the last whole one."""
        return self._decoder.pending

    def text(self) -> str:
        """All content so far."""
        return "".join(self._pieces)

    def counts(self) -> Counts | None:
        """The token counts so far; None where the stream told none."""
        return stream_counts(self._dialect, self._asides)

    def _note(self, kind: EventKind, text: str) -> str:
        """Remember what the event says; the content that it carries, if any."""
        match kind:
            case EventKind.TEXT | EventKind.QUIET:
                return text
            case EventKind.FINISH:
                self.said |= Said.FINISHED
                return text
            case EventKind.TERMINATOR:
                self.said |= Said.TERMINATED
                self._refuse(_CONTENT)
            case EventKind.CLOSED:
                if Said.TERMINATED not in self.said:
                    self._refuse((*_CONTENT, EventKind.TERMINATOR))
            case EventKind.ERROR:
                self.said |= Said.FAILED
            case EventKind.MALFORMED:
                self.said |= Said.MALFORMED
            case _:
                assert_never(kind)
        return ""

    def _refuse(self, kinds: tuple[EventKind, ...]) -> None:
        """From now on, events of these kinds are malformed."""
        self._read = _refusing(kinds, reader_for(self._dialect))


def _refusing(kinds: tuple[EventKind, ...], read: Reader) -> Reader:
    def meaning(event: bytes, data: bytes) -> Meaning:
        kind, text = read(event, data)
        return (EventKind.MALFORMED, "content behind the last frame") if kind in kinds else (kind, text)

    return meaning
