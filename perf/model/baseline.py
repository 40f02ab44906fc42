"""A committed baseline: what a target's metrics were in several independent runs."""

from dataclasses import dataclass

from perf.model.build import Environment
from perf.model.metric import Direction, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineEntry:
    """One metric of one part: a value per independent run, as stored."""

    scenario: str
    part: str
    metric: str
    unit: Unit
    direction: Direction
    limit_ratio: float
    gating: bool
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The content of `baselines/<target>/<suite>.json`."""

    schema_version: int
    target: str
    suite: str
    created_at: str
    commit: str
    tree: str
    release: bool
    environment: Environment
    entries: tuple[BaselineEntry, ...]
