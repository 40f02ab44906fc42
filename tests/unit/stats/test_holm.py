"""Holm's procedure, against its definition written out."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.stats.holm import holm

_P_VALUES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12)
_ALPHA = st.floats(0.001, 0.2)


@given(p_values=_P_VALUES, alpha=_ALPHA)
def test_adjusted_p_is_that_of_the_closed_test(p_values: list[float], alpha: float) -> None:
    """Each adjusted p is the largest Bonferroni p over all intersections that hold the hypothesis."""
    chosen = p_values[:6]
    results = holm(chosen, alpha=alpha)
    indices = range(len(chosen))
    subsets = [s for size in range(1, len(chosen) + 1) for s in itertools.combinations(indices, size)]
    bonferroni = {subset: min(1.0, len(subset) * min(chosen[i] for i in subset)) for subset in subsets}

    for index, result in enumerate(results):
        assert result.adjusted_p == pytest.approx(max(p for s, p in bonferroni.items() if index in s))


@given(p_values=_P_VALUES, alpha=_ALPHA)
def test_rejection_agrees_with_both_ways_to_read_it(p_values: list[float], alpha: float) -> None:
    """Rejected means p within its local alpha; the adjusted p says the same but for rounding."""
    for p_value, result in zip(p_values, holm(p_values, alpha=alpha), strict=True):
        assert result.rejected == (p_value <= result.local_alpha)
        if abs(result.adjusted_p - alpha) > 1e-12:
            assert result.rejected == (result.adjusted_p <= alpha)


@given(p_values=_P_VALUES, alpha=_ALPHA)
def test_order_does_not_matter(p_values: list[float], alpha: float) -> None:
    """Reversing the hypotheses reverses the adjusted p-values."""
    forward = [result.adjusted_p for result in holm(p_values, alpha=alpha)]
    backward = [result.adjusted_p for result in holm(p_values[::-1], alpha=alpha)]

    assert forward == backward[::-1]


def test_local_alpha_steps_down() -> None:
    """Three hypotheses, the first rejected: 0.05/3, then 0.05/2 for both that remain."""
    results = holm([0.03, 0.01, 0.04], alpha=0.05)

    assert [result.adjusted_p for result in results] == [0.06, 0.03, 0.06]
    assert [result.local_alpha for result in results] == [0.025, 0.05 / 3, 0.025]
    assert [result.rejected for result in results] == [False, True, False]


def test_no_hypotheses_have_no_results() -> None:
    """An empty family gives an empty answer, and nonsense is refused."""
    assert holm([], alpha=0.05) == ()
    with pytest.raises(ValueError, match="p-values"):
        holm([1.5], alpha=0.05)
