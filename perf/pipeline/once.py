"""Measures what runs once a run: each slice on fresh processes, which it may leave in any state."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from perf.judge.plan import plan_once
from perf.judge.pool import Pool
from perf.judge.summarise import summarise
from perf.model.load import ClosedLoop, Steps
from perf.model.run import Block
from perf.model.scenario import Overload, Route, Scenario
from perf.model.slices import SliceRecord, SliceStep
from perf.pipeline.block import Bench, Clock, seated
from perf.pipeline.headway import headway
from perf.pipeline.preflight import DAMAGED, GOOD, preflight, within, without_trouble
from perf.pipeline.progress import HowFar
from perf.pipeline.wrk import cross_check
from perf.sut.running import RunningSut

SayLong = Callable[[str, HowFar | None], None]
"""Hears what begins, and what will know how far that has come, if it can take long."""
_LEAST_PER_SECOND = 10.0
"""A gateway that gives no good answer at all is still offered something."""


def measure_once(bench: Bench, *, say: SayLong, keep: Callable[[Block], None]) -> None:
    """Give block 0 to `keep`: the scenarios that run once, part by part; cut short, those that were done."""
    _preflight(bench, say=say)
    clock = Clock()
    first = bench.rng.choice(sorted(bench.builds))
    records: list[SliceRecord] = []
    try:
        for scenario in bench.once:
            for number, step in enumerate(plan_once(scenario, paired=bench.paired, first=first)):
                doing = f"{scenario.name} {step.part.name}, {' and '.join(step.arms)}"
                say(doing, partial(headway, step.part))
                records.extend(_fresh(bench, scenario, step=step, number=number))
    finally:
        if records:
            keep(clock.block(0, first=first, parts=summarise(records, policy=bench.policy)))


def _preflight(bench: Bench, *, say: SayLong) -> None:
    """Each kind of request once, on gateways of their own: what is measured afterwards is fresh all the same.

    Upstreams are well here: a gateway need not master a fault in order to be set up rightly.
    """
    served = [each for each in bench.once if each.route is Route.THROUGH_SUT]
    for topology in dict.fromkeys(topology for each in served for topology in each.topologies):
        asked = [without_trouble(within(each, topology)) for each in served if topology in each.topologies]
        say(f"preflight: each kind of request once, topology {topology.name}", None)
        for arm in sorted(bench.builds):
            with seated(bench, arm, topology=topology, name=f"0-preflight-{topology.name}-{arm}") as seat:
                preflight(asked, topology=topology, rig=bench.rig, seat=seat, arm=arm, good=GOOD | DAMAGED)


def _fresh(bench: Bench, scenario: Scenario, *, step: SliceStep, number: int) -> list[SliceRecord]:
    """One slice on fresh gateways; the upstream is ready before they start to probe it."""
    topology = scenario.topology_of(step.part)
    bench.rig.prepare(step.part, topology)
    with ExitStack() as stack:
        seats = {
            arm: stack.enter_context(
                seated(
                    bench,
                    arm,
                    topology=topology,
                    name=f"0-{scenario.name}-{step.part.name}-{number}-{arm}",
                )
            )
            for arm in step.arms
        }

        def measure(wanted: SliceStep) -> tuple[SliceRecord, ...]:
            return bench.rig.measure(wanted, topology=topology, seats=seats)

        records = measure(_warmed_up(step, measure=measure) if topology.request_log else step)
        if step.part.overload is not None:
            return list(_overloaded(records, step.part.overload, measure=measure))
        if bench.wrk is not None and step.part.cross_checked:
            records = tuple(
                cross_check(record, seat=seats[record.arm], rig=bench.rig, scripts=bench.wrk)
                for record in records
            )
        return [_afterwards(record, seats[record.arm].sut) for record in records]


def _warmed_up(step: SliceStep, *, measure: Callable[[SliceStep], tuple[SliceRecord, ...]]) -> SliceStep:
    """The step without its warm-up, which has just had a log that is read as it comes.

    A gateway that waits for its log would otherwise spend in its warm-up all the time for which that is slow.
    """
    warm = ClosedLoop(connections=1, requests=step.part.warmup_requests)
    measure(replace(step, part=replace(step.part, workload=warm, warmup_requests=0, log_bytes_per_second=0)))
    return replace(step, part=replace(step.part, warmup_requests=0))


def _afterwards(record: SliceRecord, sut: RunningSut) -> SliceRecord:
    """The record with what is known of the process that was started for it alone."""
    idle = sut.idle(record.step.part.idle_ns)
    return replace(record, launched_ns=sut.started_ns, ready_ns=sut.ready_ns, idle=idle)


def _overloaded(
    found: tuple[SliceRecord, ...],
    overload: Overload,
    *,
    measure: Callable[[SliceStep], tuple[SliceRecord, ...]],
) -> tuple[SliceRecord, ...]:
    """The overload that follows from the saturation just found, on the same gateway.

    The warm-up opens every connection of the pool: to dial them in the middle would cost the rig its pace.
    """
    (record,) = found
    per_second = max(Pool(found).qps or 0.0, _LEAST_PER_SECOND)
    calm, high = overload.calm_ratio * per_second, overload.ratio * per_second
    rates = (*(calm,) * overload.before, *(high,) * overload.during, *(calm,) * overload.after)
    part = replace(
        record.step.part,
        workload=Steps(per_second=rates, step_ns=overload.step_ns),
        warmup_requests=record.step.part.connections,
    )
    (result,) = measure(replace(record.step, part=part))
    return (replace(result, saturation_per_second=per_second),)
