"""Group-sequential looks: how much of an error probability each look may spend (Lan & DeMets 1983)."""

import math
from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from perf.stats.distributions import normal_cdf, normal_quantile


class Shape(Enum):
    """How the spent share of alpha grows with the fraction of the planned blocks."""

    OBRIEN_FLEMING = "obrien-fleming"
    POCOCK = "pocock"
    LINEAR = "linear"
    QUADRATIC = "quadratic"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """A plan to look after each of these block counts and spend alpha, in all, over those looks."""

    alpha: float
    looks: tuple[int, ...]
    shape: Shape

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.looks, self.looks[1:], strict=False))
        if not self.looks or self.looks[0] < 1 or not rising or not 0.0 < self.alpha < 1.0:
            raise ValueError(f"need rising looks and 0 < alpha < 1, got {self.looks} and {self.alpha}")

    def spent_after(self, look: int) -> float:
        """Return the alpha spent up to and including this look, the first being 1; after the last, all."""
        if not 0 <= look <= len(self.looks):
            raise ValueError(f"look {look} is not one of the {len(self.looks)} planned")
        if look in (0, len(self.looks)):
            return self.alpha if look else 0.0
        if self.shape is Shape.EQUAL:
            return self.alpha * look / len(self.looks)
        return _spent(self.shape, self.alpha, fraction=self.looks[look - 1] / self.looks[-1])

    def alpha_at_look(self, look: int) -> float:
        """Return the level to test at in this look, the first being 1: what it adds to the spent alpha.

        By Boole's inequality the looks together err with probability at most alpha, whatever the
        distribution and the dependence; Lan and DeMets' own boundaries, a little wider open, would
        need normal increments.
        """
        return self.spent_after(look) - self.spent_after(look - 1)


REGRESSION = Spending(alpha=0.01, looks=(6, 10, 16, 24), shape=Shape.LINEAR)
"""Plan for calling red: alpha is the false-red probability of a whole gate run, Holm divides it."""

EQUIVALENCE = Spending(alpha=0.05, looks=(6, 10, 16, 24), shape=Shape.LINEAR)
"""Plan for calling a metric proven: alpha holds per metric, as every metric must be proven."""

RELEVANT_SHARE_OF_LIMIT = 0.5
"""A significant change is red only when its estimate exceeds this share of the limit (log ratio)."""


def _spent(shape: Shape, alpha: float, *, fraction: float) -> float:
    match shape:
        case Shape.OBRIEN_FLEMING:
            return 2.0 * normal_cdf(normal_quantile(alpha / 2.0) / math.sqrt(fraction))
        case Shape.POCOCK:
            return alpha * math.log1p((math.e - 1.0) * fraction)
        case Shape.LINEAR | Shape.EQUAL:
            return alpha * fraction
        case Shape.QUADRATIC:
            return alpha * fraction**2
        case _:
            assert_never(shape)
