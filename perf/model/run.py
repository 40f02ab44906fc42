"""What a run measured: its header and its blocks, as kept on disk and judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from perf.model.build import Build, Environment


class Arm(StrEnum):
    """Which side of a block a number belongs to."""

    BASELINE = "baseline"
    CANDIDATE = "candidate"
    RIG = "rig"
    """The engine against the upstream itself."""


class Mode(StrEnum):
    """What the candidate is compared with."""

    PAIRED = "paired"
    """A base build, measured in the same blocks; committed baselines check the contract."""
    BASELINE_ONLY = "baseline-only"
    """No base build: committed baselines alone decide."""
    CRITERIA_ONLY = "criteria-only"
    """Neither: the scenarios' absolute criteria alone decide."""
    INGESTED = "ingested"
    """Other tools' results of both sides; how they were built and measured is not known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A stretch of a part in which instances change, from `at_ns` after its start to the next stretch.

    Of its `requests`, `failed` did not end well and `moved` were answered by another instance than the one
    before of the same client key. `slowest_ns` is the longest E2E of a good answer, 0 if there was none.
    `arrivals` are attempts by instance, answered or not; `events` say what happened.
    """

    at_ns: int
    requests: int
    failed: int
    moved: int
    slowest_ns: int
    arrivals: Mapping[str, int]
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRecord:
    """One part, one arm, one block: metric name -> value, counter name -> count, and what was wrong.

    Counters: requests, ok, client-4xx, server-5xx, network, timeout, stream, wrong-content, aborted,
    and instance:NAME for the requests that NAME answered. A problem makes the part INVALID in this block.
    `timeline` is of a part in which instances change.
    """

    scenario: str
    part: str
    arm: Arm
    values: Mapping[str, float]
    counts: Mapping[str, int]
    problems: tuple[str, ...]
    timeline: tuple[Moment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fresh process per arm, measured interleaved: the statistical unit. Number 0: what runs once."""

    number: int
    first_arm: Arm
    started_at: str
    duration_ns: int
    steal_ratio: float
    parts: tuple[PartRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """A scenario of the suite that was not run, and why; or a part of one that was."""

    scenario: str
    reason: str
    part: str = ""

    @property
    def place(self) -> str:
        """What was not run, as one word."""
        return f"{self.scenario}/{self.part}" if self.part else self.scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHeader:
    """Everything about a run but its numbers. `base` is None where no base build exists.

    `workflow_run` and `workflow_attempt` are GitHub's, 0 elsewhere.
    """

    run_id: str
    started_at: str
    suite: str
    target: str
    mode: Mode
    base: Build | None
    candidate: Build
    environment: Environment
    seed: int
    scenarios: tuple[str, ...]
    skips: tuple[Skip, ...]
    placement: str
    repository: str
    head_sha: str
    pull_request: int
    workflow_run: int = 0
    workflow_attempt: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A header and the blocks measured so far; `notes` say what was dropped when it was read back."""

    header: RunHeader
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()
