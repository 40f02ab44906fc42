"""What happened while instances changed, drawn in rows of letters: a column is a stretch of time."""

from collections.abc import Callable, Sequence

from perf.model.run import Block
from perf.report.document import Timeline
from perf.report.format import span
from perf.report.marks import ARMS

_LEVELS = "▁▂▃▄▅▆▇█"
_NOTHING, _EVENT = "·", "▼"


def timelines_of(blocks: Sequence[Block], *, place: Callable[[str, str], str]) -> tuple[Timeline, ...]:
    """One for each part and arm in which instances changed, in their order."""
    return tuple(
        Timeline(
            scenario=record.scenario,
            place=place(record.scenario, record.part),
            arm=record.arm,
            moments=record.timeline,
        )
        for block in blocks
        for record in block.parts
        if record.timeline
    )


def drawing(timeline: Timeline) -> tuple[str, ...]:
    """The rows, each with its name and its sum behind it; the first line says whose they are."""
    moments = timeline.moments
    names = sorted({name for moment in moments for name in moment.arrivals})
    requests = [moment.requests for moment in moments]
    failed = [moment.failed for moment in moments]
    moved = [moment.moved for moment in moments]
    slowest_ns = [moment.slowest_ns for moment in moments]
    attempts = {name: [moment.arrivals.get(name, 0) for moment in moments] for name in names}
    most = max(requests + [count for counts in attempts.values() for count in counts], default=0)
    return (
        f"{timeline.place}, {ARMS[timeline.arm]}{_scale(timeline)}",
        *_events(timeline),
        f"{_row(requests, most=most)} requests: {sum(requests):,}",
        f"{_row(failed, most=most)} failed: {sum(failed):,}",
        f"{_row(moved, most=most)} answered by another instance than the one before: {sum(moved):,}",
        f"{_row(slowest_ns, most=max(slowest_ns))} slowest good answer: {span(max(slowest_ns))}",
        *(
            f"{_row(counts, most=most)} attempts at {name}: {sum(counts):,}"
            for name, counts in attempts.items()
        ),
    )


def _scale(timeline: Timeline) -> str:
    if len(timeline.moments) < 2:
        return ""
    return f" (a column is {span(timeline.moments[1].at_ns - timeline.moments[0].at_ns)})"


def _events(timeline: Timeline) -> tuple[str, ...]:
    """A row of marks where something happened, and in words what."""
    told = [text for moment in timeline.moments for text in moment.events]
    marks = "".join(_EVENT if moment.events else _NOTHING for moment in timeline.moments)
    return (f"{marks} {', '.join(told)}",) if told else ()


def _row(values: Sequence[int], *, most: int) -> str:
    """A letter for each value, as high as its share of the most; nothing at all is a dot."""
    return "".join(_letter(value, most=most) for value in values)


def _letter(value: int, *, most: int) -> str:
    if value <= 0:
        return _NOTHING
    return _LEVELS[min(len(_LEVELS) - 1, value * len(_LEVELS) // max(most, 1))]
