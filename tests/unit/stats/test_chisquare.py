"""The goodness-of-fit test is that of scipy."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perf.stats.chisquare import goodness_of_fit, goodness_of_fit_power


@given(pairs=st.lists(st.tuples(st.integers(0, 500), st.integers(1, 9)), min_size=2, max_size=8))
def test_p_value_is_that_of_scipy(pairs: list[tuple[int, int]]) -> None:
    """Statistic and p-value agree for any counts and weights."""
    observed, weights = [count + 1 for count, _ in pairs], [float(weight) for _, weight in pairs]
    result = goodness_of_fit(observed, weights=weights)
    expected = [sum(observed) * weight / sum(weights) for weight in weights]
    reference = stats.chisquare(observed, expected)

    assert result.statistic == pytest.approx(float(reference.statistic), rel=1e-9, abs=1e-9)
    assert result.p_value == pytest.approx(float(reference.pvalue), rel=1e-9, abs=1e-12)
    assert result.df == len(pairs) - 1
    assert result.smallest_expected == pytest.approx(min(expected))


def test_a_count_where_none_may_be_is_impossible() -> None:
    """One request to an upstream of weight zero refutes the distribution."""
    result = goodness_of_fit([50, 50, 1], weights=[1.0, 1.0, 0.0])

    assert (result.statistic, result.p_value, result.df) == (math.inf, 0.0, 1)
    assert goodness_of_fit([50, 50, 0], weights=[1.0, 1.0, 0.0]).p_value == 1.0


def test_power_is_that_of_the_noncentral_distribution() -> None:
    """Forty against sixty of 200 is seen with the power that scipy gives."""
    power = goodness_of_fit_power([0.4, 0.6], weights=[1.0, 1.0], observations=200, alpha=0.01)

    assert power == pytest.approx(float(stats.ncx2.sf(stats.chi2.isf(0.01, 1), 1, 200 * 0.04)), rel=1e-6)


def test_no_difference_has_the_power_of_chance() -> None:
    """When nothing differs the test rejects with probability alpha."""
    power = goodness_of_fit_power([2.0, 2.0], weights=[1.0, 1.0], observations=500, alpha=0.03)

    assert power == pytest.approx(0.03, rel=1e-9)


def test_counts_that_say_nothing_are_refused() -> None:
    """No observations, one category, unequal lengths or negative counts are errors."""
    with pytest.raises(ValueError, match="no observations"):
        goodness_of_fit([0, 0], weights=[1.0, 1.0])
    with pytest.raises(ValueError, match="two positive weights"):
        goodness_of_fit([5, 0], weights=[1.0, 0.0])
    with pytest.raises(ValueError, match="equal length"):
        goodness_of_fit([5], weights=[1.0, 1.0])
    with pytest.raises(ValueError, match="equal length"):
        goodness_of_fit([5, -1], weights=[1.0, 1.0])
    with pytest.raises(ValueError, match="sum to zero"):
        goodness_of_fit_power([0.0, 0.0], weights=[1.0, 1.0], observations=5, alpha=0.05)
    with pytest.raises(ValueError, match="impossible"):
        goodness_of_fit_power([1.0, 1.0, 1.0], weights=[1.0, 1.0, 0.0], observations=5, alpha=0.05)
