"""Every kind of request once, before anything is measured: a failure here is no regression."""

from collections.abc import Sequence
from dataclasses import replace

from perf.errors import SutError
from perf.judge.validity import passage_problems
from perf.model.load import ClosedLoop, Outcome
from perf.model.run import Arm
from perf.model.scenario import Part, Scenario, Topology
from perf.model.slices import Manner, SliceRecord, SliceStep
from perf.pipeline.rig import Rig, Seat

DAMAGED = frozenset(
    {
        Outcome.TRUNCATED_STREAM,
        Outcome.MALFORMED_STREAM,
        Outcome.WRONG_CONTENT,
        Outcome.WRONG_USAGE,
        Outcome.STREAM_ERROR,
    }
)
"""An answer came, and is not what it should be: no mistake of the set-up, but what criteria are about."""
GOOD = frozenset({Outcome.OK})


def preflight(
    scenarios: Sequence[Scenario],
    *,
    topology: Topology,
    rig: Rig,
    seat: Seat,
    arm: Arm,
    good: frozenset[Outcome] = GOOD,
) -> None:
    """Send one request of each part through the gateway; raise SutError if one does not come back `good`."""
    for scenario in scenarios:
        for part in scenario.parts:
            once = replace(part, workload=ClosedLoop(connections=1, requests=1), warmup_requests=0, events=())
            step = SliceStep(scenario=scenario.name, part=once, manner=Manner.ALONE, arms=(arm,))
            (record,) = rig.measure(step, topology=topology, seats={arm: seat})
            _check(record, seat=seat, good=good)


def _check(record: SliceRecord, *, seat: Seat, good: frozenset[Outcome]) -> None:
    sample = record.recording.samples[0]
    reached = len([arrival for arrival in record.arrivals if arrival.nonce])
    unproven = passage_problems(record)
    if sample.outcome in good and not unproven:
        return
    step = record.step
    asked = seat.target.addresses[step.part.ask]
    ended = Outcome(sample.outcome).name.lower().replace("_", " ")
    what = (
        unproven[0]
        if sample.outcome in good
        else f"its first request ended as {ended} (HTTP status {sample.status or 'none'})"
    )
    raise SutError(
        f"The {record.arm} gateway cannot serve scenario {step.scenario}: {what}",
        where=f"POST {asked.path} for model {asked.model}, part {step.part.name}; "
        f"{reached} requests reached an upstream",
        cure="Check the target's addresses, authentication and rendered configuration; the gateway's last "
        "log lines are below.",
        log=seat.sut.log_tail(20),
    )


def within(scenario: Scenario, topology: Topology) -> Scenario:
    """The scenario with only those of its parts that want this topology."""
    mine = [part for part in scenario.parts if scenario.topology_of(part) == topology]
    return replace(scenario.only(mine), topology=topology)


def without_trouble(scenario: Scenario) -> Scenario:
    """The scenario with neither faults nor events nor clients that hang up: about what a target can do."""
    return replace(scenario, parts=tuple(map(_without_trouble, scenario.parts)))


def _without_trouble(part: Part) -> Part:
    """The part with neither faults nor events nor clients that hang up."""
    return replace(
        part,
        default_script=replace(part.default_script, faults=()),
        scripts=(),
        events=(),
        abort=None,
        overload=None,
        usage_every_ns=0,
        health_every_ns=0,
        models_every_ns=0,
    )
