"""A finding for every number that was compared: paired with a base build, or with stored values."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from statistics import median

from perf.judge.ceiling import rig_ceiling
from perf.judge.compare import Series, worse, worse_ratios
from perf.judge.decide import Terms, decide
from perf.judge.evidence import Evidence, change_of, counted_evidence, paired_evidence, stored_evidence
from perf.judge.levels import Look
from perf.judge.stored import drift_allowance, key_of, machine_scale, same_machine, scale_for, worse_logs
from perf.model.baseline import MachineRecord
from perf.model.build import Environment
from perf.model.metric import QPS, Key, Metric
from perf.model.policy import Policy
from perf.model.run import Arm
from perf.model.verdict import Basis, Decision, Finding
from perf.stats.holm import HolmResult, holm
from perf.stats.repeats import Repeats

_LOSS = frozenset({Decision.REGRESSED, Decision.SUSPECT, Decision.COLLAPSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that the comparisons of one look share."""

    all_series: Mapping[Key, Series]
    gates: Collection[Key]
    counted: Collection[Key]
    record: MachineRecord | None
    committed: Mapping[Key, float]
    environment: Environment
    policy: Policy
    look: Look
    paired: bool


def judge_comparisons(case: Case) -> tuple[Finding, ...]:
    """One finding per number of the candidate, in the order measured; Holm runs over the gating ones."""
    evidence = evidence_of(case)
    outcomes = tested({key: found for key, found in evidence.items() if key in case.gates}, look=case.look)
    return tuple(
        _judge(series, case, evidence=evidence.get(key), outcome=outcomes.get(key))
        for key, series in case.all_series.items()
    )


def evidence_of(case: Case) -> dict[Key, Evidence]:
    """What there is to say about each number: from pairs of the same blocks, or against stored values."""
    return _paired(case) if case.paired else _stored(case)


def tested(evidence: Mapping[Key, Evidence], *, look: Look) -> dict[Key, HolmResult]:
    """Holm's outcome of "not worse" for each of these numbers, all of which gate."""
    outcomes = holm([each.p_worse for each in evidence.values()], alpha=look.alpha)
    return dict(zip(evidence, outcomes, strict=True))


def terms_of(limit_ratio: float, *, significant: bool, policy: Policy, look: Look) -> Terms:
    """What a number with this limit is held to."""
    return Terms(
        limit=math.log1p(limit_ratio),
        collapse=-math.log1p(-policy.collapse_ratio),
        significant=significant,
        look=look,
    )


def limit_of(key: Key, metric: Metric, *, policy: Policy) -> float:
    """The limit ratio of a number: the policy's for the key, else for the metric, else the metric's own."""
    return policy.limits.get(key.text, policy.limits.get(metric.name, metric.limit_ratio))


def committed_medians(record: MachineRecord | None) -> dict[Key, float]:
    """The medians of the committed baseline."""
    return {key_of(entry): median(entry.values) for entry in record.entries} if record else {}


def _paired(case: Case) -> dict[Key, Evidence]:
    found = {
        key: _counted(series, case) if key in case.counted else _measured(series, case)
        for key, series in case.all_series.items()
    }
    return {key: evidence for key, evidence in found.items() if evidence is not None}


def _measured(series: Series, case: Case) -> Evidence | None:
    ratios = worse_ratios(series)
    return paired_evidence(ratios, look=case.look) if ratios else None


def _counted(series: Series, case: Case) -> Evidence | None:
    baseline, candidate = (worse_logs(series.of(arm), series.metric) for arm in (Arm.BASELINE, Arm.CANDIDATE))
    if not (baseline and candidate):
        return None
    return counted_evidence(Repeats(baseline=baseline, candidate=candidate), look=case.look)


def _stored(case: Case) -> dict[Key, Evidence]:
    if case.record is None:
        return {}
    same = same_machine(case.environment, case.record.environment)
    scale = machine_scale(case.all_series, case.record)
    found: dict[Key, Evidence] = {}
    for entry in case.record.entries:
        series = case.all_series.get(key_of(entry))
        if series is None or series.subject is Arm.RIG:
            continue
        then = worse_logs(entry.values, series.metric, shift=scale_for(series.metric, scale))
        now = worse_logs(series.of(Arm.CANDIDATE), series.metric)
        if then and now:
            allowance = drift_allowance(series.metric, entry.values, same=same)
            counted = series.key in case.counted
            found[series.key] = stored_evidence(
                then, now, allowance=allowance, counted=counted, look=case.look
            )
    return found


def _judge(series: Series, case: Case, *, evidence: Evidence | None, outcome: HolmResult | None) -> Finding:
    metric, key = series.metric, series.key
    gating = key in case.gates
    limit = limit_of(key, metric, policy=case.policy)
    significant = outcome is not None and outcome.rejected
    terms = terms_of(limit, significant=significant, policy=case.policy, look=case.look)
    decision, text = _ruling(series, case, evidence=evidence, terms=terms)
    lower, upper = _natural_bounds(metric, evidence)
    detectable = (
        evidence.detectable(alpha=outcome.local_alpha, relevance=terms.relevance)
        if evidence and outcome
        else None
    )
    return Finding(
        key=key,
        title=metric.title,
        unit=metric.unit,
        direction=metric.direction,
        basis=_basis(case, evidence),
        gating=gating,
        decision=decision,
        baseline=series.centre(Arm.BASELINE) if case.paired else case.committed.get(key),
        candidate=series.centre(series.subject),
        committed=case.committed.get(key),
        change=math.expm1(worse(metric, evidence.shown.estimate)) if evidence else None,
        lower=lower,
        upper=upper,
        worse=math.expm1(evidence.shown.estimate) if evidence else None,
        limit=limit if gating else None,
        detectable=None if detectable is None else math.expm1(detectable),
        blocks=evidence.blocks if evidence else len(series.of(series.subject)),
        text=text,
    )


def _ruling(series: Series, case: Case, *, evidence: Evidence | None, terms: Terms) -> tuple[Decision, str]:
    if series.key not in case.gates:
        return Decision.INFORMATIONAL, ""
    valid = len(series.of(Arm.CANDIDATE))
    if series.invalid_blocks and valid < case.policy.min_valid_ratio * (valid + series.invalid_blocks):
        return Decision.INVALID, f"{series.invalid_blocks} invalid blocks: {series.problems[0]}"
    if evidence is None:
        return (
            Decision.INVALID,
            "nothing to compare with: neither a base build nor a committed baseline has it",
        )
    ruling = decide(evidence, terms)
    ceiling = _ceiling(series, case)
    if ceiling and not (case.paired and ruling.decision in _LOSS):
        return Decision.UNMEASURABLE, ceiling
    return ruling.decision, ruling.text


def _ceiling(series: Series, case: Case) -> str:
    """Why a throughput is that of the rig: that hides losses, but what both builds show beside it is real."""
    if series.metric is not QPS:
        return ""
    return rig_ceiling(series.key.scenario, series.key.part, all_series=case.all_series, policy=case.policy)


def _basis(case: Case, evidence: Evidence | None) -> Basis:
    if evidence is None:
        return Basis.NOTHING
    return Basis.PAIRED if case.paired else Basis.BASELINE


def _natural_bounds(metric: Metric, evidence: Evidence | None) -> tuple[float | None, float | None]:
    """The interval of the value's own change, whichever way is worse; infinite ends are left open."""
    if evidence is None:
        return None, None
    ends = sorted(worse(metric, bound) for bound in (evidence.shown.lower, evidence.shown.upper))
    return change_of(ends[0]), change_of(ends[1])
