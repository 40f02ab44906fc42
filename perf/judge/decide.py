"""From the evidence on one number to its decision."""

import math
from dataclasses import dataclass

from perf.judge.evidence import Evidence
from perf.judge.levels import Look
from perf.model.verdict import Decision
from perf.stats.sequential import RELEVANT_SHARE_OF_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A decision and the sentence that explains it."""

    decision: Decision
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one number is held to. `limit` and `collapse` are log ratios, both positive.

    `significant` says whether Holm's procedure rejected "not worse" among all gating numbers of this look.
    """

    limit: float
    collapse: float
    significant: bool
    look: Look

    @property
    def relevance(self) -> float:
        """The estimate from which on a significant change is a regression."""
        return self.limit * RELEVANT_SHARE_OF_LIMIT


def decide(evidence: Evidence, terms: Terms) -> Ruling:
    """The first that holds: too few, collapsed, regressed or suspect, improved, equivalent, unknown."""
    estimate = evidence.shown.estimate
    if terms.look.too_early or evidence.blocks < evidence.needed:
        needed = max(evidence.needed, terms.look.needed) if terms.look.too_early else evidence.needed
        return Ruling(
            decision=Decision.INCONCLUSIVE,
            text=f"{evidence.blocks} valid blocks; {needed} are needed for a conclusion",
        )
    if estimate < -terms.collapse:
        return Ruling(
            decision=Decision.COLLAPSED,
            text=f"implausibly better ({math.expm1(estimate):+.0%}): part of the work was probably not done",
        )
    if terms.significant:
        return _worse(evidence, terms)
    if evidence.p_better < terms.look.alpha and estimate < -evidence.allowance:
        return Ruling(decision=Decision.IMPROVED, text="better beyond noise")
    if evidence.upper_equivalent < terms.limit + evidence.allowance:
        return Ruling(decision=Decision.EQUIVALENT, text="any worsening is proven to be below the limit")
    return Ruling(
        decision=Decision.INCONCLUSIVE,
        text=f"noise: a worsening of up to {math.expm1(evidence.upper_equivalent):.1%} cannot be excluded",
    )


def _worse(evidence: Evidence, terms: Terms) -> Ruling:
    if evidence.shown.estimate > terms.relevance + evidence.allowance:
        return Ruling(decision=Decision.REGRESSED, text="worse beyond noise and beyond what is allowed")
    return Ruling(decision=Decision.SUSPECT, text="worse beyond noise, but within what is allowed")
