"""How each decision is shown: its icon, its sign on a terminal, its word, what comes first; and the arms."""

from dataclasses import dataclass

from perf.model.metric import Direction, Unit
from perf.model.run import Arm
from perf.model.verdict import Decision, Finding

ARMS = {Arm.BASELINE: "baseline", Arm.CANDIDATE: "this change", Arm.RIG: "rig"}
"""What a reader of a pull request calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The look of one decision. `plural` counts such findings; `changed` ones are shown first."""

    icon: str
    sign: str
    word: str
    singular: str
    plural: str
    changed: bool


def _mark(look: tuple[str, str], word: str, *, count: tuple[str, str], changed: bool = True) -> Mark:
    return Mark(icon=look[0], sign=look[1], word=word, singular=count[0], plural=count[1], changed=changed)


_RED = ("🔴", "✗")
_ORANGE = ("🟠", "!")
_YELLOW = ("🟡", "?")
_GREEN = ("🟢", "+")
_BLUE = ("🔵", "*")
_WHITE = ("⚪", "·")

MARKS: dict[Decision, Mark] = {
    Decision.MISSED: _mark(_RED, "missed", count=("missed criterion", "missed criteria")),
    Decision.REGRESSED: _mark(_RED, "regressed", count=("regression", "regressions")),
    Decision.MISSING: _mark(_RED, "missing", count=("missing measurement", "missing measurements")),
    Decision.CHANGED_UNIT: _mark(_RED, "other unit", count=("changed unit", "changed units")),
    Decision.INVALID: _mark(_ORANGE, "invalid", count=("invalid measurement", "invalid measurements")),
    Decision.COLLAPSED: _mark(_ORANGE, "implausible", count=("implausible gain", "implausible gains")),
    Decision.INCONCLUSIVE: _mark(_YELLOW, "inconclusive", count=("inconclusive", "inconclusive")),
    Decision.UNMEASURABLE: _mark(
        _YELLOW, "unmeasurable", count=("not measurable here", "not measurable here")
    ),
    Decision.WAIVED: _mark(_YELLOW, "waived", count=("waived", "waived")),
    Decision.SUSPECT: _mark(_YELLOW, "suspect", count=("small loss", "small losses")),
    Decision.IMPROVED: _mark(_GREEN, "improved", count=("improvement", "improvements")),
    Decision.NEW: _mark(_BLUE, "new", count=("new measurement", "new measurements")),
    Decision.EQUIVALENT: _mark(
        _WHITE, "within limit", count=("within its limit", "within their limits"), changed=False
    ),
    Decision.MET: _mark(_WHITE, "met", count=("criterion met", "criteria met"), changed=False),
    Decision.INFORMATIONAL: _mark(_WHITE, "shown only", count=("only shown", "only shown"), changed=False),
}
"""In the order of severity: rows and counters follow it."""

SEVERITY: dict[Decision, int] = {decision: rank for rank, decision in enumerate(MARKS)}

_MOVED = frozenset({Decision.REGRESSED, Decision.SUSPECT, Decision.IMPROVED, Decision.COLLAPSED})


def word(finding: Finding) -> str:
    """One word for the finding: which way it moved if it did, else its decision."""
    if finding.decision in _MOVED and finding.change is not None:
        return movement(finding)
    return MARKS[finding.decision].word


def movement(finding: Finding) -> str:
    """The word for the direction in which a value went, such as slower, faster, more, less."""
    went_up = (finding.change or 0.0) > 0
    match finding.unit:
        case Unit.NS if not finding.key.metric.startswith("cpu"):
            return "slower" if went_up else "faster"
        case Unit.PER_SECOND:
            return "higher" if went_up else "lower"
        case _ if finding.direction is Direction.HIGHER_IS_BETTER:
            return "higher" if went_up else "lower"
        case _:
            return "more" if went_up else "less"
