"""The one sentence that says what happened, naming the worst offender and its limit."""

from collections.abc import Sequence

from perf.model.metric import Direction
from perf.model.verdict import FAILING, UNMEASURED, Decision, Finding, State

_NO_CHANGE_POSSIBLE = "No change possible: base and candidate build from the same inputs. "


def sentence_of(state: State, findings: Sequence[Finding], *, same_build: bool) -> str:
    """One or two sentences in plain words, without markup."""
    prefix = _NO_CHANGE_POSSIBLE if same_build else ""
    gating = [finding for finding in findings if finding.gating]
    match state:
        case State.PASSED:
            return prefix + _passed(gating)
        case State.FAILED:
            failing = [finding for finding in gating if finding.decision in FAILING]
            return prefix + _listed(failing)
        case State.INCONCLUSIVE:
            unknown = [finding for finding in gating if finding.decision is Decision.INCONCLUSIVE]
            return prefix + f"Cannot tell for {len(unknown)} of {len(gating)} numbers: " + _listed(unknown)
        case State.NO_RESULT:
            lost = [finding for finding in gating if finding.decision in UNMEASURED]
            return prefix + (_listed(lost) if lost else "Nothing was compared, so nothing is known.")


def describe(finding: Finding) -> str:
    """One finding in words: what moved, by how much, against which limit."""
    name = f"{finding.key.scenario} {finding.key.part} {finding.title}"
    if finding.decision is Decision.REGRESSED and finding.change is not None and finding.limit is not None:
        word = _word(finding)
        return f"{name} is {abs(finding.change):.1%} {word} (limit {finding.limit:.0%})"
    return f"{name}: {finding.text}"


def _word(finding: Finding) -> str:
    if finding.direction is Direction.HIGHER_IS_BETTER:
        return "lower"
    return "higher" if "CPU" in finding.title or finding.unit != "ns" else "slower"


def _listed(findings: Sequence[Finding]) -> str:
    worst = sorted(findings, key=lambda finding: (-(finding.worse or 0.0), finding.key))
    more = f"; and {len(worst) - 2} more" if len(worst) > 2 else ""
    return "; ".join(describe(finding) for finding in worst[:2]) + more + "."


def _passed(gating: Sequence[Finding]) -> str:
    compared = [finding for finding in gating if finding.worse is not None]
    if not compared:
        return "All demands were met."
    worst = max(compared, key=lambda finding: (finding.worse or 0.0) / (finding.limit or 1.0))
    name = f"{worst.key.scenario} {worst.key.part} {worst.title}"
    return (
        f"{len(gating)} numbers are within their limits; the nearest to its limit is {name} "
        f"with {worst.change or 0.0:+.1%} (limit {worst.limit or 0.0:.0%})."
    )
