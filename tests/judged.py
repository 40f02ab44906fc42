"""Realistic findings and verdicts; tests import them from tests.factories."""

from dataclasses import replace

from perf.model.metric import (
    CPU_PER_REQUEST,
    E2E_P50,
    E2E_P99,
    ITL_P50,
    OVERHEAD_P50,
    QPS,
    RSS,
    STICKY_RATIO,
    SUCCESS_RATIO,
    TTFT_P50,
    Direction,
    Key,
    Metric,
)
from perf.model.verdict import (
    Basis,
    Caution,
    CautionKind,
    Decision,
    Failure,
    Finding,
    State,
    Verdict,
)


def a_finding(
    *,
    scenario: str = "baseline-latency",
    part: str = "main",
    metric: Metric = E2E_P50,
    decision: Decision = Decision.EQUIVALENT,
    baseline: float | None = 812_000.0,
    change: float | None = 0.012,
    half_width: float = 0.016,
) -> Finding:
    """A paired, gating finding whose candidate and interval follow from baseline and change."""
    moved = baseline is not None and change is not None
    sign = 1 if metric.direction.value == "lower-is-better" else -1
    return Finding(
        key=Key(scenario, part, metric.name),
        title=metric.title,
        unit=metric.unit,
        direction=metric.direction,
        basis=Basis.PAIRED,
        gating=decision is not Decision.INFORMATIONAL,
        decision=decision,
        baseline=baseline,
        candidate=baseline * (1 + change) if baseline is not None and change is not None else None,
        committed=baseline * 1.01 if baseline is not None else None,
        change=change,
        lower=change - half_width if moved and change is not None else None,
        upper=change + half_width if moved and change is not None else None,
        worse=sign * change if change is not None else None,
        limit=metric.limit_ratio,
        detectable=1.4 * half_width,
        blocks=10,
        text="",
    )


def a_criterion(
    *,
    scenario: str = "sticky-sessions",
    metric: Metric = STICKY_RATIO,
    decision: Decision = Decision.MET,
    value: float | None = 0.9998,
    target: float = 0.99,
) -> Finding:
    """An absolute demand on the candidate."""
    blank = a_finding(scenario=scenario, metric=metric, decision=decision, baseline=None, change=None)
    bound = "≤" if metric.direction is Direction.LOWER_IS_BETTER else "≥"
    return replace(
        blank,
        title=f"{metric.title} {bound}",
        basis=Basis.CRITERION,
        candidate=value,
        limit=target,
        committed=None,
        detectable=None,
    )


def a_caution(*, kind: CautionKind = CautionKind.NOISE, text: str = "") -> Caution:
    """A doubt with its cure."""
    told = text or "p99 of `streaming` is blind below 19 %. Use the long suite to judge it."
    return Caution(kind=kind, text=told)


def a_failure(*, phase: str = "launch") -> Failure:
    """A gateway that did not become ready."""
    return Failure(
        phase=phase,
        what="the candidate's gateway did not become ready within 20 s",
        where="target reference, commit 9f3c1e2",
        cure="Read the log below; start it by hand with `python -O -m perf.gateway --config gateway.toml`.",
        log=("Traceback (most recent call last):", '  File "app.py", line 3', "KeyError: 'providers'"),
    )


def unchanged_findings() -> tuple[Finding, ...]:
    """Findings within their limits, criteria met, and some that are only shown."""
    return (
        a_finding(),
        a_finding(metric=CPU_PER_REQUEST, baseline=118_400.0, change=0.004, half_width=0.011),
        a_finding(metric=QPS, baseline=1_180.0, change=-0.009, half_width=0.02),
        a_finding(
            metric=E2E_P99,
            baseline=2_440_000.0,
            change=-0.012,
            half_width=0.09,
            decision=Decision.INFORMATIONAL,
        ),
        a_finding(metric=RSS, baseline=61_865_984.0, change=0.003, half_width=0.006),
        a_finding(scenario="sticky-sessions", baseline=11_420_000.0, change=0.001, half_width=0.004),
        a_finding(scenario="streaming", part="new", metric=TTFT_P50, baseline=51_300_000.0, change=0.0),
        a_finding(scenario="streaming", part="reused", metric=TTFT_P50, baseline=50_700_000.0, change=0.002),
        a_criterion(),
        a_criterion(scenario="baseline-latency", metric=OVERHEAD_P50, value=631_000.0, target=5_000_000.0),
        a_criterion(scenario="streaming", metric=SUCCESS_RATIO, value=1.0, target=0.99),
    )


def regressed_findings() -> tuple[Finding, ...]:
    """Two regressions, a missed criterion, an undecided number, a loss within limits and a gain."""
    return (
        a_finding(
            metric=OVERHEAD_P50, baseline=421_000.0, change=0.184, half_width=0.034,
            decision=Decision.REGRESSED,
        ),
        a_finding(
            scenario="sticky-sessions", metric=QPS, baseline=5_120.0, change=-0.091, half_width=0.019,
            decision=Decision.REGRESSED,
        ),
        a_finding(
            scenario="streaming", part="reused", metric=ITL_P50, baseline=20_100_000.0,
            change=0.041, half_width=0.091, decision=Decision.INCONCLUSIVE,
        ),
        a_finding(
            scenario="streaming", part="new", metric=CPU_PER_REQUEST, baseline=96_300.0, change=0.014,
            half_width=0.009, decision=Decision.SUSPECT,
        ),
        a_finding(
            scenario="conversion", part="openai-to-anthropic", metric=CPU_PER_REQUEST, baseline=171_000.0,
            change=-0.17, half_width=0.021, decision=Decision.IMPROVED,
        ),
        a_criterion(decision=Decision.MISSED, value=0.9712),
    )  # fmt: skip


def a_verdict(
    *,
    state: State = State.PASSED,
    findings: tuple[Finding, ...] | None = None,
    cautions: tuple[Caution, ...] = (),
) -> Verdict:
    """A verdict whose findings agree with its state."""
    return Verdict(
        state=state,
        settled=state in {State.PASSED, State.FAILED},
        findings=_findings(state) if findings is None else findings,
        cautions=cautions,
    )


def _findings(state: State) -> tuple[Finding, ...]:
    undecided = a_finding(
        scenario="streaming", part="new", metric=TTFT_P50, baseline=51_300_000.0, change=0.031,
        half_width=0.06, decision=Decision.INCONCLUSIVE,
    )  # fmt: skip
    broken = a_finding(
        scenario="streaming", part="new", baseline=None, change=None, decision=Decision.INVALID
    )
    kept = tuple(
        finding for finding in unchanged_findings() if finding.key != Key("streaming", "new", TTFT_P50.name)
    )
    match state:
        case State.PASSED:
            return unchanged_findings()
        case State.FAILED:
            met = tuple(finding for finding in kept if finding.key.metric != STICKY_RATIO.name)
            return (*met, *regressed_findings())
        case State.INCONCLUSIVE:
            return (*kept, undecided)
        case State.NO_RESULT:
            return (replace(broken, text="The engine used 97 % of its core; at most 90 % is allowed."),)
