"""The conclusion of a run: all findings, the cautions and one state."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from perf.judge.cautions import cautions_of
from perf.judge.compare import series_of
from perf.judge.contract import judge_contract
from perf.judge.controls import CONTROLS, judge_controls
from perf.judge.creep import judge_creep
from perf.judge.criteria import judge_criteria
from perf.judge.findings import Case, committed_medians, judge_comparisons
from perf.judge.gates import contract_keys, counted_keys, gates_of
from perf.judge.levels import Look, look_at
from perf.judge.stored import record_for
from perf.judge.waivers import with_waivers
from perf.model.baseline import Baseline
from perf.model.ingest import INGESTED
from perf.model.policy import Policy
from perf.model.run import Mode, Run
from perf.model.scenario import Cadence, Route, Scenario
from perf.model.verdict import (
    FAILING,
    OPEN,
    UNMEASURED,
    Basis,
    Caution,
    CautionKind,
    Decision,
    Finding,
    State,
    Verdict,
)

_UNDECIDED = frozenset({Decision.INCONCLUSIVE}) | UNMEASURED
"""What more blocks may decide; what this machine cannot measure they do not."""
_JUDGED = frozenset({Decision.MET, Decision.WAIVED})
"""What is known of a criterion that does not fail."""


def conclude(
    run: Run, *, scenarios: Sequence[Scenario], baseline: Baseline | None, policy: Policy
) -> Verdict:
    """Judge what has been measured so far; the same input gives the same verdict, bit for bit."""
    case = case_of(run, scenarios=scenarios, baseline=baseline, policy=policy)
    compared = _known_by_identity(run, judge_comparisons(case), look=case.look)
    crept = judge_creep(case, same_build=same_build(run))
    demanded = judge_criteria(scenarios, all_series=case.all_series, blocks=run.blocks, policy=policy)
    waived = with_waivers((*compared, *crept.findings, *demanded), waivers=policy.waivers, run=run)
    findings = (
        *judge_controls(
            series_of(run.blocks), expected=run.header.scenarios, blocks=_full_blocks(run), policy=policy
        ),
        *waived.findings,
        *_contract(case, scenarios, expected=_promised(run, scenarios)),
    )
    return Verdict(
        state=_state(findings, subjects=_subjects(run, scenarios)),
        settled=_control_failed(findings)
        or settled({finding.decision for finding in findings if finding.gating}, case.look),
        findings=findings,
        cautions=(
            *cautions_of(run, record=case.record, findings=findings),
            *crept.cautions,
            *waived.cautions,
        ),
    )


def unfinished(
    verdict: Verdict, *, why: str, run: Run, scenarios: Sequence[Scenario], policy: Policy
) -> Verdict:
    """What blocks say of a run that ended early: a proven failure stays one, and nothing else is a result.

    That numbers are missing proves nothing then; nor does, before the first look, a miss of what every block
    measures.
    """
    caution = Caution(
        kind=CautionKind.INCOMPLETE, text=f"{why}: what it would have measured after that is not known."
    )
    look = look_at(_full_blocks(run), policy=policy)
    repeated = {each.name for each in scenarios if each.cadence is Cadence.EVERY_BLOCK}
    findings = tuple(
        _early(finding, look=look) if look.too_early and finding.key.scenario in repeated else finding
        for finding in verdict.findings
        if finding.decision is not Decision.MISSING
    )
    failed = _state(findings, subjects=_subjects(run, scenarios)) is State.FAILED
    return replace(
        verdict,
        state=State.FAILED if failed else State.NO_RESULT,
        findings=findings,
        cautions=(caution, *verdict.cautions),
    )


def _early(finding: Finding, *, look: Look) -> Finding:
    if finding.decision is not Decision.MISSED:
        return finding
    text = f"missed in {look.blocks} blocks; {look.needed} are needed for a conclusion"
    return replace(finding, decision=Decision.INCONCLUSIVE, text=text)


def case_of(run: Run, *, scenarios: Sequence[Scenario], baseline: Baseline | None, policy: Policy) -> Case:
    """Everything that the comparisons of a run share, at the look that its blocks allow; no controls."""
    all_series = {key: each for key, each in series_of(run.blocks).items() if key.scenario != CONTROLS}
    record = record_for(baseline, run.header.environment)
    alone = run.header.mode is Mode.CRITERIA_ONLY
    return Case(
        all_series=all_series,
        gates=frozenset() if alone else gates_of(scenarios, all_series),
        counted=counted_keys(scenarios),
        record=record,
        committed=committed_medians(record),
        environment=run.header.environment,
        policy=policy,
        look=look_at(_full_blocks(run), policy=policy),
        paired=run.header.mode in (Mode.PAIRED, Mode.INGESTED),
    )


def same_build(run: Run) -> bool:
    """Whether both arms ran the same artefact, so that no change is possible."""
    base = run.header.base
    return base is not None and base.key == run.header.candidate.key


def _contract(case: Case, scenarios: Sequence[Scenario], *, expected: Collection[str]) -> tuple[Finding, ...]:
    wanted = contract_keys(scenarios, case.all_series)
    return judge_contract(
        {key: series for key, series in case.all_series.items() if key in wanted},
        record=case.record,
        expected=expected,
        paired=case.paired,
    )


def _promised(run: Run, scenarios: Sequence[Scenario]) -> frozenset[str]:
    """The scenarios that must have numbers: one and the same build is not counted twice."""
    counted = {each.name for each in scenarios if each.cadence is Cadence.COUNTED}
    return frozenset(run.header.scenarios) - (counted if same_build(run) else frozenset())


def _full_blocks(run: Run) -> int:
    """Blocks of the interleaved kind; number 0 holds what ran once.

    Other tools' results do not make a run longer, unless there is nothing else in it.
    """
    numbered = [block for block in run.blocks if block.number > 0]
    foreign = [
        block for block in numbered if block.parts and all(part.scenario in INGESTED for part in block.parts)
    ]
    return len(numbered) - len(foreign) or len(numbered)


def _known_by_identity(run: Run, findings: tuple[Finding, ...], *, look: Look) -> tuple[Finding, ...]:
    """The same build cannot be worse than itself: what looks so is noise, and nothing is left open."""
    if not same_build(run) or look.too_early:
        return findings
    return tuple(_identical(finding) for finding in findings)


def _identical(finding: Finding) -> Finding:
    if finding.decision in FAILING:
        text = "the same build on both sides: this difference is noise of the machine"
        return replace(finding, decision=Decision.SUSPECT, text=text)
    if finding.decision in OPEN:
        text = "the same build on both sides: no change is possible"
        return replace(finding, decision=Decision.EQUIVALENT, text=text)
    return finding


def _subjects(run: Run, scenarios: Sequence[Scenario]) -> frozenset[str]:
    """The scenarios that say something about the gateway, not about the rig.

    About the rig, where it was all that was asked for: nothing was left out, and nothing is compared.
    """
    through = frozenset(each.name for each in scenarios if each.route is Route.THROUGH_SUT)
    rig = frozenset(each.name for each in scenarios) - through
    alone = run.header.mode is Mode.CRITERIA_ONLY and not run.header.skips
    return rig if alone and frozenset(run.header.scenarios) <= rig else through


def _state(findings: Sequence[Finding], *, subjects: Collection[str]) -> State:
    """No result if a control failed; else proven failure first, then what was not measured.

    A pass only if something is known of the gateway.
    """
    if _control_failed(findings):
        return State.NO_RESULT
    gating = [finding for finding in findings if finding.gating]
    decisions = {finding.decision for finding in gating}
    if decisions & FAILING:
        return State.FAILED
    known = any(
        _compared(finding) or (finding.decision in _JUDGED and finding.key.scenario in subjects)
        for finding in gating
    )
    if decisions & UNMEASURED or not (known or decisions & OPEN):
        return State.NO_RESULT
    return State.INCONCLUSIVE if decisions & OPEN else State.PASSED


def _control_failed(findings: Sequence[Finding]) -> bool:
    return any(
        finding.basis is Basis.CONTROL and finding.decision is Decision.INVALID for finding in findings
    )


def _compared(finding: Finding) -> bool:
    return finding.change is not None and finding.basis is not Basis.CONTROL


def settled(decisions: Collection[Decision], look: Look) -> bool:
    """Whether to stop: nothing open, or something failed, at or after the first look; always at the last.

    `decisions` are those on all numbers that gate.
    """
    if look.last:
        return True
    if look.too_early:
        return False
    return not FAILING.isdisjoint(decisions) or _UNDECIDED.isdisjoint(decisions)
