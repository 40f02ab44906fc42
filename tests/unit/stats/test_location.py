"""Centres and their errors: robust, equivariant, and those of scipy where scipy has them."""

import math
import random
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perf.stats import location

_VALUES = st.lists(st.floats(-100.0, 100.0), min_size=6, max_size=25)


@given(values=_VALUES, shift=st.floats(-50.0, 50.0))
def test_hodges_lehmann_moves_with_the_sample(values: list[float], shift: float) -> None:
    """Adding a constant to every value adds it to the centre."""
    moved = location.hodges_lehmann([value + shift for value in values])

    assert moved == pytest.approx(location.hodges_lehmann(values) + shift, abs=1e-9)


@given(values=_VALUES)
def test_hodges_lehmann_flips_with_the_sample(values: list[float]) -> None:
    """Swapping baseline and candidate turns the sign and nothing else."""
    flipped = location.hodges_lehmann([-value for value in values])

    assert flipped == pytest.approx(-location.hodges_lehmann(values), abs=1e-12)


def test_hodges_lehmann_is_the_median_of_walsh_averages() -> None:
    """1, 2 and 9 have the averages 1, 1.5, 2, 5, 5.5 and 9."""
    assert location.walsh_averages([9.0, 1.0, 2.0]) == [1.0, 1.5, 2.0, 5.0, 5.5, 9.0]
    assert location.hodges_lehmann([9.0, 1.0, 2.0]) == 3.5


def test_one_wild_value_hardly_moves_the_centre() -> None:
    """A block a thousand times off leaves the centre among the others."""
    rng = random.Random(5)
    calm = [rng.gauss(0.0, 1.0) for _ in range(12)]

    assert abs(location.hodges_lehmann([*calm, 1000.0]) - location.hodges_lehmann(calm)) < 1.0


@given(baseline=_VALUES, candidate=_VALUES)
def test_shift_is_the_median_difference(baseline: list[float], candidate: list[float]) -> None:
    """The two-sample estimate is the median over all pairs, and swapping turns its sign."""
    expected = float(np.median(np.subtract.outer(candidate, baseline)))

    assert location.hodges_lehmann_shift(baseline, candidate) == pytest.approx(expected, abs=1e-9)
    assert location.hodges_lehmann_shift(candidate, baseline) == pytest.approx(-expected, abs=1e-9)


@given(baseline=_VALUES, candidate=_VALUES)
def test_trimmed_means_give_scipys_yuen_test(baseline: list[float], candidate: list[float]) -> None:
    """Means and standard errors are those in Yuen's two-sample statistic as scipy computes it."""
    before, after = (
        location.trimmed_mean(values, trim_count=len(values) // 5) for values in (baseline, candidate)
    )
    error = math.hypot(before.standard_error, after.standard_error)

    assert before.df == len(baseline) - 2 * (len(baseline) // 5) - 1
    assert before.mean == pytest.approx(float(stats.trim_mean(baseline, 0.2)), rel=1e-9, abs=1e-9)
    if error > 1e-6:
        yuen = stats.ttest_ind(candidate, baseline, trim=0.2, equal_var=False).statistic
        assert (after.mean - before.mean) / error == pytest.approx(float(yuen), rel=1e-6, abs=1e-6)


@given(values=_VALUES)
def test_no_trimming_is_the_usual_mean(values: list[float]) -> None:
    """With nothing trimmed the error is s over the root of n."""
    result = location.trimmed_mean(values, trim_count=0)

    assert result.standard_error == pytest.approx(statistics.stdev(values) / len(values) ** 0.5, abs=1e-9)


@given(values=_VALUES)
def test_variance_is_the_usual_one(values: list[float]) -> None:
    """The variance agrees with the standard library's exact one."""
    assert location.variance(values) == pytest.approx(statistics.variance(values), rel=1e-9, abs=1e-12)


def test_equal_values_have_no_variance() -> None:
    """Not even a rounding error is left over, and a single value has no variance to give."""
    assert location.variance([0.1] * 7) == 0.0
    with pytest.raises(ValueError, match="at least two"):
        location.variance([1.0])


def test_trimming_everything_is_refused() -> None:
    """At least two values must be left to have a spread."""
    with pytest.raises(ValueError, match="fewer than two"):
        location.trimmed_mean([1.0, 2.0, 3.0], trim_count=1)
