"""Timers of the kernel's own resolution: asyncio's and libuv's tick in whole milliseconds."""

import asyncio
import ctypes
import os
from collections.abc import Callable
from heapq import heappop, heappush
from time import monotonic_ns

from perf.model.units import NS_PER_S

_CLOCK_MONOTONIC = 1
_TFD_TIMER_ABSTIME = 1
_TFD_FLAGS = os.O_NONBLOCK | os.O_CLOEXEC
_libc = ctypes.CDLL(None, use_errno=True)


class Timer:
    """A handle on one pending call."""

    __slots__ = ("_action",)

    def __init__(self, action: Callable[[], None]) -> None:
        self._action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Never call it; a timer that has fired does not mind."""
        self._action = None

    def fire(self) -> None:
        """Call it, once."""
        action, self._action = self._action, None
        if action is not None:
            action()


class Timers:
    """Calls functions at absolute times of the monotonic clock, by one timerfd and a heap."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._heap: list[tuple[int, int, Timer]] = []
        self._count = 0
        self._armed_ns = 0
        self._setting = (ctypes.c_int64 * 4)()
        self._fd: int = _libc.timerfd_create(_CLOCK_MONOTONIC, _TFD_FLAGS)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create failed")
        loop.add_reader(self._fd, self._fire)

    def at(self, due_ns: int, action: Callable[[], None]) -> Timer:
        """Call the function at or soon after this time, in the order of the times."""
        timer = Timer(action)
        self._count += 1
        heappush(self._heap, (due_ns, self._count, timer))
        if not self._armed_ns or due_ns < self._armed_ns:
            self._arm(due_ns)
        return timer

    def close(self) -> None:
        """Call nothing any more."""
        self._heap.clear()
        self._loop.remove_reader(self._fd)
        os.close(self._fd)

    def _fire(self) -> None:
        """Call what is due by now; what falls due meanwhile waits until the loop has seen to its sockets."""
        heap = self._heap
        self._armed_ns = 1
        now_ns = monotonic_ns()
        while heap and heap[0][0] <= now_ns:
            heappop(heap)[2].fire()
        self._arm(heap[0][0] if heap else 0)

    def _arm(self, due_ns: int) -> None:
        """Set the kernel's timer, which clears its readiness too; 0 disarms it."""
        self._armed_ns = due_ns
        self._setting[2], self._setting[3] = divmod(due_ns, NS_PER_S)
        if _libc.timerfd_settime(self._fd, _TFD_TIMER_ABSTIME, self._setting, None):
            raise OSError(ctypes.get_errno(), "timerfd_settime failed")
