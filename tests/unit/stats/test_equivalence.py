"""Proof of no relevant change."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.stats.bounds import one_sided_bounds
from perf.stats.equivalence import equivalence, non_inferiority

_VALUES = st.lists(st.integers(-100, 100).map(lambda k: k / 1000), min_size=2, max_size=24)


@given(values=_VALUES, limit=st.floats(0.001, 0.2))
def test_non_inferiority_is_an_upper_bound_below_the_limit(values: list[float], limit: float) -> None:
    """Proven means upper bound below limit, and p below alpha says the same."""
    proof = non_inferiority(values, limit=limit, alpha=0.05)
    upper = one_sided_bounds(values, alpha=0.05).upper

    assert proof.proven == (upper < limit)
    if not math.isclose(upper, limit, rel_tol=1e-6):
        assert proof.proven == (proof.p_value < 0.05)


@given(values=_VALUES)
def test_equivalence_is_non_inferiority_both_ways(values: list[float]) -> None:
    """Both one-sided tests must succeed."""
    both = equivalence(values, low=-0.03, high=0.03, alpha=0.05)
    below = non_inferiority(values, limit=0.03, alpha=0.05)
    above = non_inferiority([-value for value in values], limit=0.03, alpha=0.05)

    assert both.proven == (below.proven and above.proven)
    assert both.p_value == max(below.p_value, above.p_value)


def test_too_few_values_prove_nothing() -> None:
    """A single value, however good, is no proof."""
    assert not non_inferiority([-0.5], limit=0.03, alpha=0.05).proven
    assert not equivalence([0.0], low=-0.03, high=0.03, alpha=0.05).proven


def test_an_empty_range_is_refused() -> None:
    """The lower limit lies below the upper."""
    with pytest.raises(ValueError, match="low < high"):
        equivalence([0.0, 0.0], low=0.1, high=-0.1, alpha=0.05)
