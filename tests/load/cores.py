"""What a thread has had of the machine, so that a wait for a core is not taken for its own slowness."""

import os
import subprocess
import sys
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from resource import RUSAGE_THREAD, getrusage
from typing import NamedTuple

_SPIN = """
import os, sys
os.sched_setaffinity(0, {int(sys.argv[1])})
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
parent = os.getppid()
while os.getppid() == parent: pass
"""


@contextmanager
def awake() -> Iterator[None]:
    """No core rests inside: on each spins a process that runs only where nothing else would.

    A hypervisor may take milliseconds to bring back a core that rested, and to the guest that looks as if
    whoever was to run on it had slept on.
    """
    spinning: list[subprocess.Popen[bytes]] = []
    try:
        for core in os.sched_getaffinity(0):
            spinning.append(subprocess.Popen([sys.executable, "-S", "-c", _SPIN, str(core)]))
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


class Moment(NamedTuple):
    """What had come together by one moment of the monotonic clock.

    Time on a core, time ready to run but without a core, and how often the thread went to sleep by itself.
    """

    at_ns: int
    ran_ns: int
    waited_ns: int
    sleeps: int


class Cores:
    """Notes moments of the thread that made it."""

    def __init__(self) -> None:
        self._file = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        self.moments: list[Moment] = []

    def note(self, at_ns: int) -> None:
        """Note what is true now; `at_ns` is a time that was taken right before."""
        waited_ns = int(os.pread(self._file, 64, 0).split()[1])
        sleeps = getrusage(RUSAGE_THREAD).ru_nvcsw
        self.moments.append(Moment(at_ns, time.thread_time_ns(), waited_ns, sleeps))

    def close(self) -> None:
        """Note nothing more."""
        os.close(self._file)


def own_part_ns(moments: Sequence[Moment], *, since_ns: int, until_ns: int) -> int:
    """How much of a delay was the thread's own doing: an upper bound, from the moments around it.

    Where it never slept, it is no more than the time that it ran: for the rest another thread had the core,
    or the hypervisor. Where it slept, all but its wait for a core counts, as it may have slept too long.
    """
    late_ns = until_ns - since_ns
    if late_ns <= 0:
        return 0
    spent = _spent(moments, since_ns, until_ns)
    return max(0, late_ns - spent.waited_ns) if spent.sleeps else min(late_ns, spent.ran_ns)


def asleep_ns(moments: Sequence[Moment], *, since_ns: int, until_ns: int) -> int:
    """For how much of a time the thread slept, and so had nothing to do."""
    if until_ns <= since_ns:
        return 0
    spent = _spent(moments, since_ns, until_ns)
    return max(0, until_ns - since_ns - spent.ran_ns - spent.waited_ns) if spent.sleeps else 0


def _spent(moments: Sequence[Moment], since_ns: int, until_ns: int) -> Moment:
    """What came together from the last moment before one time to the first after another."""
    before = moments[max(0, bisect_right(moments, since_ns, key=_at_ns) - 1)]
    after = moments[min(len(moments) - 1, bisect_left(moments, until_ns, key=_at_ns))]
    return Moment(*(later - earlier for earlier, later in zip(before, after, strict=True)))


def _at_ns(moment: Moment) -> int:
    return moment.at_ns
