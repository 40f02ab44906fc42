"""Server-sent events (WHATWG HTML, 9.2) over any split of their bytes: whole frames, and decoded events."""

import msgspec

from perf.gateway.errors import GatewayError

_MARKS = (b"\n\n", b"\n\r\n", b"\r\r")
_MAX_FRAME_BYTES = 16 * 1024 * 1024


class FrameGate:
    """Lets whole frames pass, byte for byte, and holds back the start of one that is not complete.

    A receiver then never sees half a frame, even if the rest does not come.
    """

    __slots__ = ("_held", "_held_bytes")

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._held_bytes = 0

    @property
    def held(self) -> bytes:
        """The start of an incomplete frame."""
        return b"".join(self._held)

    def feed(self, data: bytes) -> bytes:
        """Take bytes; give all that are known to belong to whole frames.

        Raises GatewayError (502) when what is held back grows too long.
        """
        if not self._held and data.endswith(b"\n\n"):
            return data
        if b"\n" not in data and b"\r" not in data:
            self._hold(data)
            return b""
        if self._held:
            data = self.held + data
            self._held = []
            self._held_bytes = 0
        end = max((at + len(mark) for mark in _MARKS if (at := data.rfind(mark)) >= 0), default=0)
        if end < len(data):
            self._hold(data[end:])
        return data[:end]

    def _hold(self, data: bytes) -> None:
        self._held.append(data)
        self._held_bytes += len(data)
        if self._held_bytes > _MAX_FRAME_BYTES:
            raise GatewayError(
                502, "upstream_error", message="The upstream sent an event of more than 16 MiB"
            )


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One decoded event: its `event` field, or an empty text, and its data lines joined.

    Not a dataclass, because one is made for each chunk of a stream.
    """

    name: bytes
    data: bytes


class EventDecoder:
    """Decodes events from bytes that are split anywhere, with any of the three line ends."""

    __slots__ = ("_gate",)

    def __init__(self) -> None:
        self._gate = FrameGate()

    @property
    def midway(self) -> bool:
        """Whether an event has begun and not ended."""
        return bool(self._gate.held.strip(b"\r\n"))

    def feed(self, data: bytes) -> list[Event]:
        """Take bytes; give the events that they complete."""
        block = self._gate.feed(data)
        if not block:
            return []
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return [event for frame in block.split(b"\n\n") if frame and (event := _decode(frame))]


def _decode(frame: bytes) -> Event | None:
    name = b""
    data: list[bytes] = []
    for line in frame.split(b"\n"):
        if line.startswith(b"data: "):
            data.append(line[6:])
        elif line.startswith(b"event: "):
            name = line[7:]
        else:
            name = _rare(line, data, name=name)
    return Event(name=name, data=data[0] if len(data) == 1 else b"\n".join(data)) if data else None


def _rare(line: bytes, data: list[bytes], *, name: bytes) -> bytes:
    """Read a line without the usual space; comments and unknown fields are nothing."""
    field, _, value = line.partition(b":")
    value = value.removeprefix(b" ")
    if field == b"data":
        data.append(value)
    return value if field == b"event" else name
