"""The rank-sum test is that of scipy."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perf.stats import ranksum


@pytest.mark.parametrize(("n", "m"), [(1, 1), (3, 5), (5, 5), (10, 7), (30, 30)])
def test_exact_p_value_is_scipys(n: int, m: int) -> None:
    """Without ties small samples get the exact p-value."""
    rng = random.Random(n * m)
    baseline, candidate = [rng.gauss(0, 1) for _ in range(n)], [rng.gauss(0.5, 1) for _ in range(m)]
    reference = stats.mannwhitneyu(candidate, baseline, alternative="greater", method="exact").pvalue

    assert ranksum.rank_sum_p(baseline, candidate) == pytest.approx(float(reference), rel=1e-9)


@given(
    baseline=st.lists(st.integers(0, 3).map(float), min_size=4, max_size=20),
    candidate=st.lists(st.integers(2, 5).map(float), min_size=4, max_size=20),
)
def test_tied_samples_use_the_corrected_normal(baseline: list[float], candidate: list[float]) -> None:
    """With ties the p-value is normal with tie and continuity correction, and 1 when all are equal."""
    p_value = ranksum.rank_sum_p(baseline, candidate)

    if len({*baseline, *candidate}) == 1:
        assert p_value == 1.0
    else:
        reference = stats.mannwhitneyu(candidate, baseline, alternative="greater", method="asymptotic")
        assert p_value == pytest.approx(float(reference.pvalue), rel=1e-9)


def test_large_samples_use_the_normal() -> None:
    """Beyond 900 pairs the normal approximation serves."""
    rng = random.Random(2)
    baseline, candidate = [rng.random() for _ in range(40)], [rng.random() + 0.1 for _ in range(40)]
    reference = stats.mannwhitneyu(candidate, baseline, alternative="greater", method="asymptotic").pvalue

    assert ranksum.rank_sum_p(baseline, candidate) == pytest.approx(float(reference), rel=1e-9)


def test_smallest_p_is_reached_by_separated_samples() -> None:
    """Five against five cannot say more than 1 in 252."""
    p_value = ranksum.rank_sum_p([1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 7.0, 8.0, 9.0, 10.0])

    assert p_value == ranksum.smallest_p(5, 5) == 1 / 252


def test_an_empty_side_is_refused() -> None:
    """Nothing measured on one side is no comparison."""
    with pytest.raises(ValueError, match="both sides"):
        ranksum.rank_sum_p([], [1.0])
