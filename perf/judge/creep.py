"""Creep: many small losses, each of which passes, that add up against the committed baseline."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from perf.judge.compare import Series, worse, worse_ratios
from perf.judge.findings import Case, limit_of
from perf.judge.stored import drift_allowance, key_of, machine_independent, same_machine, worse_logs
from perf.model.baseline import BaselineEntry
from perf.model.metric import Direction, Unit
from perf.model.policy import Policy
from perf.model.run import Arm
from perf.model.verdict import Basis, Caution, CautionKind, Decision, Finding
from perf.stats import bounds

_LEAST_LINE = 0.01
"""No accumulated loss below it is spoken of, however tight the limit."""
_NAMED = 3
_SHORT_SHA = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Crept:
    """What the guard found: losses that this change is to answer for, and doubts for the reader."""

    findings: tuple[Finding, ...]
    cautions: tuple[Caution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loss:
    """One number against the best level it ever held; log ratios in the bad direction.

    `proven` is the lower bound of the loss, `base` the base build's own loss, None without a base build.
    """

    entry: BaselineEntry
    series: Series
    estimate: float
    proven: float
    base: float | None
    limit_ratio: float
    line: float


def judge_creep(case: Case, *, same_build: bool) -> Crept:
    """Compare the candidate with the best committed level of each number.

    Red: a machine-independent number that gates is proven to be beyond the line, which is the policy's
    `creep_factor` times its limit, and this change crosses the line or adds to what is beyond it.
    A caution: a loss beyond the limit that is not red; times only beyond the line and what they drift by
    themselves, and only where the baseline comes from the same kind of machine.
    """
    if case.record is None or case.look.too_early:
        return Crept(findings=(), cautions=())
    losses = tuple(_losses(case))
    red = [loss for loss in losses if not same_build and _is_red(loss, case)]
    doubtful = [loss for loss in losses if loss not in red and loss.proven > _told_from(loss)]
    return Crept(findings=tuple(_finding(loss, case) for loss in red), cautions=tuple(_cautions(doubtful)))


def line_of(limit_ratio: float, policy: Policy) -> float:
    """How much (log ratio) a number with this limit may lose in all before the guard is red."""
    return math.log1p(max(limit_ratio, _LEAST_LINE) * policy.creep_factor)


def _losses(case: Case) -> Iterator[_Loss]:
    watched = [pair for pair in _pairs(case) if _is_watched(*pair, case=case)]
    for entry, series in watched:
        then, now = (
            worse_logs(entry.values, series.metric),
            worse_logs(series.of(Arm.CANDIDATE), series.metric),
        )
        base = worse_logs(series.of(Arm.BASELINE), series.metric)
        held = worse(series.metric, math.log(median(entry.values) / entry.best))
        shown = bounds.two_sample_bounds(then, now, alpha=case.look.alpha / len(watched))
        limit_ratio = limit_of(series.key, series.metric, policy=case.policy)
        drift = 0.0 if _independent(series) else drift_allowance(series.metric, entry.values, same=True)
        yield _Loss(
            entry=entry,
            series=series,
            estimate=shown.estimate + held,
            proven=shown.lower + held,
            base=median(base) - median(then) + held if base else None,
            limit_ratio=limit_ratio,
            line=line_of(limit_ratio, case.policy) + drift,
        )


def _pairs(case: Case) -> Iterator[tuple[BaselineEntry, Series]]:
    entries = case.record.entries if case.record else ()
    for entry in entries:
        series = case.all_series.get(key_of(entry))
        if series is not None:
            yield entry, series


def _is_watched(entry: BaselineEntry, series: Series, *, case: Case) -> bool:
    """Positive numbers in one unit; shares, such as success, have criteria of their own."""
    metric = series.metric
    numbers = (*entry.values, *series.of(Arm.CANDIDATE), *series.of(Arm.BASELINE), entry.best)
    if (metric.unit, metric.direction) != (entry.unit, entry.direction) or min(numbers) <= 0:
        return False
    if metric.unit is Unit.RATIO and metric.direction is Direction.HIGHER_IS_BETTER:
        return False
    same = case.record is not None and same_machine(case.environment, case.record.environment)
    return bool(series.of(Arm.CANDIDATE)) and (_independent(series) or same)


def _independent(series: Series) -> bool:
    return machine_independent(series.metric.unit)


def _is_red(loss: _Loss, case: Case) -> bool:
    """Whether this very change has to answer for the loss."""
    if not _independent(loss.series) or loss.series.key not in case.gates or loss.proven <= loss.line:
        return False
    if loss.base is None:
        return False
    return loss.base <= loss.line or _adds(loss, case)


def _adds(loss: _Loss, case: Case) -> bool:
    return bounds.one_sided_p(worse_ratios(loss.series), null=0.0) < case.look.alpha


def _told_from(loss: _Loss) -> float:
    if _independent(loss.series):
        return math.log1p(max(loss.limit_ratio, _LEAST_LINE))
    return loss.line


def _finding(loss: _Loss, case: Case) -> Finding:
    series, metric = loss.series, loss.series.metric
    return Finding(
        key=series.key,
        title=f"{metric.title}, accumulated",
        unit=metric.unit,
        direction=metric.direction,
        basis=Basis.BASELINE,
        gating=True,
        decision=Decision.REGRESSED,
        baseline=loss.entry.best,
        candidate=series.centre(Arm.CANDIDATE),
        committed=case.committed.get(series.key),
        change=math.expm1(worse(metric, loss.estimate)),
        lower=None,
        upper=None,
        worse=math.expm1(loss.estimate),
        limit=math.expm1(loss.line),
        detectable=None,
        blocks=len(series.of(Arm.CANDIDATE)),
        text=f"small losses add up since {_since(loss)}: {_amount(loss)}, and this change adds to them. "
        f"Win it back; or, if it is intended, start anew with `perfgate baseline --new-level "
        f"{series.key.text}`",
    )


def _cautions(losses: Sequence[_Loss]) -> Iterator[Caution]:
    if not losses:
        return
    worst = sorted(losses, key=lambda loss: loss.proven / loss.line, reverse=True)
    named = "; ".join(
        f"`{loss.series.key.text}` {_amount(loss)} since {_since(loss)}" for loss in worst[:_NAMED]
    )
    more = f"; and {len(worst) - _NAMED} more" if len(worst) > _NAMED else ""
    yield Caution(
        kind=CautionKind.CREEP,
        text=f"Small losses have added up against the committed baseline: {named}{more}. "
        "Win them back, or record what is intended with `perfgate baseline --new-level`.",
    )


def _amount(loss: _Loss) -> str:
    return f"{math.expm1(loss.estimate):.1%} worse"


def _since(loss: _Loss) -> str:
    return loss.entry.best_commit[:_SHORT_SHA] or "the best recorded level"
