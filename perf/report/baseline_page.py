"""The text of a pull request that proposes a baseline: what changes, number by number."""

from collections.abc import Sequence
from statistics import median

from tabulate import tabulate

from perf.model.baseline import Baseline, BaselineEntry, MachineRecord
from perf.model.metric import METRIC_BY_NAME
from perf.report.format import change, quantities
from perf.report.markdown import BUDGET
from perf.report.neutral import code_span, prose

_SHOWN = 0.01
_Key = tuple[str, str, str]


def render_baseline(before: Baseline | None, after: Baseline, *, words: Sequence[str]) -> str:
    """A table for each kind of machine; `words` say the same, with what the creep guard still counts from."""
    sections = [_intro(before, after)]
    sections.extend(_machine(before, record) for record in after.machines)
    sections.append("\n".join(f"- {prose(word)}" for word in words[:50]))
    page = "\n\n".join(section for section in sections if section) + "\n"
    too_long = "The table is too long for this page: see the file."
    return page if len(page) <= BUDGET else f"{sections[0]}\n\n{too_long}\n"


def _intro(before: Baseline | None, after: Baseline) -> str:
    runs = max((len(entry.values) for record in after.machines for entry in record.entries), default=0)
    what = "the first baseline" if before is None else "a new baseline"
    return (
        f"This proposes {what} of target {code_span(after.target)}, suite {code_span(after.suite)}: "
        f"medians of {runs} independent runs of release builds.\n\n"
        "Look at what became worse: merging this makes it the level that later changes are compared with."
    )


def _machine(before: Baseline | None, record: MachineRecord) -> str:
    machine = record.environment
    then = _entries(
        next((each for each in before.machines if each.environment.kind == machine.kind), None)
        if before
        else None
    )
    now = _entries(record)
    rows = [_row(then.get(key), now.get(key)) for key in sorted(then.keys() | now.keys())]
    moved = [row for row in rows if row is not None]
    title = (
        f"{code_span(machine.cpu_model)}, {machine.cores} cores, measured at {code_span(record.commit[:7])}"
    )
    if not moved:
        return f"{title}: no number moved by 1 % or more."
    head = ["Where", "Metric", "Before", "After", "Change"]
    align = ("left", "left", "right", "right", "right")
    table = tabulate(moved, headers=head, tablefmt="pipe", disable_numparse=True, colalign=align)
    return f"{title}, {len(now)} numbers, of which changed:\n\n{table}"


def _entries(record: MachineRecord | None) -> dict[_Key, BaselineEntry]:
    if record is None:
        return {}
    return {(entry.scenario, entry.part, entry.metric): entry for entry in record.entries}


def _row(before: BaselineEntry | None, after: BaselineEntry | None) -> list[str] | None:
    """The cells of a number that moved, came or went; None for one that stayed."""
    entry = after or before
    assert entry is not None
    then, now = (median(one.values) if one is not None else None for one in (before, after))
    moved = now / then - 1 if now is not None and then else None
    if moved is not None and abs(moved) < _SHOWN:
        return None
    shown = quantities([then, now], finding=entry)
    metric = METRIC_BY_NAME.get(entry.metric)
    word = change(moved) if moved is not None else ("gone" if after is None else "new")
    place = code_span(f"{entry.scenario}/{entry.part}")
    return [place, prose(metric.title if metric else entry.metric), *shown, word]
