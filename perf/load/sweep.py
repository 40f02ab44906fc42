"""Finds the requests that are overdue, without a timer for each."""

from asyncio import AbstractEventLoop, TimerHandle
from time import monotonic_ns

from perf.load.connection import Connection
from perf.load.outcome import overdue
from perf.load.roster import Roster
from perf.model.load import Timeouts
from perf.model.units import ms_to_ns, ns_to_s, s_to_ns

_SHORTEST_NS = ms_to_ns(5)
_LONGEST_NS = s_to_ns(1)
_LOOKS_PER_TIMEOUT = 20


class Sweep:
    """Looks at all connections every twentieth of the shortest timeout (5 ms to 1 s apart).

    So a timeout strikes up to 5 % late, never early.
    """

    __slots__ = ("_handle", "_limits_ns", "_loop", "_period_s", "_roster")

    def __init__(self, loop: AbstractEventLoop, *, roster: Roster[Connection], timeouts: Timeouts) -> None:
        self._loop = loop
        self._roster = roster
        self._limits_ns = (timeouts.first_byte_ns, timeouts.total_ns)
        self._period_s = ns_to_s(sweep_period_ns(timeouts))
        self._handle: TimerHandle = loop.call_later(self._period_s, self._look)

    def stop(self) -> None:
        """Look no more."""
        self._handle.cancel()

    def _look(self) -> None:
        now_ns = monotonic_ns()
        for connection in self._roster:
            if not connection.busy:
                continue
            outcome = overdue(
                now_ns,
                sent_ns=connection.sent_ns,
                first_byte_ns=connection.first_byte_ns,
                limits_ns=self._limits_ns,
            )
            if outcome is not None:
                connection.give_up(outcome)
        self._handle = self._loop.call_later(self._period_s, self._look)


def sweep_period_ns(timeouts: Timeouts) -> int:
    """How far apart the looks are."""
    shortest_ns = min(timeouts.first_byte_ns, timeouts.total_ns)
    return min(max(shortest_ns // _LOOKS_PER_TIMEOUT, _SHORTEST_NS), _LONGEST_NS)
