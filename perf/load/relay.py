"""Turns: several closed loops of one connection each, of which only one has a request on its way."""

from collections import deque
from collections.abc import Callable


class Relay:
    """Lets whoever has waited longest go, as soon as all who have joined are waiting."""

    __slots__ = ("_members", "_waiting")

    def __init__(self) -> None:
        self._members = 0
        self._waiting: deque[Callable[[], None]] = deque()

    def join(self) -> None:
        """One more takes turns."""
        self._members += 1

    def leave(self) -> None:
        """One has sent its last; the others go on."""
        self._members -= 1
        self._go()

    def wait(self, go: Callable[[], None]) -> None:
        """`go` is called when it is the caller's turn, which ends when the caller waits or leaves."""
        self._waiting.append(go)
        self._go()

    def _go(self) -> None:
        if self._waiting and len(self._waiting) == self._members:
            self._waiting.popleft()()
