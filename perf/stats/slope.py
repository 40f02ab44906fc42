"""The Theil–Sen slope of a series, robust to wild points (Theil 1950, Sen 1968)."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from perf.stats.distributions import normal_quantile
from perf.stats.quantile import quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """A slope in units of y per unit of x, with two-sided confidence limits."""

    slope: float
    lower: float
    upper: float


def theil_sen(x: Sequence[float], y: Sequence[float], *, confidence: float) -> Slope:
    """Return the median of all pairwise slopes, with Sen's (1968) limits at this two-sided confidence.

    The limits are order statistics of the slopes, placed by the variance of Kendall's score with its
    correction for ties.
    Too few points for the confidence give infinite limits.
    ValueError for unequal lengths or when no two x differ.
    """
    if len(x) != len(y) or not 0.0 < confidence < 1.0:
        raise ValueError(
            f"need as many x as y and a confidence in (0, 1), got {len(x)}, {len(y)}, {confidence}"
        )
    slopes = sorted(
        (y[j] - y[i]) / (x[j] - x[i]) for i in range(len(x)) for j in range(i + 1, len(x)) if x[i] != x[j]
    )
    if not slopes:
        raise ValueError("a slope needs at least two different x")
    spread = normal_quantile((1.0 + confidence) / 2.0) * math.sqrt(_score_variance(x, y))
    rank_below = round((len(slopes) - spread) / 2.0) - 1
    rank_above = round((len(slopes) + spread) / 2.0)
    return Slope(
        slope=quantile(slopes, 0.5),
        lower=slopes[rank_below] if rank_below >= 0 else -math.inf,
        upper=slopes[rank_above] if rank_above < len(slopes) else math.inf,
    )


def _score_variance(x: Sequence[float], y: Sequence[float]) -> float:
    """Return the variance of Kendall's score, ties in both series allowed for (Kendall 1970, chapter 4)."""
    n = len(x)
    in_x, in_y = list(Counter(x).values()), list(Counter(y).values())
    untied = _spread(n) - sum(map(_spread, in_x)) - sum(map(_spread, in_y))
    pairs = sum(map(_pairs, in_x)) * sum(map(_pairs, in_y)) / (2.0 * n * (n - 1))
    triples = sum(map(_triples, in_x)) * sum(map(_triples, in_y))
    return max(0.0, untied / 18.0 + pairs + (triples / (9.0 * n * (n - 1) * (n - 2)) if triples else 0.0))


def _spread(count: int) -> int:
    return count * (count - 1) * (2 * count + 5)


def _pairs(count: int) -> int:
    return count * (count - 1)


def _triples(count: int) -> int:
    return count * (count - 1) * (count - 2)
