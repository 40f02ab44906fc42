"""A whole gate run: build, measure block by block, judge at each look, stop when it is settled."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from perf.errors import PerfgateError
from perf.judge.counted import COUNTED_BLOCKS, counts_disagree
from perf.judge.plan import out_of_time
from perf.judge.verdict import conclude
from perf.model.build import Build
from perf.model.run import Arm, Block, Run, RunHeader
from perf.model.verdict import Failure, Verdict
from perf.pipeline.block import measure_block
from perf.pipeline.counting import Counting, counter_for
from perf.pipeline.machine import environment
from perf.pipeline.once import measure_once
from perf.pipeline.order import Order, require_something
from perf.pipeline.placement import own_cores, place
from perf.pipeline.progress import Listener
from perf.pipeline.workbench import build_arms, workbench
from perf.store.runs import RunStore, write_failure
from perf.sut.counter import Counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A run that came to a verdict, and where it is on disk."""

    run: Run
    verdict: Verdict
    directory: Path


class _Record:
    """What is on disk so far, and which stage a failure would belong to."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.store: RunStore | None = None
        self.phase = "plan"
        self.blocks: list[Block] = []

    @property
    def durations_ns(self) -> list[int]:
        """How long each block took, without what runs once: a suite with much of that has its blocks too."""
        return [block.duration_ns for block in self.blocks if block.number]

    def keep(self, block: Block) -> None:
        """Add a block; it is on disk before the next one begins."""
        assert self.store is not None
        self.store.append(block)
        self.blocks.append(block)


def run_gate(order: Order, *, listener: Listener, disguised: bool = False) -> Result:
    """Carry out an order. What was measured is on disk however it ends.

    `disguised` hides from the judge that both sides are the same build, to see what it would have said.
    The run directory is `state/runs/<run id>`. A PerfgateError or a Ctrl-C leaves `failure.json` there.
    """
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{order.seed & 0xFFFFFF:06x}"
    record = _Record(order.state / "runs" / run_id)
    with _failures_recorded(record):
        require_something(order)
        counter = counter_for(order)
        record.phase = "build"
        builds = build_arms(order, listener=listener)
        if disguised:
            builds[Arm.CANDIDATE] = replace(
                builds[Arm.CANDIDATE], key=f"{builds[Arm.CANDIDATE].key}-disguised"
            )
        header = _header(order, builds, run_id=run_id)
        record.store = RunStore.create(order.state / "runs", header)
        record.phase = "measurement"
        verdict = _measure(order, builds, counter=counter, header=header, record=record, listener=listener)
        record.phase = "judging"
        record.store.finish(verdict)
    run = Run(header=header, blocks=tuple(record.blocks))
    return Result(run=run, verdict=verdict, directory=record.directory)


def _measure(
    order: Order,
    builds: dict[Arm, Build],
    *,
    counter: Counter | None,
    header: RunHeader,
    record: _Record,
    listener: Listener,
) -> Verdict:
    """Block 0, then blocks until a look settles it; the verdict is that of the last look."""
    at_most = order.policy.looks[-1]

    def verdict() -> Verdict:
        run = Run(header=header, blocks=tuple(record.blocks))
        return conclude(run, scenarios=order.scenarios, baseline=order.baseline, policy=order.policy)

    with workbench(order, builds, scratch=record.directory / "gateways") as bench:
        counting, disagreeing = Counting(bench, counter), False
        if bench.once:
            once = partial(listener.block, 0, at_most=at_most)
            measure_once(
                bench, say=lambda doing, how_far: once(doing=doing, how_far=how_far), keep=record.keep
            )
        for number in range(1, at_most + 1) if bench.repeats else ():

            def say(doing: str, number: int = number) -> None:
                listener.block(number, at_most=at_most, doing=doing)

            block = measure_block(bench, number, say=say)
            counted = number <= COUNTED_BLOCKS or disagreeing
            record.keep(counting.add(block, say=say) if counted else block)
            if number in order.policy.looks:
                concluded = verdict()
                if concluded.settled:
                    return concluded
                disagreeing = counts_disagree(concluded, order.scenarios)
            if out_of_time(record.durations_ns, policy=order.policy):
                listener.say("no time for another look within the budget")
                break
    return verdict()


def _header(order: Order, builds: dict[Arm, Build], *, run_id: str) -> RunHeader:
    return RunHeader(
        run_id=run_id,
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        suite=order.suite,
        target=order.target.name,
        mode=order.mode,
        base=builds.get(Arm.BASELINE),
        candidate=builds[Arm.CANDIDATE],
        environment=environment(),
        seed=order.seed,
        scenarios=order.expected,
        skips=order.skips,
        placement=place(own_cores()).text,
        repository=order.repository,
        head_sha=order.head_sha,
        pull_request=order.pull_request,
        workflow_run=order.workflow_run,
        workflow_attempt=order.workflow_attempt,
    )


@contextmanager
def _failures_recorded(record: _Record) -> Iterator[None]:
    """Leave on disk why a run came to no verdict."""
    try:
        yield
    except PerfgateError as error:
        error.phase = record.phase
        failure = Failure(
            phase=record.phase, what=error.what, where=error.where, cure=error.cure, log=error.log
        )
        write_failure(record.directory, failure)
        raise
    except KeyboardInterrupt:
        measured = sum(1 for block in record.blocks if block.number)
        failure = Failure(
            phase=record.phase,
            what=f"The run was interrupted after {measured} whole blocks",
            where=str(record.directory),
            cure="Run it again; what was measured until then is in blocks.jsonl.",
            log=(),
        )
        write_failure(record.directory, failure)
        raise
