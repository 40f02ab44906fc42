"""Pearson's chi-square test that counts follow the expected shares, and its power (Pearson 1900)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from perf.stats.distributions import chi_square_sf, chi_square_upper_point, noncentral_chi_square_sf


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodnessOfFit:
    """The outcome of a goodness-of-fit test; smallest_expected below 5 makes the p-value rough."""

    statistic: float
    df: int
    p_value: float
    smallest_expected: float


def goodness_of_fit(observed: Sequence[int], *, weights: Sequence[float]) -> GoodnessOfFit:
    """Return the test of observed counts against shares proportional to the weights.

    A count where the weight is 0 is impossible under the hypothesis, so it gives p = 0.
    ValueError without counts, for unequal lengths, negative input or fewer than two positive weights.
    """
    _require_comparable(observed, weights)
    total = sum(observed)
    if total == 0:
        raise ValueError("no observations: the distribution is unknown")
    expected = [total * share for share in _shares(weights)]
    possible = [(seen, due) for seen, due in zip(observed, expected, strict=True) if due > 0.0]
    df = len(possible) - 1
    if sum(seen for seen, _ in possible) < total:
        statistic = math.inf
    else:
        statistic = math.fsum((seen - due) ** 2 / due for seen, due in possible)
    return GoodnessOfFit(
        statistic=statistic,
        df=df,
        p_value=0.0 if math.isinf(statistic) else chi_square_sf(statistic, df),
        smallest_expected=min(due for _, due in possible),
    )


def goodness_of_fit_power(
    actual: Sequence[float], *, weights: Sequence[float], observations: int, alpha: float
) -> float:
    """Return the probability of p ≤ alpha when the shares truly are proportional to `actual`.

    Noncentral chi-square with noncentrality n·Σ(actual − expected)²/expected (Cohen 1988, chapter 7).
    """
    _require_comparable(actual, weights)
    pairs = list(zip(_shares(actual), _shares(weights), strict=True))
    if any(true > 0.0 and due == 0.0 for true, due in pairs):
        raise ValueError("a share that ought to be impossible has no chi-square power")
    possible = [(true, due) for true, due in pairs if due > 0.0]
    noncentrality = observations * math.fsum((true - due) ** 2 / due for true, due in possible)
    df = len(possible) - 1
    return noncentral_chi_square_sf(chi_square_upper_point(alpha, df), df, noncentrality=noncentrality)


def _shares(weights: Sequence[float]) -> list[float]:
    total = math.fsum(weights)
    if total <= 0.0:
        raise ValueError("the weights sum to zero")
    return [weight / total for weight in weights]


def _require_comparable(counts: Sequence[float], weights: Sequence[float]) -> None:
    if len(counts) != len(weights) or any(value < 0 for value in (*counts, *weights)):
        raise ValueError("counts and weights must be of equal length and not negative")
    if sum(weight > 0 for weight in weights) < 2:
        raise ValueError("a distribution needs at least two positive weights")
