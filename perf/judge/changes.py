"""What a new baseline changes, in words."""

from collections.abc import Iterator, Sequence
from statistics import median

from perf.judge.compare import worse
from perf.judge.stored import key_of, same_machine
from perf.model.baseline import Baseline, BaselineEntry, MachineRecord
from perf.model.metric import METRIC_BY_NAME, Key

_WORTH_A_WORD = 0.01
_SHORT_SHA = 7


def changes_in_words(before: Baseline | None, after: Baseline) -> Iterator[str]:
    """A line for each machine and number that is new or gone, and for each number that moved.

    A move is told from 1 % on; so is a level of the creep guard that is better than the new median.
    """
    if before is None:
        yield "first baseline of this target and suite"
        return
    several = len(after.machines) > 1 or len(before.machines) > 1
    for record in after.machines:
        then = _like(record, before.machines)
        name = f"{machine_name(record)}: " if several else ""
        lines = [f"{name}first record of this kind of machine"] if then is None else _moves(then, record)
        yield from (line if then is None else f"{name}{line}" for line in lines)
        yield from (f"{name}{line}" for line in _held_levels(record))
    for record in before.machines:
        if _like(record, after.machines) is None:
            yield f"{machine_name(record)}: gone"


def machine_name(record: MachineRecord) -> str:
    """The kind of machine that a record is of, as people call it."""
    return f"{record.environment.cpu_model}, {record.environment.cores} cores"


def _like(record: MachineRecord, others: Sequence[MachineRecord]) -> MachineRecord | None:
    return next((each for each in others if same_machine(each.environment, record.environment)), None)


def _moves(before: MachineRecord, after: MachineRecord) -> Iterator[str]:
    then, now = _by_key(before), _by_key(after)
    for key in sorted(then.keys() | now.keys()):
        words = _change(then.get(key), now.get(key))
        if words:
            yield f"{key.text}: {words}"


def _by_key(record: MachineRecord) -> dict[Key, BaselineEntry]:
    return {key_of(entry): entry for entry in record.entries}


def _change(before: BaselineEntry | None, after: BaselineEntry | None) -> str:
    if before is None or after is None:
        return "new" if before is None else "gone"
    if (before.unit, before.direction) != (after.unit, after.direction):
        return f"redefined, from {before.unit} {before.direction} to {after.unit} {after.direction}"
    then, now = median(before.values), median(after.values)
    moved = now / then - 1 if then else 0.0
    if abs(moved) < _WORTH_A_WORD:
        return ""
    metric = METRIC_BY_NAME.get(after.metric)
    judged = "" if metric is None else ", worse" if worse(metric, moved) > 0 else ", better"
    return f"{moved:+.1%}{judged} ({then:.6g} to {now:.6g} {after.unit})"


def _held_levels(record: MachineRecord) -> Iterator[str]:
    for entry in record.entries:
        now = median(entry.values)
        if entry.best and abs(now / entry.best - 1) >= _WORTH_A_WORD:
            since = f", measured at {entry.best_commit[:_SHORT_SHA]}" if entry.best_commit else ""
            level = f"{entry.best:.6g} {entry.unit}{since}"
            yield f"{key_of(entry).text}: the creep guard still counts from {level}"
