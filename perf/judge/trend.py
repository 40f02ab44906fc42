"""From the versions of a baseline file to the trend of each gating number: role five of a baseline."""

from collections.abc import Sequence
from statistics import median

from perf.judge.stored import key_of, same_machine
from perf.model.baseline import Baseline, BaselineEntry, MachineRecord
from perf.model.metric import Direction, Key
from perf.model.trend import Level, Trend


def trends(versions: Sequence[Baseline]) -> tuple[Trend, ...]:
    """The trends of the gating numbers on the kind of machine recorded last, the worst first.

    `versions` are oldest first. A recording that several versions carry counts once; a number whose unit or
    direction changed begins anew there. A number with a single level has no trend.
    """
    if not versions:
        return ()
    newest = versions[-1].machines[0]
    records = _records(versions, newest)
    found = [_trend(entry, records) for entry in newest.entries if entry.gating]
    return tuple(sorted((each for each in found if len(each.levels) > 1), key=_worse, reverse=True))


def _records(versions: Sequence[Baseline], newest: MachineRecord) -> list[MachineRecord]:
    of_kind = (
        record
        for version in versions
        for record in version.machines
        if same_machine(record.environment, newest.environment)
    )
    return list({(record.commit, record.created_at): record for record in of_kind}.values())


def _trend(newest: BaselineEntry, records: Sequence[MachineRecord]) -> Trend:
    levels: list[Level] = []
    for record in records:
        entry = _entry(record, key_of(newest))
        if entry is None:
            continue
        if (entry.unit, entry.direction) != (newest.unit, newest.direction):
            levels.clear()
            continue
        levels.append(Level(commit=record.commit, created_at=record.created_at, median=median(entry.values)))
    return Trend(newest=newest, levels=tuple(levels))


def _entry(record: MachineRecord, key: Key) -> BaselineEntry | None:
    return next((entry for entry in record.entries if key_of(entry) == key), None)


def _worse(trend: Trend) -> float:
    lower_is_better = trend.newest.direction is Direction.LOWER_IS_BETTER
    return trend.change if lower_is_better else -trend.change
