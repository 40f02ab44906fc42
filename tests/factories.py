"""Realistic values to start a test from; a test changes only what matters to it."""

from collections.abc import Mapping
from statistics import median

from perf.model.baseline import Baseline, BaselineEntry, MachineRecord
from perf.model.build import Build, Environment, Source
from perf.model.metric import E2E_P50, QPS, Metric
from perf.model.run import Arm, Block, Mode, Moment, PartRecord, Run, RunHeader, Skip
from perf.store.schema import BASELINE_VERSION
from tests.judged import a_caution, a_criterion, a_failure, a_finding, a_verdict

__all__ = [
    "a_baseline",
    "a_block",
    "a_build",
    "a_caution",
    "a_criterion",
    "a_failure",
    "a_finding",
    "a_header",
    "a_part",
    "a_record",
    "a_run",
    "a_source",
    "a_verdict",
    "an_entry",
    "an_environment",
]

BASE_COMMIT = "4be0a77c1d2e3f405162738495a6b7c8d9e0f102"
HEAD_COMMIT = "9f3c1e25a6b7c8d9e0f1021324354657687980a1"
STARTED_AT = "2026-11-23T09:41:07Z"


def a_source(*, label: str = "main", commit: str = BASE_COMMIT, dirty: bool = False) -> Source:
    """A commit of the base branch."""
    return Source(label=label, commit=commit, tree=commit[::-1], dirty=dirty)


def a_build(*, source: Source | None = None, key: str = "k-base", release: bool = True) -> Build:
    """A release build of the reference gateway."""
    return Build(
        target="reference",
        source=a_source() if source is None else source,
        key=key,
        directory="",
        interpreter="",
        release=release,
        reused=False,
        toolchain="CPython 3.11.9, python -O",
    )


def an_environment(*, cpu_model: str = "AMD EPYC 7763 64-Core Processor", cores: int = 4) -> Environment:
    """A runner hosted by GitHub."""
    return Environment(
        cpu_model=cpu_model,
        cores=cores,
        memory_bytes=16_773_898_240,
        kernel="6.8.0-1017-azure",
        image="ubuntu-24.04 20261109.1",
        python="3.11.9",
        tool_version="0.1.0",
    )


def a_header(
    *,
    run_id: str = "20261123-094107-9f3c1e2",
    base: Build | None = None,
    mode: Mode = Mode.PAIRED,
    scenarios: tuple[str, ...] = ("baseline-latency", "sticky-sessions", "streaming"),
    skips: tuple[Skip, ...] = (),
) -> RunHeader:
    """A paired run of a pull request; `base` is filled in unless the mode has none."""
    candidate = a_source(label="pull request 7", commit=HEAD_COMMIT)
    paired_base = a_build() if base is None else base
    return RunHeader(
        run_id=run_id,
        started_at=STARTED_AT,
        suite="fast",
        target="reference",
        mode=mode,
        base=paired_base if mode is Mode.PAIRED else None,
        candidate=a_build(source=candidate, key="k-candidate"),
        environment=an_environment(),
        seed=20_261_123,
        scenarios=scenarios,
        skips=skips,
        placement="gateway on CPU 1, engine and upstream on CPU 0, 2 and 3",
        repository="acme/gateway",
        head_sha=HEAD_COMMIT,
        pull_request=7,
    )


def a_part(
    *,
    scenario: str = "baseline-latency",
    part: str = "main",
    arm: Arm = Arm.CANDIDATE,
    values: Mapping[str, float] | None = None,
    counts: Mapping[str, int] | None = None,
    problems: tuple[str, ...] = (),
    timeline: tuple[Moment, ...] = (),
) -> PartRecord:
    """One part of one arm in one block, without errors."""
    return PartRecord(
        scenario=scenario,
        part=part,
        arm=arm,
        values={"e2e-p50": 812_000.0, "qps": 1_180.0} if values is None else values,
        counts={"requests": 1_000, "ok": 1_000, "instance:openai-0": 1_000} if counts is None else counts,
        problems=problems,
        timeline=timeline,
    )


def a_block(*, number: int = 1, parts: tuple[PartRecord, ...] | None = None) -> Block:
    """One block of three scenarios, both arms."""
    return Block(
        number=number,
        first_arm=Arm.BASELINE if number % 2 else Arm.CANDIDATE,
        started_at=STARTED_AT,
        duration_ns=29_412_000_000,
        steal_ratio=0.004,
        parts=_block_parts() if parts is None else parts,
    )


def _block_parts() -> tuple[PartRecord, ...]:
    three = {"requests": 1_200, "ok": 1_199, "server-5xx": 1}
    shares = {"instance:openai-0": 402, "instance:openai-1": 396, "instance:openai-2": 401}
    streams = {"requests": 200, "ok": 198, "timeout": 2, "instance:openai-0": 200}
    parts: list[PartRecord] = []
    for arm in (Arm.BASELINE, Arm.CANDIDATE):
        parts.append(a_part(arm=arm))
        parts.append(a_part(scenario="sticky-sessions", arm=arm, counts={**three, **shares}))
        parts.append(a_part(scenario="streaming", part="reused", arm=arm, counts=streams))
    return tuple(parts)


def a_run(
    *, header: RunHeader | None = None, blocks: tuple[Block, ...] | None = None, notes: tuple[str, ...] = ()
) -> Run:
    """Ten blocks of a paired run."""
    ten = tuple(a_block(number=number) for number in range(1, 11))
    return Run(
        header=a_header() if header is None else header, blocks=ten if blocks is None else blocks, notes=notes
    )


def a_baseline(
    *,
    entries: tuple[BaselineEntry, ...] | None = None,
    machines: tuple[MachineRecord, ...] | None = None,
) -> Baseline:
    """A committed baseline of five runs."""
    return Baseline(
        schema_version=BASELINE_VERSION,
        target="reference",
        suite="fast",
        release=True,
        machines=(a_record(entries=entries),) if machines is None else machines,
    )


def a_record(
    *,
    entries: tuple[BaselineEntry, ...] | None = None,
    environment: Environment | None = None,
    commit: str = BASE_COMMIT,
    created_at: str = STARTED_AT,
) -> MachineRecord:
    """What one machine measured in five runs."""
    return MachineRecord(
        environment=an_environment() if environment is None else environment,
        created_at=created_at,
        commit=commit,
        tree=commit[::-1],
        entries=(an_entry(), an_entry(metric=QPS)) if entries is None else entries,
    )


def an_entry(
    *,
    scenario: str = "baseline-latency",
    part: str = "main",
    metric: Metric = E2E_P50,
    values: tuple[float, ...] = (811_204.0, 809_877.0, 815_020.0, 812_641.0, 810_333.0),
    best: float | None = None,
) -> BaselineEntry:
    """One metric of five runs."""
    return BaselineEntry(
        scenario=scenario,
        part=part,
        metric=metric.name,
        unit=metric.unit,
        direction=metric.direction,
        limit_ratio=metric.limit_ratio,
        gating=True,
        values=values,
        best=median(values) if best is None else best,
        best_commit=BASE_COMMIT,
    )
