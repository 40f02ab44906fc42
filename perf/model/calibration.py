"""What calibration finds: how often a rule errs on runs whose truth is known, and what it detects."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from perf.model.metric import Key, Metric
from perf.model.rehearsal import RehearsalBook
from perf.model.verdict import State


class End(StrEnum):
    """How a gate run ends."""

    RED = "red"
    GREEN = "green"
    UNDECIDED = "undecided"
    CUT_SHORT = "cut short"
    """Today's rules want more blocks than there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many gate runs ended how, and their sizes. Times are 0 where runs were only resampled."""

    runs: int
    ends: Mapping[End, int]
    mean_blocks: float
    median_ns: int
    longest_ns: int

    def ratio(self, end: End) -> float:
        """The share of the runs that ended so."""
        return self.ends.get(end, 0) / self.runs if self.runs else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """How often a worsening is red. `red_by` are shares after each look, if one part has it.

    `everywhere` is the share if all parts of the metric have it; `rivals` are the shares of the other rules.
    """

    metric: Metric
    effect: float
    parts: int
    red_by: tuple[float, ...]
    mean_blocks: float
    everywhere: float
    rivals: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RivalTally:
    """Another tool's rule on unchanged rehearsals: how many comparisons it could make, how many were red."""

    name: str
    judged: int
    red: int

    @property
    def ratio(self) -> float:
        """The share of false reds."""
        return self.red / self.judged if self.judged else 0.0


class CreepTrial(StrEnum):
    """What the creep guard is tried with."""

    LEVEL = "nothing changed since the baseline"
    LINE = "nothing, on a base at the line"
    BEYOND = "nothing, on a base beyond the line"
    ROW = "a row of changes, each worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreepTally:
    """What the creep guard said in so many gate runs, or rows of them for ROW.

    `share` is what each change of a row costs, in limits of its number; `changes` says, for each row that
    ended red, how many changes it had.
    """

    trial: CreepTrial
    share: float
    runs: int
    red: int
    warned: int
    changes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """One number: the standard deviation of its log ratios, unchanged and planted, and what was planted.

    `planted` are estimate, lower and upper bound (log ratios) of the planted rehearsals, None without any.
    """

    key: Key
    sd: float
    planted_sd: float | None
    planted: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The whole table, of one book of rehearsals.

    `states` count how the real, unchanged runs ended as a whole when they were measured: with criteria,
    contract and controls; `reasons` how often what kept them from passing. `real` is their comparisons alone,
    judged today.
    """

    book: RehearsalBook
    looks: tuple[int, ...]
    states: Mapping[State, int]
    reasons: Mapping[str, int]
    real: Tally
    resampled: Tally
    detections: tuple[Detection, ...]
    rivals: tuple[RivalTally, ...]
    creep: tuple[CreepTally, ...]
    noise: tuple[Noise, ...]
