"""Waivers: losses that the base's configuration allows for a while, up to a ceiling."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from perf.judge.compare import worse
from perf.model.metric import METRIC_BY_NAME
from perf.model.policy import Waiver
from perf.model.run import Run
from perf.model.verdict import Caution, CautionKind, Decision, Finding

_IN_QUESTION = frozenset({Decision.REGRESSED, Decision.INCONCLUSIVE})
_USED = _IN_QUESTION | {Decision.SUSPECT, Decision.WAIVED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """The findings after the waivers, and what is to be said about each waiver."""

    findings: tuple[Finding, ...]
    cautions: tuple[Caution, ...]


def with_waivers(findings: Sequence[Finding], *, waivers: Sequence[Waiver], run: Run) -> Waived:
    """Apply each waiver that has not expired on the day the run started.

    A regression is WAIVED if it is proven to be below the ceiling, stays red if its estimate is above it,
    and is INCONCLUSIVE in between. A waiver that was used, exceeded, expired or not needed is told.
    """
    by_key = {waiver.key: waiver for waiver in waivers}
    today = run.header.started_at[:10]
    valid = {key: waiver for key, waiver in by_key.items() if today <= waiver.expires}
    judged = tuple(
        _waive(finding, valid[finding.key]) if finding.key in valid else finding for finding in findings
    )
    told = (_told(waiver, findings=judged, run=run, today=today) for waiver in by_key.values())
    return Waived(findings=judged, cautions=tuple(caution for each in told for caution in each))


def _waive(finding: Finding, waiver: Waiver) -> Finding:
    if not finding.gating or finding.decision not in _IN_QUESTION or finding.worse is None:
        return finding
    terms = f"up to {waiver.ceiling_ratio:.1%} until {waiver.expires}: {waiver.reason}"
    if _at_worst(finding) <= waiver.ceiling_ratio:
        return replace(finding, decision=Decision.WAIVED, text=f"waived {terms}")
    if finding.decision is Decision.REGRESSED and finding.worse <= waiver.ceiling_ratio:
        text = f"waived {terms}; that it stays below that is not proven"
        return replace(finding, decision=Decision.INCONCLUSIVE, text=text)
    return finding


def _at_worst(finding: Finding) -> float:
    """The largest loss that the shown interval allows, as a ratio; the estimate where none is shown."""
    metric = METRIC_BY_NAME[finding.key.metric]
    if finding.lower is None and finding.upper is None:
        return finding.worse if finding.worse is not None else math.inf
    if finding.lower is None or finding.upper is None:
        return math.inf
    return math.expm1(max(worse(metric, math.log1p(end)) for end in (finding.lower, finding.upper)))


def _told(waiver: Waiver, *, findings: Sequence[Finding], run: Run, today: str) -> Iterator[Caution]:
    if waiver.key.scenario not in {*run.header.scenarios, *(finding.key.scenario for finding in findings)}:
        return
    name = f"The waiver for `{waiver.key.text}`"
    mine = [finding for finding in findings if finding.key == waiver.key and finding.gating]
    red = any(finding.decision is Decision.REGRESSED for finding in mine)
    if today > waiver.expires:
        now = "the loss is judged as usual" if red else "nothing needs it now"
        text = f"{name} expired on {waiver.expires}, and {now}. Remove it, or renew it with a reason."
    elif red:
        text = (
            f"{name} is exceeded: it allows {waiver.ceiling_ratio:.1%}. Mend the loss, or raise the ceiling."
        )
    elif not mine:
        text = f"{name} is unused: no number that can fail is called so in this run. Correct or remove it."
    elif not any(finding.decision in _USED for finding in mine):
        text = f"{name} is unused: the number is within its limit without it. Remove it."
    else:
        return
    yield Caution(kind=CautionKind.WAIVER, text=text)
