"""`perfgate baseline`: record the numbers that a repository commits, or put recorded evidence together."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from perf.commands.ordering import Choices, baseline_file, recording_order
from perf.commands.output import tell_outputs
from perf.errors import BaselineError, Exit, UsageError
from perf.judge.baseline import pooled, ratcheted
from perf.judge.changes import changes_in_words, machine_name
from perf.judge.stored import key_of
from perf.model.baseline import Baseline, MachineRecord
from perf.pipeline.baselining import MIN_RUNS, record_baseline
from perf.pipeline.order import Order
from perf.pipeline.progress import listener
from perf.store.baselines import read_baseline, write_baseline
from perf.store.schema import BASELINE_VERSION

EVERY = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What `perfgate baseline` was asked for.

    With `evidence` nothing is measured: the files are put together. `new_levels` are keys, or "all",
    whose level of the creep guard starts anew.
    """

    runs: int
    evidence: tuple[Path, ...]
    into: Path | None
    new_levels: tuple[str, ...]
    quiet: bool


def baseline(choices: Choices, recording: Recording, *, env: Mapping[str, str]) -> Exit:
    """Measure the committed tree several times, write the file, and say in words what changed.

    What other kinds of machines recorded before stays in the file. Its path is also the step output `path`.
    """
    order = recording_order(choices, env=env)
    path = recording.into or baseline_file(order)
    before = read_baseline(path) if path.exists() else None
    fresh = _evidence(recording.evidence, order) if recording.evidence else (_measured(order, recording),)
    kept = () if before is None else before.machines
    after = Baseline(
        schema_version=BASELINE_VERSION,
        target=order.target.name,
        suite=order.suite,
        release=True,
        machines=_levelled(pooled((*fresh, *_of_others(kept, fresh))), before, recording=recording),
    )
    write_baseline(path, after)
    shown = path.relative_to(order.repo) if path.is_relative_to(order.repo) else path
    tell_outputs({"path": str(shown)}, env)
    for line in changes_in_words(before, after):
        sys.stdout.write(line + "\n")
    for record in after.machines:
        runs = max((len(entry.values) for entry in record.entries), default=0)
        sys.stdout.write(
            f"{path}: {len(record.entries)} numbers from {runs} runs of {record.commit[:9]} "
            f"on {machine_name(record)}\n"
        )
    return Exit.PASS


def _measured(order: Order, recording: Recording) -> MachineRecord:
    hears = listener(sys.stderr, quiet=recording.quiet, colour=False)
    try:
        return record_baseline(order, runs=recording.runs, listener=hears)
    finally:
        hears.close()


def _evidence(files: Sequence[Path], order: Order) -> tuple[MachineRecord, ...]:
    """The records of baseline files, all of the order's target and suite and of at least five runs."""
    records: list[MachineRecord] = []
    for path in files:
        found = read_baseline(path)
        if (found.target, found.suite) != (order.target.name, order.suite):
            raise BaselineError(
                f"The evidence is of target {found.target}, suite {found.suite}",
                where=str(path),
                cure=f"Give evidence of {order.target.name}, {order.suite}; or say --target and --suite.",
            )
        records.extend(found.machines)
    for entry in (entry for record in pooled(records) for entry in record.entries):
        if len(entry.values) < MIN_RUNS:
            raise BaselineError(
                f"{key_of(entry).text} has {len(entry.values)} runs; {MIN_RUNS} are needed",
                where=", ".join(map(str, files)),
                cure="Record more runs on that kind of machine.",
            )
    return tuple(records)


def _of_others(kept: Sequence[MachineRecord], fresh: Sequence[MachineRecord]) -> tuple[MachineRecord, ...]:
    """The records of kinds of machines that nothing new was measured on."""
    renewed = {each.environment.kind for each in fresh}
    return tuple(each for each in kept if each.environment.kind not in renewed)


def _levelled(
    records: tuple[MachineRecord, ...], before: Baseline | None, *, recording: Recording
) -> tuple[MachineRecord, ...]:
    known = {key_of(entry).text for record in records for entry in record.entries}
    wanted = set(recording.new_levels)
    unknown = sorted(wanted - known - {EVERY})
    if unknown:
        raise UsageError(
            f"No number of this baseline is called {unknown[0]!r}",
            where="--new-level",
            cure=f'Give "scenario/part/metric" as in the file, or {EVERY}.',
        )
    return ratcheted(records, before, forget=known if EVERY in wanted else wanted)
