"""What the judge concludes: cautions, findings and the verdict."""

from dataclasses import dataclass
from enum import StrEnum

from perf.model.metric import Direction, Key, Unit


class Decision(StrEnum):
    """What is known about one number."""

    REGRESSED = "regressed"
    """Worse beyond noise and beyond what is allowed. Fails."""
    SUSPECT = "suspect"
    """Worse beyond noise, but within what is allowed."""
    EQUIVALENT = "equivalent"
    """Proven to be within the limit."""
    IMPROVED = "improved"
    INCONCLUSIVE = "inconclusive"
    """The interval crosses the limit and the blocks are used up."""
    INVALID = "invalid"
    """The measurement itself failed. Never a pass."""
    MET = "met"
    """An absolute criterion holds."""
    MISSED = "missed"
    """An absolute criterion does not hold. Fails."""
    UNMEASURABLE = "not-measurable-here"
    """This machine, or what is known of this gateway, does not allow to tell. Never a pass."""
    MISSING = "missing"
    """The baseline's contract has this metric and the run does not. Fails."""
    NEW = "new"
    """The run has this metric and the contract does not."""
    COLLAPSED = "collapsed"
    """Implausibly better: something was not measured. Fails."""
    CHANGED_UNIT = "changed-unit"
    """Same name, other unit or direction than in the contract. Fails."""
    WAIVED = "waived"
    """Worse, as a waiver of the base's configuration allows for a while."""
    INFORMATIONAL = "informational"
    """Shown, never judged."""


FAILING = frozenset({Decision.REGRESSED, Decision.MISSED, Decision.MISSING, Decision.CHANGED_UNIT})
OPEN = frozenset({Decision.INCONCLUSIVE, Decision.UNMEASURABLE})
UNMEASURED = frozenset({Decision.INVALID, Decision.COLLAPSED})


class Basis(StrEnum):
    """What a number was compared with."""

    PAIRED = "paired"
    BASELINE = "committed baseline"
    CRITERION = "criterion"
    CONTRACT = "contract"
    CONTROL = "control"
    """A change that is known: none, or a planted one. Tells whether the run may be believed."""
    NOTHING = "nothing"


class Excuse(StrEnum):
    """What may have made a missed criterion look worse than the gateway is, so that it cannot be told."""

    RIG = "rig"
    NEIGHBOURS = "neighbours"


class CautionKind(StrEnum):
    """Why a number, or the whole run, deserves doubt."""

    TOO_FEW_BLOCKS = "too-few-blocks"
    SAME_BUILD = "same-build"
    NO_BASE = "no-base"
    CRITERIA_ONLY = "criteria-only"
    OTHER_MACHINE = "other-machine"
    DEBUG_BUILD = "debug-build"
    DISCARDED_BLOCKS = "discarded-blocks"
    RIG = "rig"
    NOISE = "noise"
    SKIPPED = "skipped"
    UNPINNED = "unpinned"
    CREEP = "creep"
    GATE_INPUTS = "gate-inputs"
    """The change touches files that the gate itself is made of."""
    OTHER_VERDICT = "other-verdict"
    """The measuring job had come to another verdict."""
    LABEL = "label"
    """A label of the gate that has no effect on this run, and why."""
    WAIVER = "waiver"
    ONE_PROCESS = "one-process"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caution:
    """A doubt, its cause and its cure, in one or two sentences."""

    kind: CautionKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One number judged. Values are in `unit`; changes are ratios (0.05 is 5 % more), None where unknown.

    `change`, `lower` and `upper` say how the value moved; `worse` says how far that is in the bad direction.
    `detectable` is the smallest worsening that this many blocks with this noise would have shown.
    `committed` is the committed baseline's median, None where there is none.
    `limit` is a ratio, but for basis CRITERION: there it is the target in `unit`,
    at most for lower-is-better and at least for higher-is-better.
    `note` is what a reader must know to judge the limit itself.
    `excuse` is of a criterion that was missed and is UNMEASURABLE for that reason.
    `at_worst` is what a criterion on a difference may be in truth, where others slowed what is taken off;
    None where it is as it is shown.
    """

    key: Key
    title: str
    unit: Unit
    direction: Direction
    basis: Basis
    gating: bool
    decision: Decision
    baseline: float | None
    candidate: float | None
    committed: float | None
    change: float | None
    lower: float | None
    upper: float | None
    worse: float | None
    limit: float | None
    detectable: float | None
    blocks: int
    text: str
    excuse: Excuse | None = None
    note: str = ""
    at_worst: float | None = None


class State(StrEnum):
    """What the whole run says."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NO_RESULT = "no-result"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The conclusion of a run. `settled` means that more blocks would not change it."""

    state: State
    settled: bool
    findings: tuple[Finding, ...]
    cautions: tuple[Caution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a run gave no result at all: the phase that failed, what, where, the cure, the last log lines."""

    phase: str
    what: str
    where: str
    cure: str
    log: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A maintainer's word that the regressions of one commit are wanted."""

    login: str
    sha: str
