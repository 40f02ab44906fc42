"""Everything that the judge looked at for one number, for whoever asks why."""

import math
from collections.abc import Sequence

from perf.judge.compare import Series
from perf.judge.evidence import Evidence
from perf.judge.findings import Case, evidence_of, tested
from perf.judge.verdict import case_of, conclude
from perf.model.baseline import Baseline
from perf.model.explanation import BlockValues, Explanation, Trial
from perf.model.metric import Key
from perf.model.policy import Policy
from perf.model.run import Arm, Run
from perf.model.scenario import Scenario
from perf.model.verdict import Basis, Finding
from perf.stats.distributions import normal_quantile
from perf.stats.sequential import RELEVANT_SHARE_OF_LIMIT

_COMPARED = frozenset({Basis.PAIRED, Basis.BASELINE})


def explain(
    run: Run, keys: Sequence[Key], *, scenarios: Sequence[Scenario], baseline: Baseline | None, policy: Policy
) -> tuple[Explanation, ...]:
    """An explanation for each finding on these numbers, in the order of the verdict."""
    case = case_of(run, scenarios=scenarios, baseline=baseline, policy=policy)
    verdict = conclude(run, scenarios=scenarios, baseline=baseline, policy=policy)
    evidence = evidence_of(case)
    return tuple(
        Explanation(
            finding=finding,
            values=_values(case.all_series.get(finding.key)),
            invalid_blocks=_invalid(case.all_series.get(finding.key)),
            problems=_problems(case.all_series.get(finding.key)),
            trial=_trial(finding, case, evidence=evidence),
        )
        for finding in verdict.findings
        if finding.key in keys
    )


def _values(series: Series | None) -> tuple[BlockValues, ...]:
    if series is None:
        return ()
    baseline = series.values.get(Arm.BASELINE, {})
    subject = series.values.get(series.subject, {})
    return tuple(
        BlockValues(number=number, baseline=baseline.get(number), candidate=subject.get(number))
        for number in sorted(baseline.keys() | subject.keys())
    )


def _invalid(series: Series | None) -> int:
    return series.invalid_blocks if series else 0


def _problems(series: Series | None) -> tuple[str, ...]:
    return series.problems if series else ()


def _trial(finding: Finding, case: Case, *, evidence: dict[Key, Evidence]) -> Trial | None:
    mine = evidence.get(finding.key)
    creep = finding.basis is Basis.BASELINE and case.paired
    if mine is None or not finding.gating or finding.basis not in _COMPARED or creep:
        return None
    gating = {key: each for key, each in evidence.items() if key in case.gates}
    outcome = tested(gating, look=case.look)[finding.key]
    limit = math.log1p(finding.limit or 0.0)
    return Trial(
        look_blocks=case.look.blocks,
        needed_blocks=case.look.needed,
        alpha=case.look.alpha,
        level=outcome.local_alpha,
        tested=len(gating),
        p_worse=mine.p_worse,
        upper=math.expm1(mine.upper_equivalent) if mine.upper_equivalent < math.log(1e6) else None,
        relevance=math.expm1(limit * RELEVANT_SHARE_OF_LIMIT + mine.allowance),
        allowance=math.expm1(mine.allowance),
        more_blocks=_blocks_for_proof(mine, case, limit=limit),
    )


def _blocks_for_proof(evidence: Evidence, case: Case, *, limit: float) -> int | None:
    """How many blocks bring the upper bound below the limit, if estimate and noise stay: (z·sd/room)²."""
    room = limit + evidence.allowance - evidence.shown.estimate
    if room <= 0 or not math.isfinite(evidence.sd):
        return None
    z = -normal_quantile(case.look.alpha_equivalent)
    return max(case.look.needed, math.ceil((z * evidence.sd / room) ** 2))
