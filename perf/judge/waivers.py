"""Waivers: losses and misses that the base's configuration allows for a while, up to a ceiling."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from perf.judge.compare import worse
from perf.model.metric import METRIC_BY_NAME, Direction
from perf.model.policy import Loss, Miss, Waiver
from perf.model.run import Run
from perf.model.verdict import Basis, Caution, CautionKind, Decision, Finding

_LOST = frozenset({Decision.REGRESSED, Decision.INCONCLUSIVE})
_RED = frozenset({Decision.REGRESSED, Decision.MISSED})
_FINE = frozenset({Decision.EQUIVALENT, Decision.IMPROVED, Decision.INFORMATIONAL, Decision.MET})


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """The findings after the waivers, and what is to be said about each waiver."""

    findings: tuple[Finding, ...]
    cautions: tuple[Caution, ...]


def with_waivers(findings: Sequence[Finding], *, waivers: Sequence[Waiver], run: Run) -> Waived:
    """Apply each waiver that has not expired on the day the run started.

    A regression is WAIVED if it is proven to be below the ceiling, stays red if its estimate is above it,
    and is INCONCLUSIVE in between. A missed criterion is WAIVED up to the worst value that is allowed.
    What was not measured, or by too few requests, is never waived.
    A waiver that was exceeded, expired or not needed is told.
    """
    today = run.header.started_at[:10]
    valid = [waiver for waiver in waivers if today <= waiver.expires]
    judged = tuple(_under(finding, valid) for finding in findings)
    told = (_told(waiver, findings=judged, run=run, today=today) for waiver in waivers)
    return Waived(findings=judged, cautions=tuple(caution for each in told for caution in each))


def _under(finding: Finding, waivers: Sequence[Waiver]) -> Finding:
    for waiver in waivers:
        if _concerns(waiver, finding):
            finding = _waive(finding, waiver)
    return finding


def _concerns(waiver: Waiver, finding: Finding) -> bool:
    """Whether this is the number, and the kind of demand on it, that the waiver is for."""
    demanded = finding.basis is Basis.CRITERION
    return finding.gating and finding.key == waiver.key and demanded is isinstance(waiver.allows, Miss)


def _waive(finding: Finding, waiver: Waiver) -> Finding:
    match waiver.allows:
        case Loss(ceiling_ratio=ceiling):
            return _waive_loss(finding, waiver, ceiling_ratio=ceiling)
        case Miss(worst=worst):
            return _waive_miss(finding, waiver, worst=worst)
        case _:
            assert_never(waiver.allows)


def _waive_loss(finding: Finding, waiver: Waiver, *, ceiling_ratio: float) -> Finding:
    if finding.decision not in _LOST or finding.worse is None:
        return finding
    terms = f"up to {ceiling_ratio:.1%} until {waiver.expires}: {waiver.reason}"
    if _at_worst(finding) <= ceiling_ratio:
        return replace(finding, decision=Decision.WAIVED, text=f"waived {terms}")
    if finding.decision is Decision.REGRESSED and finding.worse <= ceiling_ratio:
        text = f"waived {terms}; that it stays below that is not proven"
        return replace(finding, decision=Decision.INCONCLUSIVE, text=text)
    return finding


def _waive_miss(finding: Finding, waiver: Waiver, *, worst: float) -> Finding:
    value = finding.candidate
    if not _is_missed(finding) or value is None:
        return finding
    if value > worst if finding.direction is Direction.LOWER_IS_BETTER else value < worst:
        return finding
    text = f"waived until {waiver.expires}: {waiver.reason}"
    if finding.at_worst is not None and finding.at_worst > worst:
        text = f"{text}; that it is no worse than that is not known, for neighbours slowed what is taken off"
        return replace(finding, decision=Decision.UNMEASURABLE, text=text, excuse=None)
    return replace(finding, decision=Decision.WAIVED, text=text, excuse=None)


def _is_missed(finding: Finding) -> bool:
    """Whether it is missed, or may be; what excuses a miss can only have made it look worse than it is."""
    doubted = finding.decision is Decision.UNMEASURABLE and finding.at_worst is not None
    return finding.decision is Decision.MISSED or finding.excuse is not None or doubted


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
    mine = [finding for finding in findings if _concerns(waiver, finding)]
    red = any(finding.decision in _RED for finding in mine)
    if today > waiver.expires:
        now = "it is judged as usual" if red else "nothing needs it now"
        text = f"{name} expired on {waiver.expires}, and {now}. Remove it, or renew it with a reason."
    elif red:
        text = f"{name} is exceeded: {_exceeded(waiver)}"
    elif not mine:
        text = f"{name} is unused: {_no_such(waiver)}. Correct or remove it."
    elif all(finding.decision in _FINE for finding in mine):
        text = f"{name} is unused: the number is within its limit without it. Remove it."
    else:
        return
    yield Caution(kind=CautionKind.WAIVER, text=text)


def _exceeded(waiver: Waiver) -> str:
    match waiver.allows:
        case Loss(ceiling_ratio=ceiling):
            return f"it allows {ceiling:.1%}. Mend the loss, or raise the ceiling."
        case Miss():
            return "the criterion is missed by more than its `worst` allows. Mend that, or change `worst`."
        case _:
            assert_never(waiver.allows)


def _no_such(waiver: Waiver) -> str:
    match waiver.allows:
        case Loss():
            return "no compared number that can fail is called so in this run (a criterion takes `worst`)"
        case Miss():
            return "no criterion is called so in this run (a compared number takes `ceiling`)"
        case _:
            assert_never(waiver.allows)
