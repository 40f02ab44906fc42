"""Whether the run measured what the committed baseline, or the base build, says it must."""

from collections.abc import Collection, Mapping

from perf.judge.compare import Series
from perf.judge.stored import key_of
from perf.model.baseline import BaselineEntry, MachineRecord
from perf.model.ingest import INGESTED
from perf.model.metric import METRIC_BY_NAME, Direction, Key, Metric, Unit
from perf.model.run import Arm
from perf.model.verdict import Basis, Decision, Finding


def judge_contract(
    all_series: Mapping[Key, Series],
    *,
    record: MachineRecord | None,
    expected: Collection[str],
    paired: bool,
) -> tuple[Finding, ...]:
    """Missing, new and redefined numbers; `expected` are the scenarios that this run was to measure."""
    findings: list[Finding] = []
    entries = {key_of(entry): entry for entry in record.entries} if record else {}
    for key, entry in entries.items():
        if key.scenario in expected:
            findings.extend(_against_entry(key, entry, all_series=all_series))
    for key, series in all_series.items():
        measured = series.of(series.subject)
        absent = not measured and not series.invalid_blocks
        if paired and series.subject is Arm.CANDIDATE and absent and series.of(Arm.BASELINE):
            findings.append(
                _missing(key, series.metric, text="measured on the base build, not on the candidate")
            )
        if record and measured and key not in entries and key.scenario not in INGESTED:
            text = "not in the committed baseline: `perfgate baseline` adds it"
            findings.append(_new(key, series, text=text))
        elif paired and measured and series.subject is Arm.CANDIDATE and not series.of(Arm.BASELINE):
            findings.append(_new(key, series, text="the base build does not have it"))
    return tuple(findings)


def _against_entry(key: Key, entry: BaselineEntry, *, all_series: Mapping[Key, Series]) -> list[Finding]:
    metric = METRIC_BY_NAME.get(key.metric)
    if metric is None:
        gone = "the committed baseline names a metric that no longer exists"
        return [_finding(key, entry.unit, direction=entry.direction, decision=Decision.MISSING, text=gone)]
    if (metric.unit, metric.direction) != (entry.unit, entry.direction):
        text = f"the committed baseline has it in {entry.unit}, {entry.direction}"
        return [
            _finding(key, metric.unit, direction=metric.direction, decision=Decision.CHANGED_UNIT, text=text)
        ]
    series = all_series.get(key)
    if series is None or not (series.of(series.subject) or series.invalid_blocks):
        return [_missing(key, metric, text="in the committed baseline, but this run did not measure it")]
    return []


def _missing(key: Key, metric: Metric, *, text: str) -> Finding:
    return _finding(key, metric.unit, direction=metric.direction, decision=Decision.MISSING, text=text)


def _new(key: Key, series: Series, *, text: str) -> Finding:
    unit, direction = series.metric.unit, series.metric.direction
    value = series.centre(series.subject)
    return _finding(key, unit, direction=direction, decision=Decision.NEW, text=text, candidate=value)


def _finding(
    key: Key,
    unit: Unit,
    *,
    direction: Direction,
    decision: Decision,
    text: str,
    candidate: float | None = None,
) -> Finding:
    metric = METRIC_BY_NAME.get(key.metric)
    return Finding(
        key=key,
        title=metric.title if metric else key.metric,
        unit=unit,
        direction=direction,
        basis=Basis.CONTRACT,
        gating=decision is not Decision.NEW,
        decision=decision,
        baseline=None,
        candidate=candidate,
        committed=None,
        change=None,
        lower=None,
        upper=None,
        worse=None,
        limit=None,
        detectable=None,
        blocks=0,
        text=text,
    )
