"""Other tools' results as blocks, so that they are judged by the rules of every other number."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from perf.model.ingest import Tool, ToolRun
from perf.model.run import Arm, Block, PartRecord

PROCESSES = "processes"
"""The counter that says from how many processes the samples of a part and arm came."""
_Place = tuple[str, str]


def records_of(
    tool: Tool, runs: Mapping[Arm, Sequence[ToolRun]], *, at_most: int
) -> dict[int, tuple[PartRecord, ...]]:
    """Block number -> the records of all parts and arms.

    With several runs on a side each run is a block, by the medians of its samples; so is each sample that
    had a process of its own. The samples of a single process are all there is then: they become blocks too,
    and the counter PROCESSES says so. More than `at_most` are put together in batches of neighbours, by
    their medians.
    """
    records: dict[int, list[PartRecord]] = {}
    for arm, given in runs.items():
        for number, record in _of_arm(tool, given, arm=arm, at_most=at_most):
            records.setdefault(number, []).append(record)
    return {number: tuple(records[number]) for number in sorted(records)}


def added_to(blocks: Sequence[Block], records: Mapping[int, tuple[PartRecord, ...]]) -> tuple[Block, ...]:
    """The blocks with the records of the same number; numbers beyond the last block become blocks."""
    by_number = {block.number: block for block in blocks}
    for number, parts in records.items():
        block = by_number.get(number)
        by_number[number] = (
            _bare(number, parts=parts, like=blocks)
            if block is None
            else replace(block, parts=(*block.parts, *parts))
        )
    return tuple(by_number[number] for number in sorted(by_number))


def _bare(number: int, *, parts: tuple[PartRecord, ...], like: Sequence[Block]) -> Block:
    return Block(
        number=number,
        first_arm=Arm.BASELINE,
        started_at=like[-1].started_at if like else "",
        duration_ns=0,
        steal_ratio=0.0,
        parts=parts,
    )


def _of_arm(
    tool: Tool, runs: Sequence[ToolRun], *, arm: Arm, at_most: int
) -> Iterator[tuple[int, PartRecord]]:
    values = _values(runs, at_most=at_most)
    problems = tuple(dict.fromkeys(problem for run in runs for problem in run.problems))
    length = max((len(each) for each in values.values()), default=0)
    processes = length if runs and runs[0].fresh_samples else len(runs)
    for number in range(1, length + 1):
        parts: dict[str, dict[str, float]] = {}
        for (part, metric), each in values.items():
            if number <= len(each):
                parts.setdefault(part, {})[metric] = each[number - 1]
        for part, measured in sorted(parts.items()):
            yield (
                number,
                PartRecord(
                    scenario=tool.value,
                    part=part,
                    arm=arm,
                    values=measured,
                    counts={PROCESSES: processes},
                    problems=problems,
                ),
            )


def _values(runs: Sequence[ToolRun], *, at_most: int) -> dict[_Place, tuple[float, ...]]:
    """Per part and metric the values of the blocks, in the order of the runs."""
    found: dict[_Place, list[float]] = {}
    for run in runs:
        for place, samples in run.samples.items():
            each = samples if run.fresh_samples or len(runs) == 1 else (median(samples),)
            found.setdefault(place, []).extend(each)
    return {place: _batched(values, at_most=at_most) for place, values in found.items()}


def _batched(values: Sequence[float], *, at_most: int) -> tuple[float, ...]:
    """At most so many values: medians of neighbours, in batches that differ in size by one at most."""
    count = min(len(values), at_most)
    edges = [len(values) * number // count for number in range(count + 1)]
    return tuple(median(values[start:end]) for start, end in pairwise(edges))
