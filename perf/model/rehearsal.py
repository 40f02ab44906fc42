"""Recorded gate runs without a change, or with a planted one: what calibration judges again and again."""

from dataclasses import dataclass

from perf.model.build import Environment
from perf.model.metric import Key
from perf.model.verdict import State


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalBlock:
    """A block of a rehearsal: a value per key of the book and arm, None where it was invalid.

    Number 0 is what ran once; it holds no values, but took its time.
    """

    number: int
    duration_ns: int
    steal_ratio: float
    baseline: tuple[float | None, ...]
    candidate: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """One real gate run of known truth: the same build twice, or a candidate known to be slower.

    `state` is how it ended when it was measured, `reasons` are the numbers that kept it from passing.
    """

    planted: bool
    state: State
    reasons: tuple[str, ...]
    blocks: tuple[RehearsalBlock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalBook:
    """Rehearsals of one commit on one machine; `keys` are the numbers that gate, `counted` the counts."""

    recorded_at: str
    commit: str
    target: str
    suite: str
    environment: Environment
    keys: tuple[Key, ...]
    counted: frozenset[Key]
    rehearsals: tuple[Rehearsal, ...]
