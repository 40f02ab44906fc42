"""Wakes the loop at an exact moment: uvloop's own timers only know whole milliseconds."""

import ctypes
import os
from asyncio import AbstractEventLoop
from collections.abc import Callable
from types import TracebackType
from typing import Self

from perf.model.units import NS_PER_S

_CLOCK_MONOTONIC = 1
_TFD_TIMER_ABSTIME = 1
_TFD_FLAGS = os.O_NONBLOCK | os.O_CLOEXEC
_libc = ctypes.CDLL(None, use_errno=True)


class Alarm:
    """A Linux timerfd on the monotonic clock that calls `ring` in the loop; see timerfd_create(2)."""

    __slots__ = ("_fd", "_loop", "_ring", "_setting")

    def __init__(self, loop: AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._fd = int(_libc.timerfd_create(_CLOCK_MONOTONIC, _TFD_FLAGS))
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create failed")
        self._loop = loop
        self._ring = ring
        self._setting = (ctypes.c_long * 4)()

    def __enter__(self) -> Self:
        self._loop.add_reader(self._fd, self._read)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.remove_reader(self._fd)
        os.close(self._fd)

    def set(self, at_ns: int) -> None:
        """Ring once at this moment, or at once when it has passed; replaces an earlier setting."""
        self._setting[2], self._setting[3] = divmod(at_ns, NS_PER_S)
        if _libc.timerfd_settime(self._fd, _TFD_TIMER_ABSTIME, self._setting, None):
            raise OSError(ctypes.get_errno(), "timerfd_settime failed")

    def _read(self) -> None:
        try:
            os.read(self._fd, 8)
        except BlockingIOError:
            return
        self._ring()
