"""Turns: several closed loops of one connection each, of which only one has a request on its way."""

from collections import deque
from collections.abc import Callable


class Relay:
    """Lets whoever has waited longest go, as soon as all `members` that have not left are waiting."""

    __slots__ = ("_members", "_waiting")

    def __init__(self, members: int) -> None:
        self._members = members
        self._waiting: deque[Callable[[], None]] = deque()

    def leave(self) -> None:
        """One has had its last turn; the others go on."""
        self._members -= 1
        self._go()

    def wait(self, go: Callable[[], None]) -> None:
        """`go` is called when it is the caller's turn, which ends when the caller waits again or leaves."""
        self._waiting.append(go)
        self._go()

    def _go(self) -> None:
        if self._waiting and len(self._waiting) == self._members:
            self._waiting.popleft()()
