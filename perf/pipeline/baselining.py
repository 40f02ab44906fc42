"""Records a committed baseline: independent runs of one build, each with fresh processes throughout."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from perf.errors import MeasureError, UsageError
from perf.judge.baseline import entries_of, uneven
from perf.judge.counted import is_uncounted
from perf.model.baseline import BaselineEntry, MachineRecord
from perf.model.run import Block
from perf.pipeline.block import measure_block
from perf.pipeline.counting import Counting, counter_for
from perf.pipeline.machine import environment
from perf.pipeline.once import measure_once
from perf.pipeline.order import Order
from perf.pipeline.progress import HowFar, Listener
from perf.pipeline.workbench import build_arms, workbench

MIN_RUNS = 5


def record_baseline(order: Order, *, runs: int, listener: Listener) -> MachineRecord:
    """Measure the candidate alone, `runs` times from scratch, and give what this machine has to say.

    UsageError for a dirty tree, a debug build or fewer than five runs: such a baseline could not be trusted.
    MeasureError if a run had an invalid part or did not measure what the others did.
    """
    _refuse(order, runs=runs)
    order = replace(order, controls=False)
    counter = counter_for(order)
    builds = build_arms(order, listener=listener)
    blocks: list[Block] = []
    for number in range(1, runs + 1):

        def say(doing: str, how_far: HowFar | None = None, *, number: int = number) -> None:
            listener.block(number, at_most=runs, doing=doing, how_far=how_far)

        scratch = order.state / "baseline" / f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
        with workbench(order, builds, scratch=scratch) as bench:
            measured: list[Block] = []
            if bench.once:
                measure_once(bench, say=say, keep=measured.append)
            block = Counting(bench, counter).add(measure_block(bench, number, say=say), say=say)
            measured.append(block)
            parts = tuple(part for each in measured for part in each.parts)
            blocks.append(_valid(replace(block, parts=parts)))
    return MachineRecord(
        environment=environment(),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        commit=order.candidate.commit,
        tree=order.candidate.tree,
        entries=_entries(blocks, order=order, runs=runs),
    )


def _refuse(order: Order, *, runs: int) -> None:
    reasons = (
        ("the working tree has changes that no commit holds", "Commit them first.", order.candidate.dirty),
        ("a debug build is no baseline", "Leave out --debug.", not order.release),
        (f"{runs} runs are too few", f"Give --runs {MIN_RUNS} or more.", runs < MIN_RUNS),
    )
    for what, cure, applies in reasons:
        if applies:
            raise UsageError(f"No baseline recorded: {what}", where=str(order.repo), cure=cure)


def _valid(block: Block) -> Block:
    """A block without a problem; one bad slice spoils the whole baseline."""
    for record in block.parts:
        if record.problems and not is_uncounted(record):
            raise MeasureError(
                f"No baseline recorded: {record.problems[0]}",
                where=f"{record.scenario}/{record.part}, {record.arm}",
                cure="Run it again on a quieter or larger machine.",
            )
    return block


def _entries(blocks: Sequence[Block], *, order: Order, runs: int) -> tuple[BaselineEntry, ...]:
    entries = entries_of(
        blocks, scenarios=order.scenarios, policy=order.policy, commit=order.candidate.commit
    )
    for key, count in uneven(entries, runs=runs).items():
        raise MeasureError(
            f"No baseline recorded: {key.text} was measured in {count} of {runs} runs",
            where=str(order.state / "baseline"),
            cure="Look into the gateway's log; if the machine is noisy, run it again.",
        )
    return entries
