"""Quantiles are those of numpy, and say how many samples they need."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.stats.quantile import median, quantile, smallest_n_for_quantile

_VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)


@given(values=_VALUES, q=st.floats(0.0, 1.0))
def test_quantile_is_numpys_default(values: list[float], q: float) -> None:
    """Hyndman and Fan's type 7, as numpy computes it."""
    assert quantile(sorted(values), q) == pytest.approx(float(np.quantile(values, q)), rel=1e-9, abs=1e-6)


@given(values=_VALUES, q=st.floats(0.0, 1.0))
def test_quantile_stays_among_the_values(values: list[float], q: float) -> None:
    """Interpolation never leaves the range of the sample."""
    assert min(values) <= quantile(sorted(values), q) <= max(values)


@given(values=_VALUES)
def test_median_ignores_order(values: list[float]) -> None:
    """The median of a sample is that of its reverse."""
    assert median(values) == median(values[::-1])


@pytest.mark.parametrize(("q", "n"), [(0.5, 20), (0.9, 100), (0.95, 200), (0.99, 1000), (0.999, 10_000)])
def test_quantile_needs_ten_samples_beyond_it(q: float, n: int) -> None:
    """A p95 needs 200 samples and a p99 needs 1,000."""
    assert smallest_n_for_quantile(q) == n


def test_no_values_have_no_quantile() -> None:
    """Nothing measured is an error, not a zero."""
    with pytest.raises(ValueError, match="0 values"):
        quantile([], 0.5)
    with pytest.raises(ValueError, match="q=2"):
        quantile([1.0], 2.0)
    with pytest.raises(ValueError, match="0 < q < 1"):
        smallest_n_for_quantile(1.0)
