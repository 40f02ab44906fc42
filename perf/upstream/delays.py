"""Drawing delays from their distributions."""

from collections.abc import Iterator
from itertools import cycle, repeat
from math import log
from random import Random
from typing import assert_never

from perf.model.upstream import ConstantDelay, Delay, LogNormalDelay, NormalDelay, RecordedDelay


def delays_ns(delay: Delay, rng: Random) -> Iterator[int]:
    """Yield delays in ns without end; none is negative."""
    match delay:
        case ConstantDelay(delay_ns=delay_ns):
            return repeat(max(delay_ns, 0))
        case NormalDelay(mean_ns=mean_ns, sd_ns=sd_ns):
            return (max(round(rng.gauss(mean_ns, sd_ns)), 0) for _ in repeat(None))
        case LogNormalDelay(median_ns=median_ns, sigma=sigma):
            mu = log(max(median_ns, 1))
            return (round(rng.lognormvariate(mu, sigma)) for _ in repeat(None))
        case RecordedDelay(delays_ns=recorded_ns):
            return cycle(recorded_ns or (0,))
        case _:
            assert_never(delay)
