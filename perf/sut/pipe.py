"""A pipe for what a gateway writes: it ends in a file, and its reader can be told to be slow."""

import fcntl
import os
import select
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from termios import FIONREAD
from threading import Lock, Thread

from perf.model.slices import LogSeen
from perf.model.units import NS_PER_S, ms_to_ns, ns_to_s

_TURN_NS = ms_to_ns(100)
_AT_ONCE_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slowness:
    """So many bytes a turn, until then on the monotonic clock."""

    bytes_per_turn: int
    until_ns: int


_FAST = _Slowness(bytes_per_turn=_AT_ONCE_BYTES, until_ns=0)


class LogPipe:
    """What is written into it gets into the file `log` as it comes, unless the reader is told to be slow.

    It holds a page, the least that Linux gives a pipe; a full one holds up whoever writes and waits.
    """

    def __init__(self, log: Path) -> None:
        self._file = log.open("ab", buffering=0)
        self._out, self._in = os.pipe()
        self._awake, self._wake = os.pipe()
        self.holds_bytes = fcntl.fcntl(self._in, fcntl.F_SETPIPE_SZ, 1)
        os.set_blocking(self._out, False)
        self._taken_bytes = 0
        self._taken_slowly_bytes = 0
        self._taking = Lock()
        self._slowness = _FAST
        self._closing = False
        self._reader = Thread(target=self._read, name="log pipe", daemon=True)
        self._reader.start()

    @contextmanager
    def entrance(self) -> Iterator[int]:
        """The descriptor to write to; afterwards only those that inherited it have it."""
        try:
            yield self._in
        finally:
            os.close(self._in)

    def written_bytes(self) -> int:
        """How much has been written so far, what still waits in the pipe included."""
        waiting = array("i", [0])
        with self._taking:
            fcntl.ioctl(self._out, FIONREAD, waiting)
            return self._taken_bytes + waiting[0]

    @contextmanager
    def watched(self, *, bytes_per_second: int, for_ns: int) -> Iterator[list[LogSeen]]:
        """Take so many bytes a second for this long, or as they come if 0; then as they come in any case.

        Gives a list that holds, once the body is over, what was written meanwhile.
        """
        seen: list[LogSeen] = []
        before_bytes = self.written_bytes()
        if bytes_per_second:
            self._taken_slowly_bytes = 0
            self._be(
                _Slowness(
                    bytes_per_turn=max(1, bytes_per_second * _TURN_NS // NS_PER_S),
                    until_ns=time.monotonic_ns() + for_ns,
                )
            )
        try:
            yield seen
        finally:
            self._be(_FAST)
        room_bytes = self._taken_slowly_bytes + self.holds_bytes // 2 if bytes_per_second else 0
        seen.append(LogSeen(written_bytes=self.written_bytes() - before_bytes, room_bytes=room_bytes))

    def drain(self) -> None:
        """Take all that waits in the pipe now; the file has it then. After the end it has all."""
        if not self._closing:
            self._take_all()

    def close(self) -> None:
        """Take what is left, and end; who still writes then has nobody who reads."""
        if self._closing:
            return
        self._closing = True
        self._be(_FAST)
        self._reader.join()
        self._take_all()
        for descriptor in (self._out, self._awake, self._wake):
            os.close(descriptor)
        self._file.close()

    def _be(self, slowness: _Slowness) -> None:
        self._slowness = slowness
        os.write(self._wake, b"\n")

    def _read(self) -> None:
        """Take turns until the pipe has ended or is to be closed."""
        open_still = True
        while open_still and not self._closing:
            slowness = self._slowness
            slow = time.monotonic_ns() < slowness.until_ns
            patience_s = ns_to_s(_TURN_NS) if slow else None
            heard = [self._awake] if slow else [self._awake, self._out]
            if self._awake in select.select(heard, [], [], patience_s)[0]:
                os.read(self._awake, _AT_ONCE_BYTES)
            else:
                taken = self._take(slowness.bytes_per_turn if slow else _AT_ONCE_BYTES)
                open_still = taken != b""
                self._taken_slowly_bytes += len(taken or b"") if slow else 0

    def _take_all(self) -> None:
        while self._take(_AT_ONCE_BYTES):
            pass

    def _take(self, most_bytes: int) -> bytes | None:
        """What is in the pipe, up to so much, into the file; b"" at its end, None while there is nothing."""
        with self._taking:
            try:
                data = os.read(self._out, most_bytes)
            except BlockingIOError:
                return None
            self._taken_bytes += len(data)
            self._file.write(data)
            return data
