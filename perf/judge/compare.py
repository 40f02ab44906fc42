"""What was measured on both sides of the same blocks, as log ratios in the bad direction."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from perf.model.metric import METRIC_BY_NAME, Direction, Key, Metric, Unit
from perf.model.run import Arm, Block, PartRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """All valid block values of one number, per arm, and how many blocks were invalid and why."""

    key: Key
    metric: Metric
    values: Mapping[Arm, Mapping[int, float]]
    invalid_blocks: int
    problems: tuple[str, ...]

    def of(self, arm: Arm) -> tuple[float, ...]:
        """The values of one arm, in block order."""
        return tuple(value for _, value in sorted(self.values.get(arm, {}).items()))

    def centre(self, arm: Arm) -> float | None:
        """The median over blocks; None if the arm has none."""
        values = self.of(arm)
        return median(values) if values else None

    @property
    def subject(self) -> Arm:
        """The arm that is judged: the rig where it is the rig that was measured."""
        return Arm.RIG if Arm.RIG in self.values else Arm.CANDIDATE


def series_of(blocks: Sequence[Block]) -> dict[Key, Series]:
    """Every number of a run by its key; values of invalid parts are left out and counted."""
    values: dict[Key, dict[Arm, dict[int, float]]] = {}
    bad_blocks: dict[tuple[str, str], set[int]] = {}
    problems: dict[tuple[str, str], list[str]] = {}
    for block, record in _records(blocks):
        place = (record.scenario, record.part)
        if record.problems:
            bad_blocks.setdefault(place, set()).add(block.number)
            problems.setdefault(place, []).extend(record.problems)
        for name, value in record.values.items():
            key = Key(record.scenario, record.part, name)
            arms = values.setdefault(key, {}).setdefault(record.arm, {})
            if not record.problems:
                arms[block.number] = value
    return {
        key: Series(
            key=key,
            metric=METRIC_BY_NAME[key.metric],
            values=arms,
            invalid_blocks=len(bad_blocks.get((key.scenario, key.part), ())),
            problems=tuple(dict.fromkeys(problems.get((key.scenario, key.part), ()))),
        )
        for key, arms in values.items()
    }


def _records(blocks: Sequence[Block]) -> Iterator[tuple[Block, PartRecord]]:
    for block in blocks:
        for record in block.parts:
            yield block, record


def worse_ratios(series: Series) -> tuple[float, ...]:
    """Per block with both arms valid: log(candidate / baseline), positive where the candidate is worse.

    Values that are not positive have no ratio; their blocks are left out. But nought is a count or a size
    like any other: nought on both sides is no change, and from or to nought counts as a factor of two.
    """
    baseline = series.values.get(Arm.BASELINE, {})
    candidate = series.values.get(Arm.CANDIDATE, {})
    both = sorted(baseline.keys() & candidate.keys())
    ratios = (_log_ratio(series.metric, baseline[number], candidate=candidate[number]) for number in both)
    return tuple(worse(series.metric, ratio) for ratio in ratios if ratio is not None)


def _log_ratio(metric: Metric, baseline: float, *, candidate: float) -> float | None:
    if baseline > 0 and candidate > 0:
        return math.log(candidate / baseline)
    if metric.unit not in (Unit.COUNT, Unit.BYTES) or min(baseline, candidate) < 0:
        return None
    return math.log(2) * ((candidate > 0) - (baseline > 0))


def worse(metric: Metric, log_ratio: float) -> float:
    """A log ratio turned so that positive is worse; its own inverse."""
    return log_ratio if metric.direction is Direction.LOWER_IS_BETTER else -log_ratio
