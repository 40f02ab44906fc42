"""The trend of committed levels."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from perf.judge.trend import trends
from perf.model.baseline import Baseline
from perf.model.metric import Direction, Unit
from tests.factories import a_baseline


def recorded(
    *levels: float, unit: Unit = Unit.NS, direction: Direction = Direction.LOWER_IS_BETTER
) -> list[Baseline]:
    """A version of the file for each level, of a file with one gating number."""
    start = a_baseline()
    (machine, *_) = start.machines
    entry = replace(machine.entries[0], gating=True, unit=unit, direction=direction)
    return [
        replace(
            start,
            machines=(
                replace(
                    machine,
                    commit=f"{number:040x}",
                    created_at=f"2026-01-{number + 1:02}T00:00:00+00:00",
                    entries=(replace(entry, values=(level,) * 5),),
                ),
            ),
        )
        for number, level in enumerate(levels)
    ]


@given(levels=st.lists(st.floats(1, 1e9), min_size=2, max_size=20))
def test_levels_are_the_medians_in_order(levels: list[float]) -> None:
    """From the first recording to the last, and the change is between those two."""
    (trend,) = trends(recorded(*levels))

    assert [level.median for level in trend.levels] == levels
    assert trend.change == levels[-1] / levels[0] - 1


def test_a_recording_counts_once() -> None:
    """A version of the file that carries an earlier record along adds no level."""
    first, second = recorded(1.0, 2.0)

    assert [len(each.levels) for each in trends([first, first, second])] == [2]


def test_one_recording_has_no_trend() -> None:
    """Nor has none."""
    assert trends(recorded(1.0)) == trends([]) == ()


def test_a_redefined_number_begins_anew() -> None:
    """What had another unit is another number."""
    versions = [*recorded(5.0, 6.0, unit=Unit.BYTES), *recorded(1.0, 2.0, 3.0)[1:]]

    assert [[level.median for level in each.levels] for each in trends(versions)] == [[2.0, 3.0]]


def test_other_kinds_of_machines_are_left_out() -> None:
    """Times of another processor are no earlier level of this one's."""
    *_, newest = versions = recorded(1.0, 2.0, 3.0)
    (machine,) = versions[0].machines
    other = replace(machine, environment=replace(machine.environment, cores=machine.environment.cores + 1))
    versions[0] = replace(versions[0], machines=(other,))

    assert [len(each.levels) for each in trends(versions)] == [2]
    assert newest is versions[-1]
