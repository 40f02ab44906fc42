"""What the judge allows: error rates, looks and limits."""

from collections.abc import Mapping
from dataclasses import dataclass

from perf.model.metric import Key
from perf.model.units import s_to_ns


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A compared number may be worse than its baseline by up to this ratio."""

    ceiling_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A criterion may be missed as far as this value, in the unit of its metric."""

    worst: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Lets one number be worse than it must be, through the day `expires` (ISO 8601, UTC)."""

    key: Key
    allows: Loss | Miss
    expires: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Read from the base commit's configuration, so that a change cannot loosen its own gate.

    `alpha` is the false-red probability of a whole gate run; `looks` are block counts, rising.
    `budget_ns`: no look is waited for that would end beyond this time of measuring blocks.
    `limits` maps a key text or a metric name to a limit ratio and overrides the metric's own.
    `collapse_ratio`: an improvement beyond it is taken for a failure of the measurement, not for a pass.
    Each request proves its passage and its content, so the default believes more than other gates could.
    `creep_factor`: how many of its limits a number may lose over many changes before the creep guard is red.
    The rig was the bottleneck if it used more than `max_engine_ratio` of its cores, or if more than
    `max_lag_ratio` of an open loop's requests were taken up late by the schedule itself.
    A criterion on a time or a rate that is missed while others took more than `max_neighbour_ratio` of the
    cores in use cannot be told, as far as that explains the miss.
    """

    alpha: float
    looks: tuple[int, ...]
    budget_ns: int
    limits: Mapping[str, float]
    waivers: tuple[Waiver, ...]
    creep_factor: float
    collapse_ratio: float
    max_engine_ratio: float
    max_lag_ratio: float
    max_neighbour_ratio: float
    min_valid_ratio: float
    fail_on_inconclusive: bool


DEFAULT_POLICY = Policy(
    alpha=0.01,
    looks=(6, 10, 16, 24),
    budget_ns=s_to_ns(270),
    limits={},
    waivers=(),
    creep_factor=2.0,
    collapse_ratio=0.75,
    max_engine_ratio=0.90,
    max_lag_ratio=0.05,
    max_neighbour_ratio=0.15,
    min_valid_ratio=0.80,
    fail_on_inconclusive=False,
)
