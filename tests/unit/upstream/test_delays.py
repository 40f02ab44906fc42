"""Delays drawn from their distributions."""

import math
import statistics
from itertools import islice
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.model.upstream import ConstantDelay, Delay, LogNormalDelay, NormalDelay, RecordedDelay
from perf.upstream.delays import delays_ns

DELAYS = st.one_of(
    st.builds(ConstantDelay, delay_ns=st.integers(0, 10**10)),
    st.builds(NormalDelay, mean_ns=st.integers(0, 10**9), sd_ns=st.integers(0, 10**9)),
    st.builds(LogNormalDelay, median_ns=st.integers(0, 10**9), sigma=st.floats(0, 2)),
    st.builds(RecordedDelay, delays_ns=st.lists(st.integers(0, 10**9)).map(tuple)),
)


@given(delay=DELAYS, seed=st.integers())
def test_a_seed_fixes_every_delay(delay: Delay, seed: int) -> None:
    """The same seed draws the same delays, and no delay is negative."""
    drawn = [*islice(delays_ns(delay, Random(seed)), 20)]

    assert drawn == [*islice(delays_ns(delay, Random(seed)), 20)]
    assert all(delay_ns >= 0 for delay_ns in drawn)


def test_recorded_delays_start_again() -> None:
    """A recording is replayed in a circle."""
    recorded = RecordedDelay(delays_ns=(1, 2, 3))

    assert [*islice(delays_ns(recorded, Random(0)), 7)] == [1, 2, 3, 1, 2, 3, 1]


def test_normal_delays_have_their_mean_and_deviation() -> None:
    """Far from zero the cut does not show."""
    drawn = [*islice(delays_ns(NormalDelay(mean_ns=10**6, sd_ns=10**4), Random(1)), 5_000)]

    assert statistics.fmean(drawn) == pytest.approx(10**6, rel=0.01)
    assert statistics.stdev(drawn) == pytest.approx(10**4, rel=0.1)


def test_log_normal_delays_have_their_median_and_sigma() -> None:
    """Sigma is the deviation of the logarithm."""
    drawn = [*islice(delays_ns(LogNormalDelay(median_ns=10**7, sigma=0.5), Random(1)), 5_000)]

    assert statistics.median(drawn) == pytest.approx(10**7, rel=0.05)
    assert statistics.stdev(map(math.log, drawn)) == pytest.approx(0.5, rel=0.1)
