"""Counts the instructions of both builds: fresh processes under a counter, load between its readings."""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace

from perf.errors import LaunchError, MeasureError
from perf.judge.counted import summarise_counted, uncounted
from perf.model.baseline import Baseline
from perf.model.counting import CountedSlice
from perf.model.load import ClosedLoop
from perf.model.run import Arm, Block, PartRecord
from perf.model.scenario import Cadence, Part, Scenario
from perf.model.slices import Manner, SliceRecord, SliceStep
from perf.model.target import Target
from perf.pipeline.block import Bench, Say
from perf.pipeline.order import Order
from perf.pipeline.rig import Seat
from perf.sut.callgrind import CallgrindCount
from perf.sut.counter import INSTALL, Counter, find_counter
from perf.sut.hardware import HardwareCount
from perf.sut.launch import launch
from perf.sut.running import RunningSut

_Count = CallgrindCount | HardwareCount
_SAME_BUILD = "instructions were not counted, because both sides are the same build"
_NO_COUNTER = "instructions cannot be counted on this machine: it has neither usable counters nor valgrind"


def counter_for(order: Order) -> Counter | None:
    """The counter of a run; None where nothing is to be counted, or nothing can.

    Raises MeasureError, before anything is built, where the committed baseline asks for counts and
    nothing here can count.
    """
    counted = {each.name for each in order.scenarios if each.cadence is Cadence.COUNTED}
    counter = find_counter(order.counter) if counted else None
    if counter is None and order.baseline is not None and counted & _scenarios_of(order.baseline):
        raise MeasureError(
            "The committed baseline holds instructions per request, and nothing here can count them",
            where="this machine",
            cure=INSTALL,
        )
    return counter


def _scenarios_of(baseline: Baseline) -> set[str]:
    return {entry.scenario for machine in baseline.machines for entry in machine.entries}


class Counting:
    """Counts for one run, and remembers why it cannot."""

    def __init__(self, bench: Bench, counter: Counter | None) -> None:
        self._bench = bench
        self._counter = counter
        self._why = "" if counter else _NO_COUNTER
        if len({build.key for build in bench.builds.values()}) < len(bench.builds):
            self._why = _SAME_BUILD
        self._told = False

    def add(self, block: Block, *, say: Say) -> Block:
        """The block with counts of each counted scenario; or, once, with the reason why there are none."""
        started_ns = time.monotonic_ns()
        parts = [
            record
            for scenario in self._bench.scenarios
            if scenario.cadence is Cadence.COUNTED
            for record in self._records(scenario, number=block.number, say=say)
        ]
        spent_ns = time.monotonic_ns() - started_ns
        return replace(block, duration_ns=block.duration_ns + spent_ns, parts=(*block.parts, *parts))

    def _records(self, scenario: Scenario, *, number: int, say: Say) -> tuple[PartRecord, ...]:
        if self._counter is not None and not self._why:
            say(f"{scenario.name}, by {self._counter.name}")
            slices = self._count(scenario, number=number, counter=self._counter)
            if slices:
                return summarise_counted(slices, policy=self._bench.policy)
        told, self._told = self._told, True
        return () if told else uncounted(scenario, why=self._why)

    def _count(self, scenario: Scenario, *, number: int, counter: Counter) -> list[CountedSlice]:
        with ExitStack() as stack:
            suts = self._started(scenario, number=number, counter=counter, stack=stack)
            counts: dict[Arm, _Count] = {}
            for arm, sut in suts.items():
                counting: AbstractContextManager[_Count] = counter.counting(sut)
                counts[arm] = stack.enter_context(counting)
            seats = {arm: Seat(sut=sut, target=self._bench.target) for arm, sut in suts.items()}
            if not seats:
                return []
            return [
                each
                for part in scenario.parts
                for each in self._windows(scenario, part, seats=seats, counts=counts)
            ]

    def _windows(
        self, scenario: Scenario, part: Part, *, seats: Mapping[Arm, Seat], counts: Mapping[Arm, _Count]
    ) -> Iterator[CountedSlice]:
        """Both arms at once: a count does not depend on how long it takes."""
        warm = ClosedLoop(connections=1, requests=part.warmup_requests)
        self._load(scenario, replace(part, workload=warm), seats=seats)
        with ThreadPoolExecutor(len(counts)) as readers:
            before = _totals(counts, readers)
            for _ in range(part.slices):
                records = self._load(scenario, part, seats=seats)
                after = _totals(counts, readers)
                for record in records:
                    counted = after[record.arm] - before[record.arm]
                    yield CountedSlice(record=record, instructions=counted)
                before = after

    def _load(self, scenario: Scenario, part: Part, *, seats: Mapping[Arm, Seat]) -> tuple[SliceRecord, ...]:
        alone = replace(part, warmup_requests=0)
        step = SliceStep(
            scenario=scenario.name, part=alone, manner=Manner.TOGETHER, arms=tuple(sorted(seats))
        )
        return self._bench.rig.measure(step, topology=scenario.topology, seats=seats)

    def _started(
        self, scenario: Scenario, *, number: int, counter: Counter, stack: ExitStack
    ) -> dict[Arm, RunningSut]:
        """Both gateways, started at the same time; none, and the reason kept, if no build starts so."""
        target = counter.wrapped(self._bench.target)
        with ThreadPoolExecutor(len(self._bench.builds)) as starters:
            starting = {
                arm: starters.submit(
                    stack.enter_context, self._gateway(scenario, arm, target=target, number=number)
                )
                for arm in sorted(self._bench.builds)
            }
        failed = {arm: error for arm, each in starting.items() if (error := _refusal(each)) is not None}
        if not failed:
            return {arm: each.result() for arm, each in starting.items()}
        arm, error = next(iter(failed.items()))
        if len(failed) < len(starting):
            raise LaunchError(
                f"The {arm} gateway does not start to be counted, and the other one does: {error.what}",
                where=error.where,
                cure=f"Look into its log; {counter.name} runs it many times slower than usual.",
                log=error.log,
            )
        self._why = f"instructions cannot be counted: under {counter.name} {error.what}"
        return {}

    @contextmanager
    def _gateway(self, scenario: Scenario, arm: Arm, *, target: Target, number: int) -> Iterator[RunningSut]:
        """On any core; the names of the folders are of one length, because they get into the memory."""
        with launch(
            target,
            self._bench.builds[arm],
            topology=scenario.topology,
            endpoints=self._bench.rig.endpoints(scenario.topology),
            cpus=None,
            run_dir=self._bench.scratch / f"{number:02}-counted-{arm[:4]}",
        ) as sut:
            yield sut


def _totals(counts: Mapping[Arm, _Count], readers: ThreadPoolExecutor) -> dict[Arm, int]:
    reading = {arm: readers.submit(count.total) for arm, count in counts.items()}
    return {arm: each.result() for arm, each in reading.items()}


def _refusal(starting: "Future[RunningSut]") -> LaunchError | None:
    error = starting.exception()
    if error is not None and not isinstance(error, LaunchError):
        raise error
    return error
