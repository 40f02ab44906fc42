"""The Mann–Whitney rank-sum test of two independent samples (Mann & Whitney 1947)."""

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from perf.stats.distributions import normal_cdf
from perf.stats.signedrank import doubled_mid_ranks

_MAX_EXACT_PAIRS = 900


def rank_sum_p(baseline: Sequence[float], candidate: Sequence[float]) -> float:
    """Return the one-sided p-value of "candidate tends to be above baseline".

    Exact without ties up to 900 pairs; otherwise normal, corrected for ties and continuity.
    All values equal give 1.
    ValueError when a sample is empty.
    """
    if not baseline or not candidate:
        raise ValueError("the rank-sum test needs values on both sides")
    n, m = len(candidate), len(baseline)
    pooled = [*candidate, *baseline]
    doubled_u = sum(doubled_mid_ranks(pooled)[:n]) - n * (n + 1)
    tied = len(set(pooled)) < len(pooled)
    if not tied and n * m <= _MAX_EXACT_PAIRS:
        counts = _u_counts(n, m)
        return sum(counts[doubled_u // 2 :]) / math.comb(n + m, n)
    return _normal_p(doubled_u / 2.0, n=n, m=m, pooled=pooled)


def smallest_p(baseline_n: int, candidate_n: int) -> float:
    """Return the smallest one-sided p-value that these sample sizes can ever give."""
    return 1.0 / math.comb(baseline_n + candidate_n, candidate_n)


def _normal_p(u: float, *, n: int, m: int, pooled: Sequence[float]) -> float:
    total = n + m
    ties = sum(count**3 - count for count in Counter(pooled).values())
    variance = n * m / 12.0 * (total + 1 - ties / (total * (total - 1)))
    if variance <= 0.0:
        return 1.0
    return normal_cdf(-(u - n * m / 2.0 - 0.5) / math.sqrt(variance))


@lru_cache(maxsize=64)
def _u_counts(n: int, m: int) -> tuple[int, ...]:
    """Return how many orderings give each U: the Gaussian binomial coefficients of (n + m, n)."""
    size = n * m + 1
    counts = [1] + [0] * (size - 1)
    for k in range(1, n + 1):
        for total in range(size - 1, m + k - 1, -1):
            counts[total] -= counts[total - m - k]
        for total in range(k, size):
            counts[total] += counts[total - k]
    return tuple(counts)
