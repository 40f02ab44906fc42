"""One turn of the loop: whatever can be read is read first, then looked at, then what comes next is sent."""

from collections.abc import Callable
from typing import Protocol

_MOST = 64
"""After so many reads they are looked at, so that a turn with many connections holds few of their bytes."""


class Party(Protocol):
    """A connection that takes part."""

    def take(self, data: bytes, read_ns: int) -> None:
        """Look at bytes that were read at that time."""

    def send(self, number: int, intended_ns: int) -> None:
        """Send a request."""


class Turn:
    """Does alike work together: reading, looking and sending use different code of kernel and process.

    Each is faster while its code is still in the caches. No read waits for the answers before it to be looked
    at, so the times of reading are closer to the arrival. Bytes are looked at in the order of reading.
    """

    __slots__ = ("_leaving", "_read", "_soon")
    _soon: Callable[[Callable[[], None]], object]

    def __init__(self) -> None:
        self._read: list[tuple[Party, bytes, int]] = []
        self._leaving: list[tuple[Party, int]] = []

    def begin(self, soon: Callable[[Callable[[], None]], object]) -> None:
        """Reading begins; `soon` calls back before the loop tells of any end that it sees from then on."""
        self._soon = soon

    def bring(self, party: Party, data: bytes, *, read_ns: int) -> None:
        """Have these bytes looked at in this turn."""
        read = self._read
        read.append((party, data, read_ns))
        if len(read) == 1:
            self._soon(self.end)
        elif len(read) == _MOST:
            self.end()

    def send_next(self, party: Party, number: int) -> None:
        """Have this request sent when all that was read has been looked at; only while that is going on."""
        self._leaving.append((party, number))

    def end(self) -> None:
        """Look at all that was read, then send all that came of it."""
        read, self._read = self._read, []
        for party, data, read_ns in read:
            party.take(data, read_ns)
        leaving, self._leaving = self._leaving, []
        for party, number in leaving:
            party.send(number, 0)
