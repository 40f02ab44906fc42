"""How much evidence a look asks for: the alphas that it may spend."""

from dataclasses import dataclass, replace

from perf.model.policy import Policy
from perf.stats.sequential import EQUIVALENCE, REGRESSION

ALPHA_SHOWN = 0.025
"""The error per side of the interval that is shown: 95 % two-sided."""
POWER = 0.95
"""The detection probability that the smallest detectable change refers to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at the data.

    `alpha` is what this look may spend on calling anything a regression, over all gating numbers together;
    `alpha_equivalent` what it may spend on calling one number proven within its limit.
    """

    blocks: int
    needed: int
    alpha: float
    alpha_equivalent: float
    last: bool

    @property
    def too_early(self) -> bool:
        """Whether the plan asks for more blocks before anything may be concluded."""
        return self.blocks < self.needed


def look_at(blocks: int, *, policy: Policy) -> Look:
    """The look that `blocks` blocks allow; between two looks the earlier one's alphas are used."""
    passed = sum(1 for look in policy.looks if look <= blocks)
    number = max(1, passed)
    return Look(
        blocks=blocks,
        needed=policy.looks[0],
        alpha=replace(REGRESSION, looks=policy.looks, alpha=policy.alpha).alpha_at_look(number),
        alpha_equivalent=replace(EQUIVALENCE, looks=policy.looks).alpha_at_look(number),
        last=passed == len(policy.looks),
    )
