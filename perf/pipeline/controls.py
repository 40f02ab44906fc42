"""Measures the controls of a block: two twins of the candidate, then itself with and without a delay."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from random import Random

from perf.judge.controls import CONTROLS, PLANTED, UNCHANGED, planted_delay_ns
from perf.judge.summarise import summarise
from perf.load.detour import Detour
from perf.model.load import ClosedLoop
from perf.model.metric import E2E_P50, PLANTED_DELAY
from perf.model.policy import Policy
from perf.model.run import Arm, PartRecord
from perf.model.scenario import Ask, Part, Topology
from perf.model.slices import Manner, SliceRecord, SliceStep
from perf.pipeline.rig import Rig, Seat
from perf.scenarios.topologies import script

_SLICES = 2
_BOTH = (Arm.BASELINE, Arm.CANDIDATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Controls:
    """What the controls of a block are measured with."""

    rig: Rig
    detour: Detour
    policy: Policy
    rng: Random


def measure_controls(
    controls: Controls,
    *,
    ask: Ask,
    topology: Topology,
    candidate: Seat,
    twins: Mapping[Arm, AbstractContextManager[Seat]],
) -> tuple[PartRecord, ...]:
    """The records of both parts; the delay is sized by what a request took just before without it.

    The twins are both fresh: a process that has served a whole block is 1 % slower than one that has not.
    """
    with ExitStack() as stack:
        seats = {arm: stack.enter_context(twin) for arm, twin in twins.items()}
        unchanged = _measure(controls, _part(UNCHANGED, ask), topology=topology, seats=seats)
    delay_ns = planted_delay_ns(unchanged[-1].values.get(E2E_P50.name, 0.0))
    controls.detour.aim(candidate.sut.base_url, delay_ns=delay_ns)
    seats = {
        Arm.BASELINE: replace(candidate, via=controls.detour.plain_url),
        Arm.CANDIDATE: replace(candidate, via=controls.detour.slowed_url),
    }
    planted = _measure(controls, _part(PLANTED, ask), topology=topology, seats=seats)
    return (*unchanged, *(_with_delay(record, delay_ns) for record in planted))


def _part(name: str, ask: Ask) -> Part:
    """A lone connection, as latency is measured everywhere; the upstream answers at once."""
    return Part(
        name=name,
        ask=ask,
        workload=ClosedLoop(connections=1, requests=80),
        warmup_requests=40,
        slices=_SLICES,
        default_script=script(tokens=16),
    )


def _measure(
    controls: Controls, part: Part, *, topology: Topology, seats: Mapping[Arm, Seat]
) -> tuple[PartRecord, ...]:
    """The records of baseline and candidate, in this order, with E2E p50 alone."""
    first = controls.rng.choice(_BOTH)
    turns = [
        _BOTH if (number % 2 == 0) is (first is Arm.BASELINE) else _BOTH[::-1] for number in range(_SLICES)
    ]
    records: list[SliceRecord] = []
    for arms in turns:
        step = SliceStep(scenario=CONTROLS, part=part, manner=Manner.ALTERNATING, arms=arms)
        records.extend(controls.rig.measure(step, topology=topology, seats=seats))
    return _only_p50(sorted(summarise(records, policy=controls.policy), key=lambda record: record.arm))


def _only_p50(records: Sequence[PartRecord]) -> tuple[PartRecord, ...]:
    kept = {E2E_P50.name}
    return tuple(
        replace(record, values={name: record.values[name] for name in kept & record.values.keys()})
        for record in records
    )


def _with_delay(record: PartRecord, delay_ns: int) -> PartRecord:
    if record.arm is not Arm.CANDIDATE:
        return record
    return replace(record, values={**record.values, PLANTED_DELAY.name: float(delay_ns)})
