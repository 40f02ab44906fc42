"""How each number moved in each block: what the dots of a chart show."""

from collections.abc import Mapping

from perf.model.metric import Key
from perf.model.run import Arm, Block, PartRecord


def changes_by_block(blocks: tuple[Block, ...]) -> Mapping[Key, tuple[float, ...]]:
    """For every number with both arms the relative change of each block, in the order of the blocks."""
    found: dict[Key, list[float]] = {}
    for block in blocks:
        arms = {(record.scenario, record.part, record.arm): record for record in block.parts}
        for (scenario, part, arm), candidate in arms.items():
            baseline = arms.get((scenario, part, Arm.BASELINE))
            if arm is Arm.CANDIDATE and baseline is not None:
                for metric, change in _changes(baseline, candidate):
                    found.setdefault(Key(scenario, part, metric), []).append(change)
    return {key: tuple(changes) for key, changes in found.items()}


def _changes(baseline: PartRecord, candidate: PartRecord) -> list[tuple[str, float]]:
    if baseline.problems or candidate.problems:
        return []
    return [
        (metric, candidate.values[metric] / value - 1)
        for metric, value in baseline.values.items()
        if metric in candidate.values and value > 0
    ]
