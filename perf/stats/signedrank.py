"""Wilcoxon's signed-rank test with its exact null distribution (Wilcoxon 1945)."""

import math
from collections.abc import Sequence
from functools import lru_cache

from perf.stats.location import walsh_averages

_MAX_EXACT_N = 50


def signed_rank_p(values: Sequence[float]) -> float:
    """Return the exact one-sided p-value of "the centre is above zero".

    Zeros are dropped (Wilcoxon's own rule), tied magnitudes share their mean rank, and the null
    distribution is the one over all sign flips of those very ranks, so ties keep the test exact.
    With nothing left p is 1.
    ValueError above 50 values.
    """
    non_zero = [value for value in values if value != 0.0]
    doubled = doubled_mid_ranks([abs(value) for value in non_zero])
    statistic = sum(rank for rank, value in zip(doubled, non_zero, strict=True) if value > 0.0)
    counts = _sign_flip_counts(tuple(sorted(doubled)))
    return sum(counts[statistic:]) / (1 << len(doubled))


def smallest_p(n: int) -> float:
    """Return 2⁻ⁿ, the smallest p-value that n blocks can ever give."""
    return 0.5**n


def lower_bound(values: Sequence[float], *, alpha: float) -> float:
    """Return the exact lower confidence bound of the centre: an order statistic of the Walsh averages.

    Coverage is at least 1 − alpha for any symmetric continuous distribution (Hollander & Wolfe, 3.7).
    Too few values for alpha give −inf.
    """
    averages = walsh_averages(values)
    rank = _bound_rank(len(values), alpha)
    return averages[rank - 1] if rank > 0 else -math.inf


def upper_bound(values: Sequence[float], *, alpha: float) -> float:
    """Return the exact upper confidence bound of the centre, the mirror image of `lower_bound`."""
    return -lower_bound([-value for value in values], alpha=alpha)


def doubled_mid_ranks(values: Sequence[float]) -> list[int]:
    """Return twice the rank of each value, ties sharing their mean rank, so that all are whole."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for index in order[start:end]:
            ranks[index] = start + end + 1
        start = end
    return ranks


@lru_cache(maxsize=256)
def _bound_rank(n: int, alpha: float) -> int:
    counts = _sign_flip_counts(tuple(2 * rank for rank in range(1, n + 1)))
    allowed = alpha * (1 << n)
    cumulated, rank = 0, 0
    for count in counts[::2]:
        cumulated += count
        if cumulated > allowed:
            return rank
        rank += 1
    return rank


@lru_cache(maxsize=256)
def _sign_flip_counts(ranks: tuple[int, ...]) -> tuple[int, ...]:
    if len(ranks) > _MAX_EXACT_N:
        raise ValueError(f"the exact distribution is for at most {_MAX_EXACT_N} values, got {len(ranks)}")
    counts = [1]
    for rank in ranks:
        without = counts + [0] * rank
        for total, ways in enumerate(counts):
            without[total + rank] += ways
        counts = without
    return tuple(counts)
