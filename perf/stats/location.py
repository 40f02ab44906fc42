"""Where a sample lies and how well that is known, when a few values may be wild."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from perf.stats.quantile import median, quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class TrimmedMean:
    """A trimmed mean, its standard error and the degrees of freedom of that error."""

    mean: float
    standard_error: float
    df: int


def walsh_averages(values: Sequence[float]) -> list[float]:
    """Return the n(n+1)/2 means of every pair of values, each with itself included, sorted."""
    return sorted((x + y) / 2.0 for i, x in enumerate(values) for y in values[i:])


def hodges_lehmann(values: Sequence[float]) -> float:
    """Return the median of the Walsh averages: the centre of one sample (Hodges & Lehmann 1963)."""
    return quantile(walsh_averages(values), 0.5)


def hodges_lehmann_shift(baseline: Sequence[float], candidate: Sequence[float]) -> float:
    """Return the median of all candidate − baseline differences: the shift between two samples."""
    return median([after - before for before in baseline for after in candidate])


def variance(values: Sequence[float]) -> float:
    """Return the sample variance (divisor n − 1), exactly 0 for equal values; ValueError below two."""
    if len(values) < 2:
        raise ValueError(f"a variance needs at least two values, got {len(values)}")
    offsets = [value - values[0] for value in values]
    mean = math.fsum(offsets) / len(offsets)
    return math.fsum((offset - mean) ** 2 for offset in offsets) / (len(offsets) - 1)


def winsorised_variance(values: Sequence[float], *, trim_count: int) -> float:
    """Return the variance after the trim_count values at each end took the nearest kept value."""
    _require_enough_left(len(values), trim_count)
    ordered = sorted(values)
    low, high = ordered[trim_count], ordered[-1 - trim_count]
    return variance([min(max(value, low), high) for value in ordered])


def trimmed_mean(values: Sequence[float], *, trim_count: int) -> TrimmedMean:
    """Return the mean without the trim_count values at each end, with Yuen's standard error.

    Yuen (1974): with h = n − 2·trim_count values kept, SE² = (n−1)·s_w² / (h·(h−1)) on h − 1 degrees
    of freedom, where s_w² is the winsorised variance.
    A trim_count of 0 is the plain mean with its usual standard error.
    ValueError unless at least two values are kept.
    """
    n = len(values)
    _require_enough_left(n, trim_count)
    kept = sorted(values)[trim_count : n - trim_count]
    h = len(kept)
    winsorised = winsorised_variance(values, trim_count=trim_count)
    return TrimmedMean(
        mean=statistics.fmean(kept),
        standard_error=math.sqrt((n - 1) * winsorised / (h * (h - 1))),
        df=h - 1,
    )


def _require_enough_left(n: int, trim_count: int) -> None:
    if trim_count < 0 or n - 2 * trim_count < 2:
        raise ValueError(f"{n} values leave fewer than two after trimming {trim_count} at each end")
