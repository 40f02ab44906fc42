"""The measuring side of a run: upstream, engine, cores, and one slice of load at a time."""

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, replace
from random import Random
from typing import assert_never

from perf import load
from perf.judge.plan import send_within_ns
from perf.model.load import ClosedLoop, LoadPlan, Recording, RequestTemplate, Spread, Timeouts
from perf.model.run import Arm
from perf.model.scenario import Ask, Change, Part, Provider, Topology
from perf.model.slices import Happened, Manner, SliceRecord, SliceStep
from perf.model.target import Endpoint, Target
from perf.model.units import ms_to_ns, s_to_ns
from perf.model.upstream import Arrival, Down, Fault, FaultKind, TimelineStep, UpstreamScript
from perf.pipeline import requests
from perf.pipeline.neighbours import Reading, between, reading
from perf.pipeline.placement import Placement, moved, pinned
from perf.pipeline.watch import Watch, unseen, watched
from perf.sut.running import RunningSut
from perf.upstream.process import UpstreamProcess

_TIMEOUTS = Timeouts(connect_ns=s_to_ns(5), first_byte_ns=s_to_ns(15), total_ns=s_to_ns(60))
_MAX_OPEN_CONNECTIONS = 256
_EVENT_MARGIN_NS = ms_to_ns(5)
_STRAGGLERS_NS = s_to_ns(5)
"""How long the upstream may go on answering clients that have left, before the log is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A running gateway, and how to address it; `via` is the URL of a proxy before it, if there is one."""

    sut: RunningSut
    target: Target
    via: str = ""

    @property
    def base_url(self) -> str:
        """Where requests go: to the gateway, or to what stands before it."""
        return self.via or self.sut.base_url

    @property
    def upstream_key(self) -> str:
        """The secret that proves passage; "" where this product sends the client's own key on."""
        return self.sut.upstream_key if self.target.proves_by_key else ""


Seats = Mapping[Arm, Seat]
"""Who sits where in a slice."""


class Rig:
    """A running upstream with its engine. Slices are measured strictly one after the other."""

    def __init__(self, *, upstream: UpstreamProcess, placement: Placement, rng: Random) -> None:
        self.upstream = upstream
        self.placement = placement
        self._rng = rng
        self._scripts: dict[str, UpstreamScript] = {}
        self._slices = 0

    def endpoints(self, topology: Topology) -> tuple[Endpoint, ...]:
        """Where the instances of a topology listen."""
        return tuple(
            Endpoint(
                name=instance.name,
                provider=instance.provider,
                base_url=self.upstream.urls[instance.name],
                priority=instance.priority,
                weight=instance.weight,
                ca_pem=self.upstream.ca_pem if instance.tls else "",
            )
            for instance in topology.instances
        )

    def measure(self, step: SliceStep, *, topology: Topology, seats: Seats) -> tuple[SliceRecord, ...]:
        """One slice, a record per arm: through the gateway in its seat; the rig asks the upstream itself."""
        self.prepare(step.part, topology)
        placed = [(arm, seats.get(arm)) for arm in step.arms]
        plans = [self._plan(step.part, topology=topology, seat=seat) for _, seat in placed]
        before_ns, around = [_cpu_ns(seat) for _, seat in placed], self._reading(step.manner)
        upstream_before_ns, started_ns = self.upstream.cpu_ns(), time.monotonic_ns()
        happened = self._schedule(step.part, started_ns=started_ns)
        recordings, watches = self._load(step, plans, seats=[seat for _, seat in placed])
        wall_ns, after_ns = time.monotonic_ns() - started_ns, [_final_cpu_ns(seat) for _, seat in placed]
        neighbours = between(around, self._reading(step.manner)) if _all_ours(seats) else None
        upstream_cpu_ns, arrivals = self.upstream.cpu_ns() - upstream_before_ns, self._log(step.part)
        return tuple(
            watch.told(
                SliceRecord(
                    step=step,
                    arm=arm,
                    recording=recording,
                    arrivals=_own(arrivals, recording, of=recordings),
                    happened=happened,
                    sut_cpu_ns=None if before is None or after is None else after - before,
                    sut_rss_bytes=_rss_bytes(seat),
                    upstream_cpu_ns=upstream_cpu_ns,
                    wall_ns=wall_ns,
                    sut_cores=self.placement.sut_cores,
                    rig_cores=self.placement.rig_cores,
                    machine_cores=self.placement.cores,
                    upstream_key=seat.upstream_key if seat else "",
                    prompt_digests=requests.prompt_digests(plan.templates),
                    models=requests.models(plan.templates) if topology.routes and seat else (),
                    suited=_suited(step.part, topology),
                    offers_http2=any(each.tls and each.tls.http2_streams for each in topology.instances),
                    neighbours=neighbours,
                )
            )
            for (arm, seat), plan, recording, before, after, watch in zip(
                placed, plans, recordings, before_ns, after_ns, watches, strict=True
            )
        )

    def _load(
        self, step: SliceStep, plans: Sequence[LoadPlan], *, seats: Sequence[Seat | None]
    ) -> tuple[tuple[Recording, ...], list[Watch]]:
        """The load of a slice, and what was seen of the gateways meanwhile."""
        with ExitStack() as stack:
            self._take_cores(step.manner, seats=seats, stack=stack)
            watches = [stack.enter_context(_watched(seat, step)) for seat in seats]
            return load.run_together(plans, alternating=step.manner is Manner.ALTERNATING), watches

    def _reading(self, manner: Manner) -> Reading:
        return reading(self.placement.in_use(alternating=manner is Manner.ALTERNATING))

    def _take_cores(self, manner: Manner, *, seats: Sequence[Seat | None], stack: ExitStack) -> None:
        """Each its own cores; but for lone requests that alternate, all have one together."""
        place = self.placement
        if manner is not Manner.ALTERNATING or place.lone is None:
            stack.enter_context(pinned(place.engine))
            return
        stack.enter_context(pinned(place.lone))
        if place.upstream is not None:
            stack.enter_context(moved((self.upstream.pid,), to=place.lone, back=place.upstream))
        if place.sut is not None and place.sut != place.lone:
            pids = [pid for seat in seats if seat for pid in seat.sut.pids()]
            stack.enter_context(moved(pids, to=place.lone, back=place.sut))

    def _log(self, part: Part) -> tuple[Arrival, ...]:
        """What arrived, once the upstream has noticed which clients have left."""
        if part.abort is not None:
            self.upstream.rest(_STRAGGLERS_NS)
        return self.upstream.drain()

    def prepare(self, part: Part, topology: Topology) -> None:
        """Have every instance of the topology answer as the part wants it, with nothing in the log yet."""
        wanted = dict(part.scripts)
        for instance in topology.instances:
            script = wanted.get(instance.name, part.default_script)
            if self._scripts.get(instance.name) != script:
                self.upstream.script(instance.name, script)
                self._scripts[instance.name] = script
        self.upstream.drain()

    def _plan(self, part: Part, *, topology: Topology, seat: Seat | None) -> LoadPlan:
        self._slices += 1
        return LoadPlan(
            base_url=seat.base_url if seat else self._direct_url(part, topology),
            templates=_templates(part, seat),
            spread=Spread.BY_REQUEST,
            workload=part.workload,
            warmup_requests=part.warmup_requests,
            requests_per_connection=part.requests_per_connection,
            max_connections=_max_connections(part),
            timeouts=replace(_TIMEOUTS, total_ns=part.give_up_ns or _TIMEOUTS.total_ns),
            abort=part.abort,
            nonce_prefix=f"{self._rng.getrandbits(24):06x}{self._slices:06x}",
            seed=self._rng.getrandbits(32),
            send_within_ns=send_within_ns(part),
        )

    def _direct_url(self, part: Part, topology: Topology) -> str:
        return self.upstream.urls[_suited(part, topology)[0]]

    def _schedule(self, part: Part, *, started_ns: int) -> tuple[Happened, ...]:
        """Tell the upstream beforehand what is to happen to its instances, and when; they stay so."""
        if not part.events:
            return ()
        scripts = dict(part.scripts)
        steps = tuple(
            TimelineStep(
                instance=event.instance,
                at_ns=started_ns + _EVENT_MARGIN_NS + event.at_ns,
                state=_state(event.change, scripts.get(event.instance, part.default_script)),
            )
            for event in part.events
        )
        self.upstream.schedule(steps)
        for step in steps:
            self._scripts.pop(step.instance, None)
        return tuple(
            Happened(at_ns=step.at_ns, instance=event.instance, change=event.change)
            for step, event in zip(steps, part.events, strict=True)
        )


def _suited(part: Part, topology: Topology) -> tuple[str, ...]:
    """The instances of the provider that the part asks for."""
    provider = Provider.OPENAI if part.ask is Ask.CHAT else Provider.ANTHROPIC
    return tuple(each.name for each in topology.instances if each.provider is provider)


def _templates(part: Part, seat: Seat | None) -> tuple[RequestTemplate, ...]:
    if seat is None:
        return requests.direct(part)
    return requests.through(part, target=seat.target, told=seat.sut.told)


def _max_connections(part: Part) -> int:
    if isinstance(part.workload, ClosedLoop):
        return part.workload.connections
    return part.connections or _MAX_OPEN_CONNECTIONS


def _state(change: Change, well: UpstreamScript) -> UpstreamScript | Down:
    """What an instance does after a change; `well` is its script when nothing ails it."""
    match change:
        case Change.DIES:
            return Down()
        case Change.FAILS:
            return replace(well, faults=(Fault(kind=FaultKind.STATUS, ratio=1.0, status=500),))
        case Change.HANGS:
            return replace(well, faults=(Fault(kind=FaultKind.BLACK_HOLE, ratio=1.0),))
        case Change.RETURNS:
            return well
        case _:
            assert_never(change)


def _watched(seat: Seat | None, step: SliceStep) -> AbstractContextManager[Watch]:
    """Look at the gateway in this seat as often as the part asks."""
    return nullcontext(unseen()) if seat is None else watched(seat.sut, target=seat.target, step=step)


def _all_ours(seats: Seats) -> bool:
    """A gateway that was up before would pass for a neighbour of itself."""
    return all(seat.sut.is_ours for seat in seats.values())


def _rss_bytes(seat: Seat | None) -> int | None:
    usage = seat.sut.usage() if seat else None
    return usage.rss_bytes if usage else None


def _cpu_ns(seat: Seat | None) -> int | None:
    return seat.sut.cpu_ns() if seat else None


def _final_cpu_ns(seat: Seat | None) -> int | None:
    """As `_cpu_ns`; raises SutError if the gateway has died meanwhile."""
    used_ns = _cpu_ns(seat)
    if seat:
        seat.sut.check_alive()
    return used_ns


def _own(arrivals: Sequence[Arrival], mine: Recording, *, of: Sequence[Recording]) -> tuple[Arrival, ...]:
    """The arrivals of one recording, and those that belong to none of them: validity looks into these."""
    others = {recording.nonce_prefix for recording in of} - {mine.nonce_prefix}
    return tuple(arrival for arrival in arrivals if arrival.nonce[: len(mine.nonce_prefix)] not in others)
