"""How much evidence each look asks for: the constants of the rule and the alpha of a look."""

from dataclasses import dataclass

from perf.model.policy import Policy
from perf.stats.sequential import Shape, Spending

RELEVANCE_SHARE = 0.5
"""A change counts as a regression from half its limit on: see docs/decisions/0003-verdict-statistics.md."""
ALPHA_EQUIVALENT = 0.05
"""The error allowed in calling a change proven within its limit."""
ALPHA_SHOWN = 0.025
"""The error per side of the interval that is shown: 95 % two-sided."""
POWER = 0.95
"""The detection probability that the smallest detectable change refers to."""
SPENDING_SHAPE = Shape.LINEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at the data: how many blocks there are, which look it is, and the alpha it may spend."""

    blocks: int
    needed: int
    alpha: float
    last: bool

    @property
    def too_early(self) -> bool:
        """Whether the plan asks for more blocks before anything may be concluded."""
        return self.blocks < self.needed


def look_at(blocks: int, *, policy: Policy) -> Look:
    """The look that `blocks` valid blocks allow; between two looks the earlier one's alpha is used."""
    spending = Spending(alpha=policy.alpha, looks=policy.looks, shape=SPENDING_SHAPE)
    passed = sum(1 for look in policy.looks if look <= blocks)
    return Look(
        blocks=blocks,
        needed=policy.looks[0],
        alpha=spending.alpha_at_look(max(1, passed)),
        last=passed == len(policy.looks),
    )
