"""Reading the mock's log once it is complete."""

import time

from perf.model.units import s_to_ns
from perf.model.upstream import Arrival
from perf.upstream.process import UpstreamProcess

_DEADLINE_NS = s_to_ns(10)


def drained(upstream: UpstreamProcess, count: int) -> tuple[Arrival, ...]:
    """The log, once it has so many entries."""
    seen: tuple[Arrival, ...] = ()
    give_up_ns = time.monotonic_ns() + _DEADLINE_NS
    while len(seen) < count and time.monotonic_ns() < give_up_ns:
        seen += upstream.drain()
    return seen
