"""An incremental decoder of server-sent events, after WHATWG HTML 9.2.6."""

_BOM = b"\xef\xbb\xbf"


SseFrame = tuple[bytes, bytes]
"""One dispatched event: its name, b"" where it has none, and its data. A bare tuple, as there are so many."""


class SseDecoder:
    """Turns bytes, cut anywhere, into frames; the data stay bytes, so no character is ever cut in two.

    Lines may end with LF, CRLF or CR; a CR counts at once, and an LF right behind it is dropped.
    Comments, `id`, `retry` and blocks without a data line give nothing, as the standard says.
    What waits for the end of its block is kept as it came, and joined once: an endless line costs no copies.
    """

    __slots__ = ("_after_cr", "_at_start", "_waiting")

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self._after_cr = False
        self._at_start = True

    @property
    def pending(self) -> bool:
        """Whether bytes of an unfinished frame are waiting: at the end of a stream, it was cut.

        Comments are a part of no frame.
        """
        return any(line and not line.startswith(b":") for line in b"".join(self._waiting).split(b"\n"))

    def feed(self, data: bytes) -> list[SseFrame]:
        """Take the next bytes and give the frames that they complete."""
        if not self._waiting and not self._after_cr and _is_one_plain_frame(data):
            self._at_start = False
            return [(b"", data[6:-2])]
        if b"\r" in data or self._after_cr:
            data = self._with_line_feeds(data)
        *blocks, rest = self._with_waiting(data).split(b"\n\n")
        if rest:
            self._waiting.append(rest)
        if self._at_start and blocks:
            blocks[0] = blocks[0].removeprefix(_BOM)
            self._at_start = False
        frames: list[SseFrame] = []
        for block in blocks:
            if block[:6] == b"data: " and b"\n" not in block:
                frames.append((b"", block[6:]))
                continue
            frame = _named_frame(block) or _any_frame(block)
            if frame is not None:
                frames.append(frame)
        return frames

    def _with_waiting(self, data: bytes) -> bytes:
        """These bytes, behind those that waited if a block of them ends here."""
        waiting = self._waiting
        if waiting and (b"\n\n" in data or (data[:1] == b"\n" and waiting[-1].endswith(b"\n"))):
            data = b"".join((*waiting, data))
            waiting.clear()
        return data

    def _with_line_feeds(self, data: bytes) -> bytes:
        if self._after_cr and data[:1] == b"\n":
            data = data[1:]
            self._after_cr = False
        if data:
            self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _is_one_plain_frame(data: bytes) -> bool:
    """The usual read of a stream: one data line and its blank line, nothing else."""
    return (
        data[:6] == b"data: "
        and data.find(b"\n") == len(data) - 2
        and data[-1:] == b"\n"
        and b"\r" not in data
    )


def _named_frame(block: bytes) -> SseFrame | None:
    """The frame of a block that is exactly one event line and one data line."""
    if block[:7] != b"event: " or block.count(b"\n") != 1:
        return None
    end = block.find(b"\ndata: ")
    return (block[7:end], block[end + 7 :]) if end > 0 else None


def _any_frame(block: bytes) -> SseFrame | None:
    event = b""
    lines: list[bytes] = []
    for line in block.split(b"\n"):
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            lines.append(value)
        elif name == b"event":
            event = value
    return (event, b"\n".join(lines)) if lines else None
