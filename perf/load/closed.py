"""The closed loop: each slot sends its next request when its last is complete."""

from collections.abc import Iterator
from functools import partial
from time import monotonic_ns

from perf.load.connection import Connection
from perf.load.dialer import Dialer, Unconnected
from perf.load.relay import Relay
from perf.load.tasks import Tasks
from perf.load.terms import Terms

_DIALS_AT_ONCE = 32
"""Fewer than any server's accept queue: an overflowing one costs a connect a whole second."""


class ClosedLoopDriver:
    """Slots, each with one connection that is replaced when it closes.

    A request that has to wait for its connection is intended for when it asked for one: connect and TLS are
    a part of what its client waits for, as they are in an open loop.
    """

    __slots__ = (
        "_connections",
        "_dialer",
        "_in_flight",
        "_numbers",
        "_relay",
        "_slots",
        "_stopped",
        "_tasks",
        "_terms",
    )

    def __init__(
        self, terms: Terms, *, dialer: Dialer, tasks: Tasks, slots: range, relay: Relay | None = None
    ) -> None:
        """`relay` makes a driver with a single slot take turns with others."""
        self._relay = relay
        self._terms = terms
        self._dialer = dialer
        self._tasks = tasks
        self._slots = slots
        self._connections: dict[int, Connection] = {}
        self._numbers: Iterator[int] = iter(())
        self._in_flight = 0
        self._stopped = False

    async def open_all(self) -> None:
        """Connect every slot, a few at a time; a failure shows with the slot's first request."""
        waiting = iter(self._slots)
        self._in_flight = min(len(self._slots), _DIALS_AT_ONCE)
        if not self._in_flight:
            return
        done = self._tasks.begin()
        for _ in range(self._in_flight):
            self._tasks.spawn(self._open_some(waiting))
        await done

    async def _open_some(self, waiting: Iterator[int]) -> None:
        for slot in waiting:
            if self._stopped:
                break
            connection = await self._dialer.dial(slot, self)
            if isinstance(connection, Connection):
                self._connections[slot] = connection
        self._end_one()

    async def run(self, numbers: range) -> None:
        """Send the requests of these numbers and wait until all have ended."""
        if not numbers or self._stopped:
            return
        self._numbers = iter(numbers)
        done = self._tasks.begin()
        first_slots = self._slots[: len(numbers)]
        self._in_flight = len(first_slots)
        for slot in first_slots:
            self._next(slot)
        await done

    def stop(self) -> None:
        """Send nothing more; what is on its way may end."""
        self._stopped = True
        self._numbers = iter(())

    def idle(self) -> list[Connection]:
        """The connections that are open and free."""
        return [each for each in self._connections.values() if not each.closed and not each.busy]

    def finished(self, connection: Connection) -> None:
        """Give the slot its next request."""
        number = None if connection.closed or self._relay else next(self._numbers, None)
        if number is None:
            self._next(connection.slot)
        else:
            self._terms.turn.send_next(connection, number)

    def lost(self, connection: Connection) -> None:
        """Nothing to do: the slot dials anew when it needs to."""

    def _next(self, slot: int) -> None:
        number = next(self._numbers, None)
        if number is None:
            self._end_one()
        elif self._relay:
            self._relay.wait(partial(self._send, slot, number))
        else:
            self._send(slot, number)

    def _send(self, slot: int, number: int) -> None:
        connection = self._connections.get(slot)
        if connection is None or connection.closed:
            self._tasks.spawn(self._redial(slot, number))
        else:
            connection.send(number, 0)

    async def _redial(self, slot: int, number: int) -> None:
        asked_ns = monotonic_ns()
        connection = await self._dialer.dial(slot, self)
        match connection:
            case Connection():
                self._connections[slot] = connection
                connection.send(number, asked_ns)
            case Unconnected(number=attempt, outcome=outcome):
                self._terms.record_unsent(number, asked_ns, slot=slot, connection=attempt, outcome=outcome)
                self._next(slot)

    def _end_one(self) -> None:
        self._in_flight -= 1
        if not self._in_flight:
            self._tasks.done()
