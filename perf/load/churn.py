"""Closing connections at a rate, whichever comes to rest next."""

from perf.model.units import NS_PER_S


class Churn:
    """Says of each request that has ended whether its connection is to be closed.

    Over a run with enough requests, `per_second` connections a second are; what could not be closed
    in time, as no request ended, is made up for with the next ones, up to one second's worth.
    """

    __slots__ = ("_due_ns", "_interval_ns", "is_on")

    def __init__(self, per_second: float) -> None:
        self.is_on = per_second > 0
        self._interval_ns = round(NS_PER_S / per_second) if self.is_on else 0
        self._due_ns = 0

    def takes(self, now_ns: int) -> bool:
        """Whether to close the connection whose request has ended now."""
        if not self._due_ns:
            self._due_ns = now_ns + self._interval_ns
        if now_ns < self._due_ns:
            return False
        self._due_ns = max(self._due_ns, now_ns - NS_PER_S) + self._interval_ns
        return True
