"""What the reader of a verdict should doubt, with cause and cure."""

from collections.abc import Iterator, Sequence

from perf.judge.counted import is_uncounted
from perf.judge.ingest import PROCESSES
from perf.judge.stored import same_machine
from perf.model.baseline import MachineRecord
from perf.model.run import Mode, Run
from perf.model.verdict import Caution, CautionKind, Decision, Finding

_MUCH_STEAL = 0.10


def cautions_of(
    run: Run, *, record: MachineRecord | None, findings: Sequence[Finding]
) -> tuple[Caution, ...]:
    """Every doubt about this run, the gravest kinds first."""
    return (
        *_about_builds(run),
        *_about_baseline(run, record),
        *_about_tools(run),
        *_about_numbers(run, findings),
    )


def _about_builds(run: Run) -> Iterator[Caution]:
    header = run.header
    if header.mode is Mode.BASELINE_ONLY:
        yield Caution(
            kind=CautionKind.NO_BASE,
            text="No base build: committed baselines alone decide, and stored numbers drift, so that only "
            "large changes can be seen. Give a base commit with --base.",
        )
    if header.base is not None and header.base.key == header.candidate.key:
        yield Caution(
            kind=CautionKind.SAME_BUILD,
            text="Base and candidate build from the same inputs: no change is possible, "
            "and this run shows what noise looks like (A/A).",
        )
    if not all(build.release for build in (header.base, header.candidate) if build):
        yield Caution(
            kind=CautionKind.DEBUG_BUILD,
            text="A debug build was measured: its numbers say nothing about production. Omit --debug.",
        )


def _about_baseline(run: Run, record: MachineRecord | None) -> Iterator[Caution]:
    if run.header.mode is Mode.CRITERIA_ONLY:
        yield Caution(
            kind=CautionKind.CRITERIA_ONLY,
            text="Nothing was compared: the scenarios' absolute criteria alone decide, so a gateway that "
            "became slower can still meet them. Leave out --no-base to compare with a base commit.",
        )
    elif run.header.mode is Mode.INGESTED:
        return
    elif record is None:
        yield Caution(
            kind=CautionKind.NO_BASE,
            text="No committed baseline: nothing says which numbers must exist. "
            "Record one with `perfgate baseline` and commit it.",
        )
    elif not same_machine(run.header.environment, record.environment):
        yield Caution(
            kind=CautionKind.OTHER_MACHINE,
            text=f"The committed baseline comes from another machine ({record.environment.cpu_model}, "
            f"{record.environment.cores} cores): its times are only a rough guide here. "
            "Record it on this kind of machine too, with `perfgate baseline`.",
        )


def _about_tools(run: Run) -> Iterator[Caution]:
    """Samples of one process are no independent blocks, whatever tool took them."""
    lone = {
        record.scenario for block in run.blocks for record in block.parts if record.counts.get(PROCESSES) == 1
    }
    for tool in sorted(lone):
        yield Caution(
            kind=CautionKind.ONE_PROCESS,
            text=f"All samples of {tool} on one side come from one process, and share its luck: the same "
            "code differs by some percent from process to process. Run the tool several times in turns, and "
            "give --baseline and --candidate for each run.",
        )


def _about_numbers(run: Run, findings: Sequence[Finding]) -> Iterator[Caution]:
    if run.header.placement == "unpinned":
        yield Caution(
            kind=CautionKind.UNPINNED,
            text="One core only: gateway and rig share it, and all times are noisier. Use two cores or more.",
        )
    for skip in run.header.skips:
        what = f"Part {skip.part} of {skip.scenario}" if skip.part else f"Scenario {skip.scenario}"
        yield Caution(kind=CautionKind.SKIPPED, text=f"{what} was skipped: {skip.reason}.")
    records = [record for block in run.blocks for record in block.parts]
    for why in sorted({record.problems[0] for record in records if is_uncounted(record)}):
        yield Caution(kind=CautionKind.SKIPPED, text=f"{why[:1].upper()}{why[1:]}.")
    bad = {problem for record in records if not is_uncounted(record) for problem in record.problems}
    for problem in sorted(bad):
        yield Caution(
            kind=CautionKind.DISCARDED_BLOCKS, text=f"Some slices were discarded on both arms: {problem}."
        )
    stolen = [block.number for block in run.blocks if block.steal_ratio > _MUCH_STEAL]
    if stolen:
        yield Caution(
            kind=CautionKind.NOISE,
            text=f"The hypervisor took over {_MUCH_STEAL:.0%} of the CPU in {len(stolen)} of "
            f"{len(run.blocks)} blocks: other tenants are busy.",
        )
    false_alarms = [f for f in findings if f.decision is Decision.SUSPECT and "same build" in f.text]
    if false_alarms:
        yield Caution(
            kind=CautionKind.NOISE,
            text=f"{len(false_alarms)} numbers of one and the same build looked worse: a noisy machine.",
        )
