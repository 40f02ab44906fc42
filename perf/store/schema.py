"""The shapes of stored files: what a reader accepts, field by field, and nothing else."""

from typing import Annotated

from msgspec import Meta, Struct

from perf.model.metric import Direction, Unit
from perf.model.run import Arm, Mode
from perf.model.verdict import Basis, CautionKind, Decision, Excuse, State

SCHEMA_VERSION = 1
"""Of the files of a run. Raise it when a reader of the former version would go wrong."""
BASELINE_VERSION = 2
"""Of committed baselines; likewise."""

# Patterns are read by Python, whose `$` allows a line feed after it, and by JSON Schema, which has no `\Z`.
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:+\[\]-]{0,95}$(?!\n)")]
"""A word that names something: scenario, part, metric, counter, target, suite."""
NameIfAny = Annotated[str, Meta(pattern=r"^([A-Za-z0-9][A-Za-z0-9._:+\[\]-]{0,95})?$(?!\n)")]
"""The same, or nothing. (To msgspec a union with a literal "" would be the name alone.)"""
Text = Annotated[str, Meta(max_length=2_000)]
Line = Annotated[str, Meta(max_length=400)]
Time = Annotated[
    str, Meta(pattern=r"^2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|\+00:00)$(?!\n)")
]
"""A second in UTC. Whether there is such a day, a pattern cannot tell."""
Hex = Annotated[str, Meta(pattern=r"^[0-9a-f]{0,64}$(?!\n)")]
Number = Annotated[float, Meta(ge=-1e18, le=1e18)]
"""The bounds keep NaN and the infinities out."""
Ratio = Annotated[float, Meta(ge=0, le=1e6)]
Count = Annotated[int, Meta(ge=0, le=10**18)]


class Strict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all stored shapes share: every field is needed and no other is allowed."""


class SourceShape(Strict, frozen=True):
    """perf.model.build.Source."""

    label: Line
    commit: Hex
    tree: Hex
    dirty: bool


class BuildShape(Strict, frozen=True):
    """perf.model.build.Build; the two paths of the machine that made it are empty."""

    target: Name
    source: SourceShape
    key: Line
    directory: Annotated[str, Meta(max_length=0)]
    interpreter: Annotated[str, Meta(max_length=0)]
    release: bool
    reused: bool
    toolchain: Line


class EnvironmentShape(Strict, frozen=True):
    """perf.model.build.Environment."""

    cpu_model: Line
    cores: Count
    memory_bytes: Count
    kernel: Line
    image: Line
    python: Line
    tool_version: Line


class MomentShape(Strict, frozen=True):
    """perf.model.run.Moment."""

    at_ns: Count
    requests: Count
    failed: Count
    moved: Count
    slowest_ns: Count
    arrivals: dict[Name, Count]
    events: Annotated[tuple[Line, ...], Meta(max_length=100)]


class PartShape(Strict, frozen=True, omit_defaults=True):
    """perf.model.run.PartRecord."""

    scenario: Name
    part: Name
    arm: Arm
    values: dict[Name, Number]
    counts: dict[Name, Count]
    problems: Annotated[tuple[Text, ...], Meta(max_length=100)]
    timeline: Annotated[tuple[MomentShape, ...], Meta(max_length=1_000)] = ()


class BlockShape(Strict, frozen=True):
    """perf.model.run.Block: one line of blocks.jsonl."""

    number: Count
    first_arm: Arm
    started_at: Line
    duration_ns: Count
    steal_ratio: Ratio
    parts: Annotated[tuple[PartShape, ...], Meta(max_length=1_000)]


class SkipShape(Strict, frozen=True, omit_defaults=True):
    """perf.model.run.Skip."""

    scenario: Name
    reason: Text
    part: NameIfAny = ""


class HeaderShape(Strict, frozen=True):
    """perf.model.run.RunHeader."""

    run_id: Name
    started_at: Time
    suite: Name
    target: Name
    mode: Mode
    base: BuildShape | None
    candidate: BuildShape
    environment: EnvironmentShape
    seed: Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
    scenarios: Annotated[tuple[Name, ...], Meta(max_length=200)]
    skips: Annotated[tuple[SkipShape, ...], Meta(max_length=200)]
    placement: Line
    repository: Annotated[str, Meta(pattern=r"^([A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100})?$(?!\n)")]
    head_sha: Hex
    pull_request: Count
    workflow_run: Count = 0
    workflow_attempt: Count = 0


class HeaderFile(Strict, frozen=True):
    """run.json."""

    schema_version: Count
    header: HeaderShape


class CautionShape(Strict, frozen=True):
    """perf.model.verdict.Caution."""

    kind: CautionKind
    text: Text


class FindingShape(Strict, frozen=True, omit_defaults=True):
    """perf.model.verdict.Finding; `key` is scenario, part, metric."""

    key: tuple[Name, Name, Name]
    title: Line
    unit: Unit
    direction: Direction
    basis: Basis
    gating: bool
    decision: Decision
    baseline: Number | None
    candidate: Number | None
    committed: Number | None
    change: Number | None
    lower: Number | None
    upper: Number | None
    worse: Number | None
    limit: Number | None
    detectable: Number | None
    blocks: Count
    text: Text
    excuse: Excuse | None = None
    note: str = ""
    at_worst: Number | None = None


class VerdictShape(Strict, frozen=True):
    """perf.model.verdict.Verdict."""

    state: State
    settled: bool
    findings: Annotated[tuple[FindingShape, ...], Meta(max_length=5_000)]
    cautions: Annotated[tuple[CautionShape, ...], Meta(max_length=1_000)]


class VerdictFile(Strict, frozen=True):
    """verdict.json."""

    schema_version: Count
    verdict: VerdictShape


class FailureShape(Strict, frozen=True):
    """perf.model.verdict.Failure."""

    phase: Line
    what: Text
    where: Text
    cure: Text
    log: Annotated[tuple[Text, ...], Meta(max_length=100)]


class FailureFile(Strict, frozen=True):
    """failure.json."""

    schema_version: Count
    failure: FailureShape


class EntryShape(Strict, frozen=True):
    """perf.model.baseline.BaselineEntry."""

    scenario: Name
    part: Name
    metric: Name
    unit: Unit
    direction: Direction
    limit_ratio: Ratio
    gating: bool
    values: Annotated[tuple[Number, ...], Meta(min_length=1, max_length=10_000)]
    best: Number
    best_commit: Hex


class MachineShape(Strict, frozen=True):
    """perf.model.baseline.MachineRecord."""

    environment: EnvironmentShape
    created_at: Line
    commit: Hex
    tree: Hex
    entries: Annotated[tuple[EntryShape, ...], Meta(max_length=5_000)]


class BaselineShape(Strict, frozen=True):
    """perf.model.baseline.Baseline: baselines/<target>/<suite>.json."""

    schema_version: Count
    target: Name
    suite: Name
    release: bool
    machines: Annotated[tuple[MachineShape, ...], Meta(min_length=1, max_length=100)]
