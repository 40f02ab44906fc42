"""The signed-rank test is exact."""

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perf.stats import signedrank

_SMALL = st.lists(st.integers(-4, 4).map(float), min_size=1, max_size=8)


@pytest.mark.parametrize("n", [3, 6, 10, 16, 24, 50])
def test_p_value_is_scipys_exact_one(n: int) -> None:
    """Without ties or zeros the p-value is that of scipy."""
    rng = random.Random(n)
    values = [rng.gauss(0.4, 1.0) for _ in range(n)]
    reference = stats.wilcoxon(values, alternative="greater", method="exact").pvalue

    assert signedrank.signed_rank_p(values) == pytest.approx(float(reference), rel=1e-9)


@given(values=_SMALL)
def test_ties_and_zeros_keep_it_exact(values: list[float]) -> None:
    """The p-value is the share of sign flips, zeros dropped, that reach the observed rank sum."""
    non_zero = [value for value in values if value]
    ranks = signedrank.doubled_mid_ranks([abs(value) for value in non_zero])
    observed = sum(rank for rank, value in zip(ranks, non_zero, strict=True) if value > 0)
    flips = list(itertools.product((0, 1), repeat=len(ranks)))
    reaching = sum(sum(r for r, up in zip(ranks, flip, strict=True) if up) >= observed for flip in flips)

    assert signedrank.signed_rank_p(values) == reaching / len(flips)


@given(values=_SMALL)
def test_doubled_ranks_are_those_of_scipy(values: list[float]) -> None:
    """Ties share their mean rank."""
    assert signedrank.doubled_mid_ranks(values) == [2 * rank for rank in stats.rankdata(values)]


def test_six_blocks_cannot_reach_one_percent() -> None:
    """All six above zero give 1/64, the smallest there is."""
    values = [0.2, 0.21, 0.22, 0.19, 0.23, 0.18]

    assert signedrank.signed_rank_p(values) == signedrank.smallest_p(6) == 1 / 64
    assert signedrank.lower_bound(values, alpha=0.01) == -math.inf


@pytest.mark.parametrize("alpha", [0.001, 0.01, 0.05, 0.2])
@pytest.mark.parametrize("n", [7, 10, 16])
def test_bound_excludes_what_the_test_rejects(n: int, alpha: float) -> None:
    """The lower bound is where the p-value crosses alpha."""
    rng = random.Random(n)
    values = [rng.gauss(0.0, 1.0) for _ in range(n)]
    bound = signedrank.lower_bound(values, alpha=alpha)

    if bound == -math.inf:
        assert signedrank.smallest_p(n) > alpha
    else:
        assert signedrank.signed_rank_p([value - (bound - 1e-9) for value in values]) <= alpha
        assert signedrank.signed_rank_p([value - (bound + 1e-9) for value in values]) > alpha


def test_upper_bound_mirrors_the_lower() -> None:
    """Turning the signs turns the bounds."""
    values = [0.3, -0.1, 0.7, 0.2, 0.9, 0.4, -0.2, 0.6]
    turned = [-value for value in values]

    assert signedrank.upper_bound(values, alpha=0.05) == -signedrank.lower_bound(turned, alpha=0.05)


def test_nothing_but_zeros_is_no_evidence() -> None:
    """With every value zero the p-value is 1."""
    assert signedrank.signed_rank_p([0.0, 0.0]) == 1.0
    assert signedrank.signed_rank_p([]) == 1.0


def test_more_than_fifty_values_are_refused() -> None:
    """The exact distribution is bounded in size."""
    with pytest.raises(ValueError, match="at most 50"):
        signedrank.signed_rank_p([float(value) for value in range(1, 52)])
