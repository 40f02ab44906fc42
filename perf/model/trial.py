"""What became of trying which scenarios a target can serve."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What one scenario's requests came to."""

    WORKS = "works"
    """A request of each part was answered well, and reached an upstream by way of the gateway.

    What the target claims for the scenario was seen as well; not how fast, how long or under what load.
    """
    PARTLY = "works in part"
    """The same of those parts that ask for nothing which the target does not claim."""
    NOT_SUPPORTED = "not supported"
    """The target does not claim what the scenario needs."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One scenario on one target; `reason` says why it, or a part of it, does not work, "" where all does."""

    scenario: str
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """All scenarios on one target, at `tried_at` (ISO 8601), on the build of `source`."""

    target: str
    tried_at: str
    source: str
    trials: tuple[Trial, ...]
