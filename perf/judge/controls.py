"""Controls: whether this run could have gone red, and does not where nothing changed."""

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from statistics import median

from perf.judge.compare import Series, worse_ratios
from perf.judge.decide import decide
from perf.judge.evidence import Evidence, change_of, paired_evidence
from perf.judge.findings import terms_of
from perf.judge.levels import Look, look_at
from perf.model.metric import E2E_P50, PLANTED_DELAY, Key
from perf.model.policy import Policy
from perf.model.run import Arm
from perf.model.verdict import Basis, Decision, Finding

CONTROLS = "controls"
"""The scenario name under which the controls stand."""
UNCHANGED = "unchanged"
"""The part in which two fresh processes of the candidate run beside each other."""
PLANTED = "planted"
"""The part in which the candidate runs beside itself, behind a proxy that adds a known delay."""

_SEEN_SHARE = (0.5, 2.0)
"""Which share of the planted change must be measured: a rig that sees less is blind, more is wrong."""


def planted_delay_ns(p50_ns: float) -> int:
    """The delay to plant on requests that take so long: a change several times the limit of E2E p50."""
    return max(1, round(p50_ns / 4))


def judge_controls(
    all_series: Mapping[Key, Series], *, expected: Collection[str], blocks: int, policy: Policy
) -> tuple[Finding, ...]:
    """A finding for each control of a run that was to have them, at the level of the first look.

    MET where it came out as it must, INVALID where it did not, and INCONCLUSIVE before the first look.
    The limit is that of E2E p50 itself, whatever the policy allows: it is the measuring that is judged.
    """
    if CONTROLS not in expected:
        return ()
    planned = policy.looks[0]
    look = replace(look_at(planned, policy=policy), needed=math.ceil(policy.min_valid_ratio * planned))
    return tuple(
        _judge(part, all_series, look=look, over=blocks >= planned, policy=policy)
        for part in (UNCHANGED, PLANTED)
    )


def _judge(part: str, all_series: Mapping[Key, Series], *, look: Look, over: bool, policy: Policy) -> Finding:
    series = all_series.get(Key(CONTROLS, part, E2E_P50.name))
    ratios = worse_ratios(series) if series else ()
    if series is None or len(ratios) < look.needed:
        why = series.problems[0] if series and series.problems else "it was not measured"
        text = f"{len(ratios)} valid blocks, {look.needed} are needed: {why}"
        decision = Decision.INVALID if over else Decision.INCONCLUSIVE
        return _finding(part, series, evidence=None, decision=decision, text=text)
    evidence = paired_evidence(ratios, look=look)
    if part == UNCHANGED:
        mirrored = paired_evidence([-ratio for ratio in ratios], look=look)
        held = not any(_red(each, look=look, policy=policy) for each in (evidence, mirrored))
        text = f"the same build twice: {_percent(evidence.shown.estimate)}"
        text += "" if held else ", beyond noise: this rig favours one side"
    else:
        planted = _planted(series, all_series.get(Key(CONTROLS, part, PLANTED_DELAY.name)))
        held = _red(evidence, look=look, policy=policy) and _seen(evidence.shown.estimate, planted)
        text = f"planted {_percent(planted)}, measured {_percent(evidence.shown.estimate)}"
        text += "" if held else ": this run could not have shown a regression of that size"
    decision = Decision.MET if held else Decision.INVALID
    return _finding(part, series, evidence=evidence, decision=decision, text=text)


def _red(evidence: Evidence, *, look: Look, policy: Policy) -> bool:
    significant = evidence.p_worse <= look.alpha
    terms = terms_of(E2E_P50.limit_ratio, significant=significant, policy=policy, look=look)
    return decide(evidence, terms).decision is Decision.REGRESSED


def _planted(series: Series, delays: Series | None) -> float:
    """The log ratio that was planted: what the delay adds to the same request without it."""
    before = series.values.get(Arm.BASELINE, {})
    added = delays.values.get(Arm.CANDIDATE, {}) if delays else {}
    known = [math.log1p(added[number] / before[number]) for number in added.keys() & before.keys()]
    return median(known) if known else math.inf


def _seen(measured: float, planted: float) -> bool:
    least, most = _SEEN_SHARE
    return least * planted <= measured <= most * planted


def _percent(log_ratio: float) -> str:
    return f"{math.expm1(log_ratio) * 100:+.1f} %".replace("-", "−") if log_ratio < 20 else "nothing known"


def _finding(
    part: str, series: Series | None, *, evidence: Evidence | None, decision: Decision, text: str
) -> Finding:
    shown = evidence.shown if evidence else None
    return Finding(
        key=Key(CONTROLS, part, E2E_P50.name),
        title=E2E_P50.title,
        unit=E2E_P50.unit,
        direction=E2E_P50.direction,
        basis=Basis.CONTROL,
        gating=True,
        decision=decision,
        baseline=series.centre(Arm.BASELINE) if series else None,
        candidate=series.centre(Arm.CANDIDATE) if series else None,
        committed=None,
        change=math.expm1(shown.estimate) if shown else None,
        lower=change_of(shown.lower) if shown else None,
        upper=change_of(shown.upper) if shown else None,
        worse=math.expm1(shown.estimate) if shown else None,
        limit=E2E_P50.limit_ratio,
        detectable=None,
        blocks=evidence.blocks if evidence else 0,
        text=text,
    )
