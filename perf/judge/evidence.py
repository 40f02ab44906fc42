"""What the blocks say about one number, before anybody concludes anything: estimate, bounds, p-value."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import stdev

from perf.judge.levels import ALPHA_SHOWN, POWER, Look
from perf.stats import bounds
from perf.stats.bounds import Bounds, Located, located
from perf.stats.distributions import student_t_upper_point
from perf.stats.power import Design, minimal_detectable_effect
from perf.stats.repeats import Repeats

_BLIND = math.log(10)
"""A run that would only see a worsening by a factor of ten sees nothing."""
FEWEST_COUNTS = 2
"""Counted processes of each build without which nothing is known of how well counts repeat themselves."""
_ENDLESS = 20.0
"""A log ratio that no measurement can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All in log ratios in the bad direction. `allowance` is what a stored number may have drifted by itself.

    `p_worse` tests "not worse than the allowance"; `p_better` the opposite; 1 stands for all that are at
    least 0.5, where the estimate itself says so; `upper_equivalent` is the
    one-sided bound that must stay below the limit for a proof of equivalence. With fewer than `needed`
    blocks nothing is concluded. `repeats` are the counts, where it is counts that were compared.
    """

    blocks: int
    needed: int
    shown: Bounds
    p_worse: float
    p_better: float
    upper_equivalent: float
    sd: float
    allowance: float
    repeats: Repeats | None = None

    def detectable(self, *, alpha: float, relevance: float) -> float | None:
        """The smallest true worsening (log ratio) that would have been called a regression at POWER."""
        if self.blocks < 2:
            return None
        if self.repeats is not None:
            return self.repeats.detectable(alpha=alpha, relevance=relevance, power=POWER)
        design = Design(n=self.blocks, sd=self.sd, alpha=alpha, relevance=relevance)
        effect = minimal_detectable_effect(design, power=POWER).log_ratio
        return effect + self.allowance if effect < _BLIND else None


def change_of(end: float) -> float | None:
    """The ratio behind the end of an interval of log ratios; None where it is as good as infinite."""
    return math.expm1(end) if abs(end) < _ENDLESS else None


def paired_evidence(worse_ratios: Sequence[float], *, look: Look) -> Evidence:
    """From per-block log ratios; at least one."""
    return located_evidence(located(worse_ratios), blocks=len(worse_ratios), look=look)


def located_evidence(centre: Located, *, blocks: int, look: Look) -> Evidence:
    """From the centre of so many log ratios."""
    shown = centre.bounds(ALPHA_SHOWN)
    return Evidence(
        blocks=blocks,
        needed=look.needed,
        shown=shown,
        p_worse=centre.p_above(0.0) if centre.estimate > 0 else 1.0,
        p_better=centre.p_below(0.0) if centre.estimate < 0 else 1.0,
        upper_equivalent=centre.bounds(look.alpha_equivalent).upper,
        sd=_spread(shown, blocks=blocks),
        allowance=0.0,
    )


def counted_evidence(repeats: Repeats, *, look: Look) -> Evidence:
    """From the counts of a few processes of each build, which repeat themselves almost exactly."""
    return Evidence(
        blocks=min(len(repeats.baseline), len(repeats.candidate)),
        needed=FEWEST_COUNTS,
        shown=repeats.bounds(ALPHA_SHOWN),
        p_worse=repeats.p_above(0.0),
        p_better=Repeats(baseline=repeats.candidate, candidate=repeats.baseline).p_above(0.0),
        upper_equivalent=repeats.bounds(look.alpha_equivalent).upper,
        sd=repeats.sd,
        allowance=0.0,
        repeats=repeats,
    )


def stored_evidence(
    baseline: Sequence[float], candidate: Sequence[float], *, allowance: float, counted: bool, look: Look
) -> Evidence:
    """From logs of independent baseline runs and of candidate blocks, both turned so that more is worse."""
    mirrored = [-value for value in baseline], [-value for value in candidate]
    pooled = math.sqrt(_variance(baseline) / len(baseline) + _variance(candidate) / len(candidate))
    return Evidence(
        blocks=len(candidate),
        needed=FEWEST_COUNTS if counted else look.needed,
        shown=bounds.two_sample_bounds(baseline, candidate, alpha=ALPHA_SHOWN),
        p_worse=bounds.two_sample_p(baseline, candidate, null=allowance),
        p_better=bounds.two_sample_p(*mirrored, null=allowance),
        upper_equivalent=bounds.two_sample_bounds(baseline, candidate, alpha=look.alpha_equivalent).upper,
        sd=pooled * math.sqrt(len(candidate)),
        allowance=allowance,
    )


def _spread(shown: Bounds, *, blocks: int) -> float:
    """The standard deviation that the bounds amount to: wild blocks count no more than they do there."""
    if blocks < 2:
        return math.inf
    return (shown.upper - shown.estimate) * math.sqrt(blocks) / student_t_upper_point(ALPHA_SHOWN, blocks - 1)


def _variance(values: Sequence[float]) -> float:
    return stdev(values) ** 2 if len(values) > 1 else math.inf
