"""The bounds that verdicts rest on: dual to their p-values, equivariant, honest about little data."""

import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perf.stats.bounds import one_sided_bounds, one_sided_p, two_sample_bounds, two_sample_p
from perf.stats.location import hodges_lehmann

_VALUES = st.lists(st.integers(-1000, 1000).map(lambda k: k / 1000), min_size=2, max_size=24)
_ALPHA = st.sampled_from([0.0001, 0.000625, 0.01, 0.05, 0.2])


def _blocks(n: int, *, centre: float, seed: int) -> list[float]:
    rng = random.Random(seed)
    return [rng.gauss(centre, 0.02) for _ in range(n)]


@given(values=_VALUES, alpha=_ALPHA)
def test_bounds_enclose_the_estimate(values: list[float], alpha: float) -> None:
    """The estimate is the Hodges–Lehmann centre and lies between its bounds."""
    bounds = one_sided_bounds(values, alpha=alpha)

    assert bounds.estimate == hodges_lehmann(values)
    assert bounds.lower <= bounds.estimate <= bounds.upper


@given(values=_VALUES, alpha=_ALPHA, null=st.floats(-0.5, 0.5))
def test_lower_bound_and_p_value_agree(values: list[float], alpha: float, null: float) -> None:
    """The p-value is below alpha exactly when the lower bound is above the null."""
    bounds = one_sided_bounds(values, alpha=alpha)
    p_value = one_sided_p(values, null=null)

    if not math.isclose(bounds.lower, null, rel_tol=1e-6, abs_tol=1e-9):
        assert (p_value < alpha) == (bounds.lower > null)


@given(values=_VALUES, alpha=_ALPHA)
def test_swapping_the_sides_turns_the_bounds(values: list[float], alpha: float) -> None:
    """Candidate against baseline is the mirror image of baseline against candidate."""
    bounds = one_sided_bounds(values, alpha=alpha)
    turned = one_sided_bounds([-value for value in values], alpha=alpha)

    assert turned.lower == pytest.approx(-bounds.upper, abs=1e-12)
    assert turned.upper == pytest.approx(-bounds.lower, abs=1e-12)


@given(values=_VALUES)
def test_a_smaller_alpha_widens_the_bounds(values: list[float]) -> None:
    """Demanding more certainty never narrows the interval."""
    strict, loose = one_sided_bounds(values, alpha=0.0005), one_sided_bounds(values, alpha=0.01)

    assert strict.lower <= loose.lower
    assert loose.upper <= strict.upper


def test_below_ten_blocks_the_width_is_students() -> None:
    """Nothing is trimmed from six blocks: the half-width is t times s over the root of n."""
    values = _blocks(6, centre=0.01, seed=1)
    bounds = one_sided_bounds(values, alpha=0.01)
    half_width = stats.t.isf(0.01, 5) * statistics.stdev(values) / math.sqrt(6)

    assert bounds.upper - bounds.estimate == pytest.approx(float(half_width), rel=1e-9)


def test_one_wild_block_of_ten_hardly_widens_the_bounds() -> None:
    """A block twenty times the noise away leaves the bounds within a third of what they were."""
    values = _blocks(10, centre=0.0, seed=2)
    calm = one_sided_bounds(values, alpha=0.001)
    wild = one_sided_bounds([*values[:-1], 0.4], alpha=0.001)
    student = statistics.stdev([*values[:-1], 0.4]) * stats.t.isf(0.001, 9) / math.sqrt(10)

    assert wild.upper - wild.estimate < 2.5 * (calm.upper - calm.estimate)
    assert wild.upper - wild.estimate < 0.5 * student


def test_a_huge_change_is_certain_after_six_blocks() -> None:
    """Twenty percent with two percent noise is beyond the first look's share for one of sixteen."""
    values = _blocks(6, centre=math.log(1.2), seed=3)

    assert one_sided_bounds(values, alpha=0.0025 / 16).lower > 0.0


def test_equal_values_are_their_own_bounds() -> None:
    """A deterministic metric that repeats itself exactly leaves no doubt."""
    bounds = one_sided_bounds([0.25] * 6, alpha=0.001)

    assert (bounds.lower, bounds.upper) == (0.25, 0.25)
    assert one_sided_p([0.25] * 6, null=0.0) == 0.0
    assert one_sided_p([0.0] * 6, null=0.0) == 1.0


def test_one_block_bounds_nothing() -> None:
    """A single block has no spread, so its bounds are infinite and its p-value 1."""
    bounds = one_sided_bounds([5.0], alpha=0.01)

    assert (bounds.lower, bounds.estimate, bounds.upper) == (-math.inf, 5.0, math.inf)
    assert one_sided_p([5.0], null=0.0) == 1.0


@given(baseline=_VALUES, candidate=_VALUES)
def test_two_sample_bounds_are_welchs(baseline: list[float], candidate: list[float]) -> None:
    """The half-width is that of scipy's Welch interval, around the Hodges–Lehmann shift."""
    bounds = two_sample_bounds(baseline, candidate, alpha=0.01)
    p_value = two_sample_p(baseline, candidate, null=0.0)

    assert bounds.lower <= bounds.estimate <= bounds.upper
    assert (p_value < 0.01) == (bounds.lower > 0.0)
    if len(set(baseline)) > 1 and len(set(candidate)) > 1:
        welch = stats.ttest_ind(candidate, baseline, equal_var=False).confidence_interval(0.98)
        assert bounds.upper - bounds.lower == pytest.approx(float(welch.high - welch.low), rel=1e-6)


def test_one_baseline_run_bounds_nothing() -> None:
    """A baseline of a single run cannot convict a candidate."""
    bounds = two_sample_bounds([1.0], [2.0, 2.1, 1.9], alpha=0.01)

    assert (bounds.lower, bounds.upper) == (-math.inf, math.inf)
    assert two_sample_p([1.0], [2.0, 2.1, 1.9], null=0.0) == 1.0


@pytest.mark.parametrize("values", [[], [math.nan, 1.0], [math.inf, 1.0]], ids=["none", "nan", "infinite"])
def test_values_that_are_no_measurement_are_refused(values: list[float]) -> None:
    """Nothing, a NaN or an infinity is an error, never a verdict."""
    with pytest.raises(ValueError, match="finite"):
        one_sided_bounds(values, alpha=0.01)
    with pytest.raises(ValueError, match="finite"):
        one_sided_p(values, null=0.0)
    with pytest.raises(ValueError, match="finite"):
        two_sample_bounds([1.0, 2.0], values, alpha=0.01)
    with pytest.raises(ValueError, match="finite"):
        two_sample_p(values, [1.0, 2.0], null=0.0)


@pytest.mark.parametrize("alpha", [0.0, 0.5, math.nan], ids=str)
def test_a_level_without_meaning_is_refused(alpha: float) -> None:
    """The level of a one-sided bound lies strictly between 0 and a half."""
    with pytest.raises(ValueError, match="alpha"):
        one_sided_bounds([1.0, 2.0], alpha=alpha)
