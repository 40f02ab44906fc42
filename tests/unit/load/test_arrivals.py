"""Schedules of the open loop."""

from itertools import pairwise
from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.load.arrivals import intended_times
from perf.model.load import Bursts, ConstantRate, OpenLoop, Poisson, Ramp, Steps
from perf.model.units import NS_PER_S, ms_to_ns, s_to_ns

RATES = st.floats(min_value=1, max_value=2_000)
DURATIONS_NS = st.integers(min_value=ms_to_ns(1), max_value=s_to_ns(2))
SEEDS = st.integers(min_value=0, max_value=2**32)
LOADS = st.one_of(
    st.builds(ConstantRate, per_second=RATES, duration_ns=DURATIONS_NS),
    st.builds(Poisson, per_second=RATES, duration_ns=DURATIONS_NS),
    st.builds(Ramp, from_per_second=RATES, to_per_second=RATES, duration_ns=DURATIONS_NS),
    st.builds(
        Steps,
        per_second=st.lists(RATES, min_size=1, max_size=4).map(tuple),
        step_ns=st.integers(min_value=ms_to_ns(1), max_value=ms_to_ns(500)),
    ),
    st.builds(
        Bursts,
        size=st.integers(0, 20),
        every_ns=st.integers(0, NS_PER_S),
        count=st.integers(0, 20),
    ),
)


def end_ns(load: OpenLoop) -> int:
    """When a schedule is over."""
    match load:
        case Steps(per_second=rates, step_ns=step_ns):
            return len(rates) * step_ns
        case Bursts(every_ns=every_ns, count=count):
            return max(0, every_ns * (count - 1)) + 1
        case _:
            return load.duration_ns


@given(load=LOADS, seed=SEEDS)
def test_a_schedule_never_goes_back(load: OpenLoop, seed: int) -> None:
    """Times never decrease, start at or after 0 and end before the end."""
    times_ns = intended_times(load, rng=Random(seed))

    assert all(first <= second for first, second in pairwise(times_ns))
    assert all(0 <= at_ns < end_ns(load) for at_ns in times_ns)


@given(load=LOADS, seed=SEEDS)
def test_a_schedule_is_its_seed(load: OpenLoop, seed: int) -> None:
    """The same seed gives the same schedule."""
    assert intended_times(load, rng=Random(seed)) == intended_times(load, rng=Random(seed))


def test_poisson_schedules_differ_by_seed() -> None:
    """Another seed, other arrivals."""
    load = Poisson(per_second=100, duration_ns=NS_PER_S)

    assert intended_times(load, rng=Random(1)) != intended_times(load, rng=Random(2))


@given(per_second=RATES, duration_ns=DURATIONS_NS)
def test_a_constant_rate_is_even(per_second: float, duration_ns: int) -> None:
    """Each gap is one period, to the nanosecond, and the count is rate times duration."""
    times_ns = intended_times(ConstantRate(per_second=per_second, duration_ns=duration_ns), rng=Random(0))

    period_ns = NS_PER_S / per_second
    assert abs(len(times_ns) - per_second * duration_ns / NS_PER_S) <= 1
    assert all(abs(second - first - period_ns) <= 1 for first, second in pairwise(times_ns))


def test_a_whole_number_of_arrivals_is_exact() -> None:
    """A tenth of a second at thirty a second is three arrivals, whatever floats make of it."""
    load = ConstantRate(per_second=30, duration_ns=ms_to_ns(100))

    assert len(intended_times(load, rng=Random(0))) == 3


def test_poisson_arrivals_have_the_mean_and_spread_of_poisson() -> None:
    """Over 20,000 expected arrivals, count and gaps are within four standard errors."""
    load = Poisson(per_second=2_000, duration_ns=s_to_ns(10))
    times_ns = intended_times(load, rng=Random(7))
    gaps_ns = [second - first for first, second in pairwise(times_ns)]
    mean_ns = sum(gaps_ns) / len(gaps_ns)
    sd_ns = sqrt(sum((gap_ns - mean_ns) ** 2 for gap_ns in gaps_ns) / len(gaps_ns))

    assert abs(len(times_ns) - 20_000) < 4 * sqrt(20_000)
    assert mean_ns == pytest.approx(NS_PER_S / 2_000, rel=4 / sqrt(20_000))
    assert sd_ns == pytest.approx(mean_ns, rel=4 * sqrt(2 / 20_000))


@given(first=RATES, last=RATES, duration_ns=DURATIONS_NS)
def test_a_ramp_has_its_integral(first: float, last: float, duration_ns: int) -> None:
    """Up to each arrival, the rate's integral is the number of arrivals before it."""
    load = Ramp(from_per_second=first, to_per_second=last, duration_ns=duration_ns)
    times_ns = intended_times(load, rng=Random(0))

    duration_s = duration_ns / NS_PER_S
    assert abs(len(times_ns) - (first + last) / 2 * duration_s) <= 1
    for index, at_ns in enumerate(times_ns):
        at_s = at_ns / NS_PER_S
        integral = first * at_s + (last - first) / duration_s * at_s**2 / 2
        assert integral == pytest.approx(index, abs=1e-3)


@pytest.mark.parametrize(
    ("load", "count"),
    [
        pytest.param(Ramp(from_per_second=0, to_per_second=100, duration_ns=NS_PER_S), 50, id="from-nothing"),
        pytest.param(Ramp(from_per_second=100, to_per_second=0, duration_ns=NS_PER_S), 50, id="to-nothing"),
        pytest.param(Ramp(from_per_second=0, to_per_second=0, duration_ns=NS_PER_S), 0, id="nothing"),
        pytest.param(Poisson(per_second=0, duration_ns=NS_PER_S), 0, id="poisson-of-nothing"),
        pytest.param(ConstantRate(per_second=0, duration_ns=NS_PER_S), 0, id="rate-of-nothing"),
        pytest.param(Steps(per_second=(10, 0, 20), step_ns=NS_PER_S), 30, id="a-pause-between-steps"),
    ],
)
def test_a_rate_may_be_zero(load: OpenLoop, count: int) -> None:
    """Nothing arrives where nothing should, and nothing breaks."""
    assert len(intended_times(load, rng=Random(0))) == count


def test_bursts_come_together() -> None:
    """Each burst has one time for all its arrivals."""
    times_ns = intended_times(Bursts(size=2, every_ns=10, count=3), rng=Random(0))

    assert times_ns.tolist() == [0, 0, 10, 10, 20, 20]
