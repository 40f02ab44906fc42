"""How it was measured: builds, machine, blocks, seed, and what the run could have detected."""

from collections.abc import Sequence
from statistics import median

from perf.model.build import Build
from perf.model.metric import NEIGHBOUR_LOAD
from perf.model.run import Mode, Run, RunHeader
from perf.model.units import BYTES_PER_MIB
from perf.model.verdict import Basis, Finding
from perf.report.document import Fact, Phrase
from perf.report.format import bare_title, duration, limit, part_of_whole, short
from perf.report.phrase import code, joined, plain

_SHORT_SHA = 7


def facts_of(run: Run, findings: Sequence[Finding]) -> tuple[Fact, ...]:
    """What a reader needs to trust or repeat the numbers, a line each."""
    header = run.header
    if header.mode is Mode.INGESTED:
        return _ingested(run, findings)
    facts = [
        Fact(label="Baseline", value=_baseline(header)),
        Fact(label="This change", value=_build(header.candidate)),
        Fact(label="Target and suite", value=(*code(header.target), *plain(", "), *code(header.suite))),
        Fact(label="Machine", value=_machine(header)),
        Fact(label="Placement", value=code(header.placement) or plain("not pinned")),
        Fact(label="Blocks", value=_blocks(run)),
        Fact(label="Neighbours", value=_neighbours(run)),
        Fact(label="Seed", value=code(str(header.seed))),
        Fact(label="Could have detected", value=_detectable(findings)),
        Fact(label="Controls", value=_controls(findings)),
    ]
    facts.extend(
        Fact(
            label="On a target",
            value=(
                *code(_place(finding)),
                *plain(f" {bare_title(finding)} {limit(finding)}: {finding.note}"),
            ),
        )
        for finding in findings
        if finding.note
    )
    facts.extend(
        Fact(label="Not run", value=(*code(skip.place), *plain(": "), *code(skip.reason)))
        for skip in header.skips
    )
    return tuple(fact for fact in facts if fact.value)


def _place(finding: Finding) -> str:
    return f"{finding.key.scenario}/{finding.key.part}"


def _ingested(run: Run, findings: Sequence[Finding]) -> tuple[Fact, ...]:
    """What is known where another tool measured."""
    header = run.header
    base = "" if header.base is None else header.base.source.label
    facts = (
        Fact(label="Baseline", value=code(base)),
        Fact(label="This change", value=code(header.candidate.source.label)),
        Fact(label="Measured by", value=code(header.target)),
        Fact(label="Samples", value=plain(f"at most {len(run.blocks)} a side, paired in their order")),
        Fact(label="Could have detected", value=_detectable(findings)),
    )
    return tuple(fact for fact in facts if fact.value)


def short_sha(build: Build) -> str:
    """What people call the commit: seven digits, or the label where there is no commit."""
    return build.source.commit[:_SHORT_SHA] or build.source.label


def _baseline(header: RunHeader) -> Phrase:
    if header.mode is Mode.CRITERIA_ONLY:
        return plain("nothing (criteria only)")
    if header.mode is Mode.BASELINE_ONLY or header.base is None:
        return plain("the committed baseline (no base build)")
    return _build(header.base)


def _build(build: Build) -> Phrase:
    dirty = " with uncommitted changes" if build.source.dirty else ""
    kind = "release build" if build.release else "DEBUG BUILD"
    sha, label = short_sha(build), build.source.label
    tagged = () if not label or sha in label else (*plain(" ("), *code(label), *plain(")"))
    named = (*code(label if sha in label else sha), *tagged, *plain(f"{dirty}, {kind}"))
    return (*named, *plain(", "), *code(build.toolchain)) if build.toolchain else named


def _machine(header: RunHeader) -> Phrase:
    machine = header.environment
    size = plain(f"{machine.cores} cores, {short(machine.memory_bytes / (BYTES_PER_MIB * 1024))} GiB")
    texts = (machine.image, machine.cpu_model, f"Linux {machine.kernel}", f"Python {machine.python}")
    return joined([*(code(text) for text in texts if text.strip()), size], last=", ")


def _blocks(run: Run) -> Phrase:
    if not run.blocks:
        return ()
    repeated = [block for block in run.blocks if block.number > 0]
    measured_ns = sum(block.duration_ns for block in run.blocks)
    worst = max((block.steal_ratio for block in run.blocks), default=0.0)
    stolen = f"; the host took at most {part_of_whole(worst)} of the CPU away" if worst >= 0.001 else ""
    once = " and what runs once" if len(repeated) < len(run.blocks) else ""
    told = (
        f"{len(repeated)} of fresh processes, measured in turns{once}, {duration(measured_ns)} in all{stolen}"
    )
    return plain(told)


def _neighbours(run: Run) -> Phrase:
    """What others took of the cores, by the medians over blocks: in the middle of the parts, and at most."""
    values: dict[tuple[str, str], list[float]] = {}
    for block in run.blocks:
        for record in block.parts:
            if NEIGHBOUR_LOAD.name in record.values:
                place = values.setdefault((record.scenario, record.part), [])
                place.append(record.values[NEIGHBOUR_LOAD.name])
    if not values:
        return ()
    taken = {place: median(each) for place, each in values.items()}
    most = max(taken, key=taken.__getitem__)
    middle = part_of_whole(median(taken.values()))
    told = plain(f"other processes took {middle} of the cores in use")
    if len(taken) == 1:
        return told
    return (*told, *plain(f", and at most {part_of_whole(taken[most])}: in "), *code("/".join(most)))


def _controls(findings: Sequence[Finding]) -> Phrase:
    """What the run said where the change is known."""
    told = [finding.text for finding in findings if finding.basis is Basis.CONTROL]
    return plain("; ".join(told))


def _detectable(findings: Sequence[Finding]) -> Phrase:
    """The smallest loss that would have shown, per metric: that of its noisiest part."""
    worst: dict[str, float] = {}
    for finding in findings:
        if finding.detectable is not None and finding.gating:
            worst[finding.title] = max(worst.get(finding.title, 0.0), finding.detectable)
    ordered = sorted(worst.items(), key=lambda item: (item[1], item[0]))
    return plain(", ".join(f"{name} ≥ {part_of_whole(ratio)}" for name, ratio in ordered))
