"""One-sided confidence bounds for the location of per-block log ratios: what the verdict rests on."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from perf.stats.distributions import student_t_sf, student_t_upper_point
from perf.stats.location import hodges_lehmann, hodges_lehmann_shift, variance, winsorised_variance

_VALUES_PER_TRIM = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """An estimate with two one-sided bounds, each missed with probability alpha: not a 1 − alpha interval."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spread:
    standard_error: float
    df: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """The centre of a sample and how well it is known: what bounds and p-values at every level come from."""

    estimate: float
    spreads: tuple[_Spread, ...]

    def bounds(self, alpha: float) -> Bounds:
        """Give the bounds at one-sided level alpha."""
        _require_level(alpha)
        return _around(self.estimate, self.spreads, alpha=alpha)

    def p_above(self, null: float) -> float:
        """Return the p-value of "the centre is above null"."""
        return _smallest_tail(self.estimate - null, self.spreads)

    def p_below(self, null: float) -> float:
        """Return the p-value of "the centre is below null"."""
        return _smallest_tail(null - self.estimate, self.spreads)

    def shifted(self, by: float) -> "Located":
        """Give what the same sample would be with `by` added to each value."""
        return Located(estimate=self.estimate + by, spreads=self.spreads)


def located(values: Sequence[float]) -> Located:
    """Locate a sample of at least one value, all of them finite; ValueError otherwise.

    The centre is Hodges and Lehmann's. Below ten values the half-width is Student's; from ten on it is the
    smaller of Student's and Yuen's (a tenth trimmed at each end), both at alpha / 2, which pays for choosing.
    """
    _require_numbers(values)
    return Located(estimate=hodges_lehmann(values), spreads=_spreads(values))


def one_sided_bounds(values: Sequence[float], *, alpha: float) -> Bounds:
    """Return the centre with a lower and an upper bound, each at one-sided level alpha.

    The limits for alpha = 0.5 and beyond make no sense: ValueError, as for no values or a NaN.
    A single value has infinite bounds; equal values have bounds equal to them.
    """
    return located(values).bounds(alpha)


def one_sided_p(values: Sequence[float], *, null: float) -> float:
    """Return the p-value of "the centre is above null", dual to the bounds.

    For alpha < 0.5, p < alpha exactly when the lower bound at alpha is above null.
    For "below null" pass the negated values and the negated null.
    """
    return located(values).p_above(null)


def two_sample_bounds(baseline: Sequence[float], candidate: Sequence[float], *, alpha: float) -> Bounds:
    """Return the Hodges–Lehmann shift candidate − baseline with Welch's bounds, each at level alpha.

    For independent samples, such as committed baseline runs against candidate blocks (Welch 1947).
    Fewer than two values on either side give infinite bounds; ValueError as for `one_sided_bounds`.
    """
    _require_level(alpha)
    _require_numbers(baseline)
    _require_numbers(candidate)
    return _around(hodges_lehmann_shift(baseline, candidate), _welch(baseline, candidate), alpha=alpha)


def two_sample_p(baseline: Sequence[float], candidate: Sequence[float], *, null: float) -> float:
    """Return Welch's p-value of "the shift candidate − baseline is above null", dual to the bounds."""
    _require_numbers(baseline)
    _require_numbers(candidate)
    distance = hodges_lehmann_shift(baseline, candidate) - null
    return _smallest_tail(distance, _welch(baseline, candidate))


def _spreads(values: Sequence[float]) -> tuple[_Spread, ...]:
    n = len(values)
    if n < 2:
        return ()
    trimmed = n // _VALUES_PER_TRIM
    return tuple(_yuen(values, trim_count) for trim_count in sorted({0, trimmed}))


def _yuen(values: Sequence[float], trim_count: int) -> _Spread:
    n, h = len(values), len(values) - 2 * trim_count
    winsorised = winsorised_variance(values, trim_count=trim_count)
    return _Spread(standard_error=math.sqrt((n - 1) * winsorised / (h * (h - 1))), df=float(h - 1))


def _welch(baseline: Sequence[float], candidate: Sequence[float]) -> tuple[_Spread, ...]:
    n, m = len(baseline), len(candidate)
    if min(n, m) < 2:
        return ()
    first, second = variance(baseline) / n, variance(candidate) / m
    total = first + second
    if total == 0.0:
        return (_Spread(standard_error=0.0, df=float(n + m - 2)),)
    df = 1.0 / ((first / total) ** 2 / (n - 1) + (second / total) ** 2 / (m - 1))
    return (_Spread(standard_error=math.sqrt(total), df=df),)


def _around(estimate: float, spreads: Sequence[_Spread], *, alpha: float) -> Bounds:
    """Take the smallest half-width, each at its share of alpha (Bonferroni)."""
    half_width = min(
        (
            spread.standard_error * student_t_upper_point(alpha / len(spreads), spread.df)
            for spread in spreads
        ),
        default=math.inf,
    )
    return Bounds(estimate=estimate, lower=estimate - half_width, upper=estimate + half_width)


def _smallest_tail(distance: float, spreads: Sequence[_Spread]) -> float:
    tails = [_tail(distance, spread) for spread in spreads]
    return min(1.0, len(tails) * min(tails)) if tails else 1.0


def _tail(distance: float, spread: _Spread) -> float:
    if spread.standard_error == 0.0:
        return 0.0 if distance > 0.0 else 1.0
    return student_t_sf(distance / spread.standard_error, spread.df)


def _require_level(alpha: float) -> None:
    if not 0.0 < alpha < 0.5:
        raise ValueError(f"need 0 < alpha < 0.5, got {alpha}")


def _require_numbers(values: Sequence[float]) -> None:
    if not values or not all(math.isfinite(value) for value in values):
        raise ValueError("bounds need at least one value, all of them finite")
