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
    correction for ties in x and in y.
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
    untied = _tie_term(len(x))
    tied = sum(_tie_term(count) for series in (x, y) for count in Counter(series).values())
    return max(0.0, (untied - tied) / 18.0)


def _tie_term(count: int) -> int:
    return count * (count - 1) * (2 * count + 5)
