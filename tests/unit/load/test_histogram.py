"""Counted durations."""

from hypothesis import given
from hypothesis import strategies as st

from perf.load.histogram import Histogram
from perf.model.units import NS_PER_S, NS_PER_US

DURATIONS = st.lists(st.integers(10 * NS_PER_US, 60 * NS_PER_S), min_size=1, max_size=40)


def counted(durations_ns: list[int]) -> Histogram:
    """A histogram of these."""
    histogram = Histogram()
    histogram.record(durations_ns)
    return histogram


@given(first=DURATIONS, second=DURATIONS)
def test_merging_loses_nothing(first: list[int], second: list[int]) -> None:
    """Two histograms that went through bytes and were added are the histogram of all durations."""
    merged = Histogram(counted(first).encoded())
    merged.add(Histogram(counted(second).encoded()))

    assert merged.encoded() == counted(first + second).encoded()
    assert len(merged) == len(first) + len(second)


@given(durations_ns=DURATIONS)
def test_quantiles_are_right_to_three_digits(durations_ns: list[int]) -> None:
    """The least and the greatest are within a thousandth of the truth."""
    histogram = counted(durations_ns)

    assert abs(histogram.quantile_ns(1.0) - max(durations_ns)) <= max(durations_ns) / 1_000 + NS_PER_US
    assert abs(histogram.quantile_ns(0.0) - min(durations_ns)) <= min(durations_ns) / 1_000 + NS_PER_US


def test_an_empty_histogram_says_nought() -> None:
    """There is no duration to tell."""
    assert Histogram().quantile_ns(0.5) == 0


def test_what_lasts_longer_than_an_hour_counts() -> None:
    """It is an hour rather than lost."""
    histogram = counted([10**15])

    assert len(histogram) == 1
    assert histogram.quantile_ns(1.0) >= 3_590 * NS_PER_S
