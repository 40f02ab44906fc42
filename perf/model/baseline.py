"""A committed baseline: what a target's metrics were in several independent runs, per kind of machine."""

from dataclasses import dataclass

from perf.model.build import Environment
from perf.model.metric import Direction, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineEntry:
    """One metric of one part: a value per independent run, as stored.

    `best` is the best median that any recorded baseline had, first measured at `best_commit`: the level
    that the creep guard counts from, however often the baseline was recorded anew since.
    """

    scenario: str
    part: str
    metric: str
    unit: Unit
    direction: Direction
    limit_ratio: float
    gating: bool
    values: tuple[float, ...]
    best: float
    best_commit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineRecord:
    """What one kind of machine measured of one commit; kinds differ in CPU model or number of cores."""

    environment: Environment
    created_at: str
    commit: str
    tree: str
    entries: tuple[BaselineEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The content of `baselines/<target>/<suite>.json`; `machines` has at least one record, newest first."""

    schema_version: int
    target: str
    suite: str
    release: bool
    machines: tuple[MachineRecord, ...]
