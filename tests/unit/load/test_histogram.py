"""Counted durations."""

from hypothesis import given
from hypothesis import strategies as st

from perf.load.histogram import Histogram
from perf.model.units import NS_PER_S, NS_PER_US

DURATION = st.integers(NS_PER_US, 60 * NS_PER_S) | st.builds(
    lambda bits, part: min(max(NS_PER_US, (1 << bits) + part), 60 * NS_PER_S),
    st.integers(10, 35),
    st.integers(-9, 9),
)
"""1 µs to a minute, of every order of magnitude, and around the places where steps change their width."""
DURATIONS = st.lists(DURATION, min_size=1, max_size=40)


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


@given(duration_ns=DURATION)
def test_every_duration_is_kept_to_a_thousandth(duration_ns: int) -> None:
    """Three digits from a microsecond on: alone in a histogram, it is every quantile of it."""
    histogram = counted([duration_ns])

    for ratio in (0.0, 0.5, 0.99, 1.0):
        assert abs(histogram.quantile_ns(ratio) - duration_ns) * 1_000 <= duration_ns


@given(durations_ns=DURATIONS)
def test_quantiles_are_right_to_a_thousandth(durations_ns: list[int]) -> None:
    """Also beside others: of n durations, the k-th is what k of n do not exceed, first and last too."""
    histogram = counted(durations_ns)
    count = len(durations_ns)

    for rank, duration_ns in enumerate(sorted(durations_ns), 1):
        for ratio in (rank / count, (rank - 0.8) / count):
            assert abs(histogram.quantile_ns(ratio) - duration_ns) * 1_000 <= duration_ns


def test_an_empty_histogram_says_nought() -> None:
    """There is no duration to tell."""
    assert Histogram().quantile_ns(0.5) == 0


def test_what_lasts_longer_than_an_hour_counts() -> None:
    """It is an hour rather than lost."""
    histogram = counted([10**15])

    assert len(histogram) == 1
    assert histogram.quantile_ns(1.0) >= 3_590 * NS_PER_S
