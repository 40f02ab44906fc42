"""The end of sending: after its time a run sends nothing more, and what is on its way may end."""

from asyncio import AbstractEventLoop
from typing import Protocol

from perf.model.units import ns_to_s


class Sending(Protocol):
    """What sends the requests of a run, or of its warm-up."""

    def stop(self) -> None:
        """Send nothing more; what is on its way may end."""


class Curfew:
    """Stops whatever sends once `within_ns` have passed; 0 lets it go on."""

    __slots__ = ("_handle", "_sending", "_struck")

    def __init__(self, loop: AbstractEventLoop, *, within_ns: int) -> None:
        self._sending: Sending | None = None
        self._struck = False
        self._handle = loop.call_later(ns_to_s(within_ns), self._strike) if within_ns else None

    def rule(self, sending: Sending) -> None:
        """From now on this is what sends; after the end it does not even begin."""
        self._sending = sending
        if self._struck:
            sending.stop()

    def lift(self) -> None:
        """The run is over."""
        if self._handle is not None:
            self._handle.cancel()

    def _strike(self) -> None:
        self._struck = True
        if self._sending is not None:
            self._sending.stop()
