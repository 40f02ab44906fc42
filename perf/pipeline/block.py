"""Measures one block: fresh processes of each arm, their slices interleaved, then the micro-benchmarks."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from perf.judge.plan import in_order, plan_block
from perf.judge.summarise import benchmark_records, summarise
from perf.model.build import Build
from perf.model.policy import Policy
from perf.model.run import Arm, Block, PartRecord
from perf.model.scenario import Cadence, Route, Scenario, Topology
from perf.model.slices import SliceRecord
from perf.model.target import Target
from perf.pipeline.bench import best_rounds_ns
from perf.pipeline.controls import Controls, measure_controls
from perf.pipeline.machine import cpu_ticks, steal_ratio
from perf.pipeline.preflight import preflight
from perf.pipeline.rig import Rig, Seat
from perf.sut.launch import launch

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Everything that all blocks of a run share. `wrk` is the folder of its scripts; None if not asked."""

    target: Target
    builds: Mapping[Arm, Build]
    scenarios: tuple[Scenario, ...]
    benchmarks: bool
    controls: Controls | None
    wrk: Path | None
    rig: Rig
    policy: Policy
    scratch: Path
    rng: Random

    @property
    def paired(self) -> bool:
        """Whether there is a base build to measure beside the candidate."""
        return Arm.BASELINE in self.builds

    def keeps(self, arm: Arm) -> bool:
        """Whether records of this arm count; those of the candidate's twin do not."""
        return arm is Arm.RIG or arm in self.builds

    @property
    def repeats(self) -> bool:
        """Whether blocks would measure anything; if not, block 0 is the whole run."""
        counted = any(each.cadence is Cadence.COUNTED for each in self.scenarios)
        return counted or bool(self.every_block) or self.benchmarks

    @property
    def every_block(self) -> tuple[Scenario, ...]:
        """The scenarios that each block measures."""
        return tuple(each for each in self.scenarios if each.cadence is Cadence.EVERY_BLOCK)

    @property
    def once(self) -> tuple[Scenario, ...]:
        """The scenarios that a run measures once."""
        return tuple(each for each in self.scenarios if each.cadence is Cadence.ONCE)


def measure_block(bench: Bench, number: int, *, say: Say) -> Block:
    """One block of the interleaved scenarios; the first one begins with a preflight."""
    clock = Clock()
    first = bench.rng.choice(sorted(bench.builds))
    parts: list[PartRecord] = []
    if bench.every_block:
        parts.extend(_interleaved(bench, number, first=first, say=say))
    if bench.benchmarks:
        say("micro-benchmarks")
        module, cpus = bench.target.benchmarks, bench.rig.placement.sut
        parts.extend(benchmark_records(best_rounds_ns(bench.builds, module=module, cpus=cpus)))
    return clock.block(number, first=first, parts=tuple(parts))


def _interleaved(bench: Bench, number: int, *, first: Arm, say: Say) -> tuple[PartRecord, ...]:
    records: list[SliceRecord] = []
    controls: tuple[PartRecord, ...] = ()
    given_up: set[tuple[str, str]] = set()
    for topology, scenarios in _by_topology(bench.every_block).items():
        with ExitStack() as stack:
            seats = {
                arm: stack.enter_context(
                    seated(bench, arm, topology=topology, name=f"{number}-{topology.name}-{arm}")
                )
                for arm in in_order((Arm.BASELINE, Arm.CANDIDATE), first)
            }
            if number == 1:
                _preflight(bench, scenarios, topology=topology, seats=seats, say=say)
            for step in plan_block(scenarios, paired=bench.paired, rng=bench.rng):
                if (step.scenario, step.part.name) in given_up:
                    continue
                say(f"{step.scenario} {step.part.name}")
                measured = bench.rig.measure(step, topology=topology, seats=seats)
                if any(record.recording.unsent for record in measured):
                    given_up.add((step.scenario, step.part.name))
                records.extend(record for record in measured if bench.keeps(record.arm))
            if number <= bench.policy.looks[0] and not controls:
                say("controls")
                name = f"{number}-{topology.name}-twin"
                controls = _controls(bench, scenarios, topology=topology, seats=seats, name=name)
    return (*summarise(records, policy=bench.policy), *controls)


def _controls(
    bench: Bench, scenarios: Sequence[Scenario], *, topology: Topology, seats: Mapping[Arm, Seat], name: str
) -> tuple[PartRecord, ...]:
    """The controls, on the candidate that has just been measured; none where only the rig was asked."""
    asks = [each.parts[0].ask for each in scenarios if each.route is Route.THROUGH_SUT]
    if bench.controls is None or not asks:
        return ()
    twins = {
        arm: seated(bench, Arm.CANDIDATE, topology=topology, name=f"{name}-{arm}")
        for arm in (Arm.BASELINE, Arm.CANDIDATE)
    }
    return measure_controls(
        bench.controls, ask=asks[0], topology=topology, candidate=seats[Arm.CANDIDATE], twins=twins
    )


def _preflight(
    bench: Bench, scenarios: Sequence[Scenario], *, topology: Topology, seats: Mapping[Arm, Seat], say: Say
) -> None:
    say("preflight: each kind of request once")
    served = [each for each in scenarios if each.route is Route.THROUGH_SUT]
    for arm, seat in seats.items():
        preflight(served, topology=topology, rig=bench.rig, seat=seat, arm=arm)


@contextmanager
def seated(bench: Bench, arm: Arm, *, topology: Topology, name: str) -> Iterator[Seat]:
    """A running gateway; without a base build, its seat is taken by the candidate's twin."""
    with launch(
        bench.target,
        bench.builds.get(arm, bench.builds[Arm.CANDIDATE]),
        topology=topology,
        endpoints=bench.rig.endpoints(topology),
        cpus=bench.rig.placement.sut,
        run_dir=bench.scratch / name,
    ) as sut:
        yield Seat(sut=sut, target=bench.target)


def _by_topology(scenarios: Sequence[Scenario]) -> dict[Topology, list[Scenario]]:
    groups: dict[Topology, list[Scenario]] = {}
    for scenario in scenarios:
        groups.setdefault(scenario.topology, []).append(scenario)
    return groups


class Clock:
    """When a block began, by three clocks."""

    def __init__(self) -> None:
        self._started_ns = time.monotonic_ns()
        self._started_at = datetime.now(UTC).isoformat(timespec="seconds")
        self._ticks = cpu_ticks()

    def block(self, number: int, *, first: Arm, parts: tuple[PartRecord, ...]) -> Block:
        """The block that ends now."""
        return Block(
            number=number,
            first_arm=first,
            started_at=self._started_at,
            duration_ns=time.monotonic_ns() - self._started_ns,
            steal_ratio=steal_ratio(self._ticks, cpu_ticks()),
            parts=parts,
        )
