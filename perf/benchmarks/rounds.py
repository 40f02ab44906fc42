"""How a micro-benchmark is timed: always the same number of calls, so that two builds do equal work."""

from collections.abc import Callable
from typing import Protocol, TypeVar

ROUNDS = 30
WARM_UP_ROUNDS = 5

T = TypeVar("T")


class Benchmark(Protocol):
    """The fixture of pytest-benchmark, as far as it is used here."""

    def pedantic(self, target: Callable[[], T], *, rounds: int, warmup_rounds: int, iterations: int) -> T:
        """Time `rounds` of `iterations` calls each, and give what the last call gave."""
        ...


def timed(benchmark: Benchmark, work: Callable[[], T], *, calls: int) -> T:
    """Time rounds of `calls` calls each, and give what the last call gave.

    `calls` makes a round last about a millisecond: long beside the clock's resolution, short beside the
    time between two interruptions.
    """
    return benchmark.pedantic(work, rounds=ROUNDS, warmup_rounds=WARM_UP_ROUNDS, iterations=calls)
