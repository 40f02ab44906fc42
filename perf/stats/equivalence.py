"""Proof that a change is smaller than a limit: non-inferiority, and equivalence by two tests."""

from collections.abc import Sequence
from dataclasses import dataclass

from perf.stats.bounds import one_sided_bounds, one_sided_p


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Whether the change is proven within its limits, with the p-value; proven exactly when p < alpha."""

    p_value: float
    proven: bool


def non_inferiority(values: Sequence[float], *, limit: float, alpha: float) -> Proof:
    """Prove that the centre is below the limit: the upper bound at one-sided level alpha is below it."""
    upper = one_sided_bounds(values, alpha=alpha).upper
    p_value = one_sided_p([-value for value in values], null=-limit)
    return Proof(p_value=p_value, proven=upper < limit)


def equivalence(values: Sequence[float], *, low: float, high: float, alpha: float) -> Proof:
    """Prove that the centre lies between low and high, by two one-sided tests (Schuirmann 1987).

    Both must succeed at level alpha, so the p-value is the larger of the two and alpha is not split.
    """
    if not low < high:
        raise ValueError(f"need low < high, got {low} and {high}")
    bounds = one_sided_bounds(values, alpha=alpha)
    p_below = one_sided_p([-value for value in values], null=-high)
    p_above = one_sided_p(values, null=low)
    return Proof(p_value=max(p_below, p_above), proven=low < bounds.lower and bounds.upper < high)
