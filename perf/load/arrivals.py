"""When an open loop ought to send: whole schedules, computed before the first request."""

from array import array
from collections.abc import Iterator
from math import ceil, sqrt
from random import Random
from typing import assert_never

from perf.model.load import Bursts, ConstantRate, OpenLoop, Poisson, Ramp, Steps
from perf.model.units import NS_PER_S

_ROUNDING = 1e-9
"""Keeps 0.1 x 30 from giving a fourth arrival."""


def intended_times(load: OpenLoop, *, rng: Random) -> "array[int]":
    """When each request ought to be sent, in ns from the start, never decreasing.

    Only `Poisson` draws from `rng`; a schedule may be empty.
    """
    match load:
        case ConstantRate(per_second=rate, duration_ns=duration_ns):
            return array("q", _constant(rate, duration_ns))
        case Poisson(per_second=rate, duration_ns=duration_ns):
            return array("q", _poisson(rate, duration_ns, rng=rng))
        case Ramp(from_per_second=first, to_per_second=last, duration_ns=duration_ns):
            return array("q", _ramp(first, last, duration_ns=duration_ns))
        case Steps(per_second=rates, step_ns=step_ns):
            return array("q", _steps(rates, step_ns))
        case Bursts(size=size, every_ns=every_ns, count=count):
            return array("q", (burst * every_ns for burst in range(count) for _ in range(size)))
        case _:
            assert_never(load)


def _count(arrivals: float) -> int:
    return max(0, ceil(arrivals - _ROUNDING))


def _constant(per_second: float, duration_ns: int) -> Iterator[int]:
    count = _count(per_second * duration_ns / NS_PER_S)
    return (int(index * NS_PER_S / per_second) for index in range(count))


def _poisson(per_second: float, duration_ns: int, *, rng: Random) -> Iterator[int]:
    if per_second <= 0:
        return
    at_ns = rng.expovariate(per_second) * NS_PER_S
    while at_ns < duration_ns:
        yield int(at_ns)
        at_ns += rng.expovariate(per_second) * NS_PER_S


def _ramp(first: float, last: float, *, duration_ns: int) -> Iterator[int]:
    """Arrival k comes when the integral of the rate reaches k; the root is taken in its stable form."""
    duration_s = duration_ns / NS_PER_S
    slope = (last - first) / duration_s
    for index in range(_count((first + last) / 2 * duration_s)):
        root = sqrt(max(0.0, first * first + 2 * slope * index))
        yield int(2 * index / (first + root) * NS_PER_S) if index else 0


def _steps(rates: tuple[float, ...], step_ns: int) -> Iterator[int]:
    for step, rate in enumerate(rates):
        if rate > 0:
            yield from (step * step_ns + at_ns for at_ns in _constant(rate, step_ns))
