"""What a new baseline changes, in words."""

from collections.abc import Iterator
from statistics import median

from perf.judge.stored import key_of
from perf.model.baseline import Baseline, BaselineEntry
from perf.model.metric import Key


def changes_in_words(before: Baseline | None, after: Baseline) -> Iterator[str]:
    """A line for each number that is new, gone, redefined, or moved by 1 % or more."""
    if before is None:
        yield "first baseline of this target and suite"
        return
    then, now = _by_key(before), _by_key(after)
    for key in sorted(then.keys() | now.keys()):
        words = _change(then.get(key), now.get(key))
        if words:
            yield f"{key.text}: {words}"


def _by_key(baseline: Baseline) -> dict[Key, BaselineEntry]:
    return {key_of(entry): entry for entry in baseline.entries}


def _change(before: BaselineEntry | None, after: BaselineEntry | None) -> str:
    if before is None or after is None:
        return "new" if before is None else "gone"
    if (before.unit, before.direction) != (after.unit, after.direction):
        return f"redefined, from {before.unit} {before.direction} to {after.unit} {after.direction}"
    then, now = median(before.values), median(after.values)
    moved = now / then - 1 if then else 0.0
    return f"{moved:+.1%} ({then:.6g} to {now:.6g} {after.unit})" if abs(moved) >= 0.01 else ""
