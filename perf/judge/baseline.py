"""Which numbers a committed baseline holds, how they come from runs, and how evidence is put together."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import median

from perf.judge.compare import series_of
from perf.judge.findings import limit_of
from perf.judge.gates import contract_keys, gates_of
from perf.judge.stored import key_of, machine_independent, same_machine
from perf.model.baseline import Baseline, BaselineEntry, MachineRecord
from perf.model.metric import METRIC_BY_NAME, Direction, Key
from perf.model.policy import Policy
from perf.model.run import Block
from perf.model.scenario import Scenario


def entries_of(
    blocks: Sequence[Block], *, scenarios: Sequence[Scenario], policy: Policy, commit: str
) -> tuple[BaselineEntry, ...]:
    """An entry for each number of the contract, a value per run, in order of keys."""
    all_series = series_of(blocks)
    gates = gates_of(scenarios, all_series)
    wanted = contract_keys(scenarios, all_series)
    return tuple(
        entry_of(key, series.of(series.subject), gating=key in gates, policy=policy, commit=commit)
        for key, series in sorted(all_series.items())
        if key in wanted
    )


def uneven(entries: Sequence[BaselineEntry], *, runs: int) -> Mapping[Key, int]:
    """The numbers that not every run measured, with how many did."""
    return {key_of(entry): len(entry.values) for entry in entries if len(entry.values) != runs}


def pooled(records: Iterable[MachineRecord]) -> tuple[MachineRecord, ...]:
    """One record per kind of machine, newest first.

    Evidence of the same commit from the same kind of machine is put together; of two commits the newer stays.
    """
    kept: list[MachineRecord] = []
    for record in sorted(records, key=lambda each: each.created_at, reverse=True):
        place = next((n for n, each in enumerate(kept) if _same_kind(each, record)), None)
        if place is None:
            kept.append(record)
        elif kept[place].commit == record.commit:
            kept[place] = _together(kept[place], record)
    return tuple(kept)


def ratcheted(
    records: Sequence[MachineRecord], before: Baseline | None, *, forget: Collection[str]
) -> tuple[MachineRecord, ...]:
    """The records with the best level that each number ever had; `forget` names keys that start anew.

    Levels of machine-independent metrics are carried over from any machine, those of others from the same.
    """
    former = before.machines if before else ()
    return tuple(
        replace(
            record,
            entries=tuple(
                entry if key_of(entry).text in forget else _carried(entry, record, former=former)
                for entry in record.entries
            ),
        )
        for record in records
    )


def _carried(
    entry: BaselineEntry, record: MachineRecord, *, former: Sequence[MachineRecord]
) -> BaselineEntry:
    levels = [
        (then.best, then.best_commit)
        for each in former
        if machine_independent(entry.unit) or _same_kind(each, record)
        for then in each.entries
        if (key_of(then), then.unit, then.direction) == (key_of(entry), entry.unit, entry.direction)
    ]
    pick = min if entry.direction is Direction.LOWER_IS_BETTER else max
    best, commit = pick([(entry.best, entry.best_commit), *levels], key=lambda level: level[0])
    return replace(entry, best=best, best_commit=commit)


def _together(one: MachineRecord, other: MachineRecord) -> MachineRecord:
    values: dict[Key, list[float]] = {}
    entries: dict[Key, BaselineEntry] = {}
    for entry in (*one.entries, *other.entries):
        values.setdefault(key_of(entry), []).extend(entry.values)
        entries.setdefault(key_of(entry), entry)
    return replace(
        one,
        entries=tuple(
            replace(entry, values=tuple(values[key]), best=median(values[key]))
            for key, entry in sorted(entries.items())
        ),
    )


def _same_kind(one: MachineRecord, other: MachineRecord) -> bool:
    return same_machine(one.environment, other.environment)


def entry_of(
    key: Key, values: tuple[float, ...], *, gating: bool, policy: Policy, commit: str
) -> BaselineEntry:
    """What a baseline holds of one number, from a value per run."""
    metric = METRIC_BY_NAME[key.metric]
    return BaselineEntry(
        scenario=key.scenario,
        part=key.part,
        metric=key.metric,
        unit=metric.unit,
        direction=metric.direction,
        limit_ratio=limit_of(key, metric, policy=policy),
        gating=gating,
        values=values,
        best=median(values) if values else 0.0,
        best_commit=commit,
    )
