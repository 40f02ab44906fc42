"""The Theil–Sen slope is that of scipy."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perf.stats.slope import theil_sen

_READINGS = st.lists(st.integers(-20, 20).map(float), min_size=8, max_size=30)


@given(y=_READINGS)
def test_slope_and_limits_are_those_of_scipy(y: list[float]) -> None:
    """Slope and 95 % limits over distinct times agree, ties in the readings included."""
    x = [float(k) for k in range(len(y))]
    result, reference = theil_sen(x, y, confidence=0.95), stats.theilslopes(y, x, 0.95)

    assert result.slope == pytest.approx(float(reference.slope))
    assert result.lower == pytest.approx(float(reference.low_slope))
    assert result.upper == pytest.approx(float(reference.high_slope))


@given(points=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=3, max_size=20))
def test_limits_enclose_the_slope_whatever_is_tied(points: list[tuple[int, int]]) -> None:
    """Ties in both series leave a sensible answer."""
    x, y = [float(x) for x, _ in points], [float(y) for _, y in points]
    if len(set(x)) > 1:
        result = theil_sen(x, y, confidence=0.9)

        assert result.lower <= result.slope <= result.upper


def test_what_never_grows_has_no_slope() -> None:
    """A constant series has slope 0 and no doubt about it."""
    result = theil_sen([0.0, 1.0, 2.0, 3.0], [5.0] * 4, confidence=0.95)

    assert (result.lower, result.slope, result.upper) == (0.0, 0.0, 0.0)


def test_a_leak_is_seen_through_wild_points() -> None:
    """A steady rise with a few wild readings keeps its slope, and zero lies below the limits."""
    rng = random.Random(4)
    x = [float(k) for k in range(30)]
    y = [3.0 * k + rng.gauss(0.0, 2.0) + (500.0 if k % 10 == 7 else 0.0) for k in x]
    result = theil_sen(x, y, confidence=0.99)

    assert result.slope == pytest.approx(3.0, abs=0.5)
    assert 0.0 < result.lower < result.slope < result.upper


def test_two_points_have_no_limits() -> None:
    """Two points give a slope but no confidence in it."""
    result = theil_sen([0.0, 1.0], [0.0, 2.0], confidence=0.95)

    assert (result.lower, result.slope, result.upper) == (-math.inf, 2.0, math.inf)


def test_points_without_a_slope_are_refused() -> None:
    """Unequal lengths or a single x are errors."""
    with pytest.raises(ValueError, match="as many x as y"):
        theil_sen([0.0], [], confidence=0.95)
    with pytest.raises(ValueError, match="two different x"):
        theil_sen([1.0, 1.0], [0.0, 2.0], confidence=0.95)
