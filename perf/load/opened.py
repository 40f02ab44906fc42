"""The open loop: requests leave when the schedule says, over a pool of connections."""

import asyncio
from array import array
from collections import deque
from time import monotonic_ns

from perf.load.connection import Connection
from perf.load.dialer import Dialer, Unconnected
from perf.load.pacer import Alarm
from perf.load.tasks import Tasks
from perf.load.terms import Terms

_SENDS_AT_ONCE = 64
"""After so many sends in one turn, answers are read first."""


class OpenLoopDriver:
    """A pool with a place for each of `slots`, last in first out; requests beyond it wait their turn.

    `lags_ns` is how far the schedule itself was behind with each request: from its intended time
    to the moment when the engine took it up, before any wait for a connection.
    """

    __slots__ = (
        "_alarm", "_dialer", "_free_slots", "_idle", "_in_flight", "_next", "_numbers", "_start_ns",
        "_stopped", "_tasks", "_terms", "_times_ns", "_waiting", "lags_ns",
    )  # fmt: skip
    _alarm: Alarm

    def __init__(
        self, terms: Terms, *, dialer: Dialer, tasks: Tasks, idle: list[Connection], slots: range
    ) -> None:
        self._terms = terms
        self._dialer = dialer
        self._tasks = tasks
        self._idle = idle
        for connection in idle:
            connection.owner = self
        taken = {connection.slot for connection in idle}
        self._free_slots = [slot for slot in slots if slot not in taken]
        self._free_slots.reverse()
        self._waiting: deque[tuple[int, int]] = deque()
        self._numbers = range(0)
        self._times_ns = array("q")
        self._start_ns = self._next = self._in_flight = 0
        self._stopped = False
        self.lags_ns = array("q")

    async def run(self, times_ns: "array[int]", *, numbers: range, start_ns: int) -> None:
        """Send each of `numbers` at its time of `times_ns` after `start_ns`; wait until all have ended.

        The start is near, so nothing is done here that takes the longer the more is to be sent.
        """
        if not times_ns or self._stopped:
            return
        self._times_ns, self._numbers, self._start_ns = times_ns, numbers, start_ns
        self._in_flight = len(times_ns)
        done = self._tasks.begin()
        with Alarm(asyncio.get_running_loop(), self._ring) as self._alarm:
            self._alarm.set(start_ns + times_ns[0])
            await done

    def stop(self) -> None:
        """Send nothing more, neither what waits for a connection; what is on its way may end."""
        self._stopped = True
        self._in_flight -= len(self._times_ns) - self._next + len(self._waiting)
        self._times_ns = self._times_ns[: self._next]
        self._waiting.clear()
        if not self._in_flight:
            self._tasks.done()

    def _ring(self) -> None:
        """Send what is due."""
        for _ in range(_SENDS_AT_ONCE):
            if self._next == len(self._times_ns):
                return
            intended_ns = self._start_ns + self._times_ns[self._next]
            lag_ns = monotonic_ns() - intended_ns
            if lag_ns < 0:
                break
            self.lags_ns.append(lag_ns)
            number = self._numbers[self._next]
            self._next += 1
            self._dispatch(number, intended_ns)
        if self._next < len(self._times_ns):
            self._alarm.set(self._start_ns + self._times_ns[self._next])

    def _dispatch(self, number: int, intended_ns: int) -> None:
        if self._idle:
            self._idle.pop().send(number, intended_ns)
        elif self._free_slots:
            self._tasks.spawn(self._dial(number, intended_ns, slot=self._free_slots.pop()))
        else:
            self._waiting.append((number, intended_ns))

    async def _dial(self, number: int, intended_ns: int, *, slot: int) -> None:
        connection = await self._dialer.dial(slot, self)
        match connection:
            case Connection():
                connection.send(number, intended_ns)
            case Unconnected(number=attempt, outcome=outcome):
                self._terms.record_unsent(number, intended_ns, slot=slot, connection=attempt, outcome=outcome)
                self._free(slot)
                self._end_one()

    def finished(self, connection: Connection) -> None:
        """Serve who waits longest, or rest."""
        if connection.closed:
            self._free(connection.slot)
        elif self._waiting:
            connection.send(*self._waiting.popleft())
        else:
            self._idle.append(connection)
        self._end_one()

    def lost(self, connection: Connection) -> None:
        """A resting connection was closed: its place is free."""
        if connection in self._idle:
            self._idle.remove(connection)
            self._free(connection.slot)

    def _free(self, slot: int) -> None:
        self._free_slots.append(slot)
        if self._waiting:
            self._dispatch(*self._waiting.popleft())

    def _end_one(self) -> None:
        self._in_flight -= 1
        if not self._in_flight:
            self._tasks.done()
