"""Carries out a plan: one loop, one process, from the first connect to the last answer."""

import asyncio
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median_low

import uvloop

from perf.load.arrivals import intended_times
from perf.load.closed import ClosedLoopDriver
from perf.load.columns import Columns
from perf.load.connection import Connection
from perf.load.curfew import Curfew
from perf.load.dialer import Dialer
from perf.load.errors import LoadError
from perf.load.interrupts import Interrupts, interrupts_held
from perf.load.opened import OpenLoopDriver
from perf.load.process import allow_files, collector_off, trust
from perf.load.relay import Relay
from perf.load.request import Endpoint
from perf.load.share import WHOLE, Share
from perf.load.sweep import Sweep
from perf.load.tasks import Mishap, Tasks
from perf.load.terms import Terms
from perf.model.load import LAG_NS, ClosedLoop, LoadPlan, OpenLoop, Phase, Recording
from perf.model.units import NS_PER_MS, ms_to_ns

_LATE_NS = NS_PER_MS
_HEAD_START_NS = ms_to_ns(5)
"""Lets the loop come to rest before an open loop's first intended time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a run took; the fields are those of a `Recording`."""

    started_ns: int
    ended_ns: int
    engine_cpu_ns: int
    connections_opened: int
    late_sends: int
    lagging_sends: int
    worst_lag_ns: int
    median_lag_ns: int
    unsent: int


def run(plan: LoadPlan, *, ca_file: Path | None = None) -> Recording:
    """Offer the load of a plan and return the record of all its requests.

    Blocks until the last request has ended. Runs a loop of its own, with the garbage collector off.
    `ca_file` is the PEM file to trust for an https base URL, instead of the system's certificates.
    Raises `LoadError` where the plan or the rig makes load impossible; bad answers are outcomes.
    """
    (recording,) = run_together((plan,), ca_file=ca_file)
    return recording


def run_together(
    plans: Sequence[LoadPlan], *, alternating: bool = False, ca_file: Path | None = None
) -> tuple[Recording, ...]:
    """As `run`, but for several plans at the same time, on one loop; one record each, in their order.

    What disturbs the machine then disturbs all of them. `engine_cpu_ns` of each record is that of all.
    With `alternating`, closed loops of one connection each take turns, request by request, so that none
    delays another; LoadError for any other workload.
    """
    engines = [engine_of(plan, share=WHOLE, ca_file=ca_file) for plan in plans]
    if alternating:
        _require_lone(plans)
        relay = Relay(len(engines))
        for engine in engines:
            engine.relay = relay
    with collector_off():
        carry_out(engines)
        return tuple(engine.recording() for engine in engines)


def _require_lone(plans: Sequence[LoadPlan]) -> None:
    for plan in plans:
        if not (isinstance(plan.workload, ClosedLoop) and plan.workload.connections == 1):
            raise LoadError(
                "only closed loops of one connection can alternate",
                where=f"plan {plan.nonce_prefix}",
                cure="Give it one connection, or let the plans run at once.",
            )


def carry_out(engines: Sequence["Engine"]) -> None:
    """Run engines that have not run yet on one loop, each to its end."""
    allow_files(sum(engine.connections for engine in engines))
    with interrupts_held() as interrupts, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_all(engines, interrupts))


def engine_of(plan: LoadPlan, *, share: Share, ca_file: Path | None) -> "Engine":
    """An engine for a share of a plan; a plan that cannot be carried out is a `LoadError`."""
    endpoint = Endpoint.of(plan.base_url)
    terms = Terms.of(plan, endpoint=endpoint, share=share)
    tls = trust(ca_file) if endpoint.tls else None
    dialer = Dialer(terms, plan, endpoint=endpoint, tls=tls, share=share)
    return Engine(plan, terms=terms, dialer=dialer, share=share)


async def _all(engines: Sequence["Engine"], interrupts: Interrupts) -> None:
    """Run them to the end of the last; the first that fails ends them all, as its runner closes."""
    interrupts.cancel_me()
    mishap = Mishap(asyncio.get_running_loop())
    await mishap.none_until(asyncio.gather(*(engine.run(mishap) for engine in engines)))


def _late_sends(columns: Columns) -> int:
    """How many requests of a schedule left late; warm-up has none."""
    rows = zip(*map(columns.column, ("phase", "sent_ns", "intended_ns")), strict=True)
    return sum(
        sent_ns - intended_ns > _LATE_NS for phase, sent_ns, intended_ns in rows if phase == Phase.STEADY
    )


def _nobody_to_wait_for() -> None:
    """One engine starts its steady state when it likes."""


class Engine:
    """One run of a share of a plan.

    `before_steady` is called once, between warm-up and steady state, and may block.
    `relay`, if set, makes its closed loop take turns with those of other engines.
    """

    __slots__ = (
        "_cpu_ns",
        "_curfew",
        "_dialer",
        "_ended_ns",
        "_lags_ns",
        "_plan",
        "_planned",
        "_share",
        "_started_ns",
        "_tasks",
        "_terms",
        "before_steady",
        "relay",
    )

    def __init__(self, plan: LoadPlan, *, terms: Terms, dialer: Dialer, share: Share) -> None:
        self._plan = plan
        self._terms = terms
        self._dialer = dialer
        self._share = share
        self.before_steady: Callable[[], None] = _nobody_to_wait_for
        self.relay: Relay | None = None
        self._cpu_ns = self._started_ns = self._ended_ns = self._planned = 0
        self._lags_ns = array("q")

    @property
    def connections(self) -> int:
        """How many connections there may be at once."""
        return len(self._share.slots(self._plan))

    async def run(self, mishap: Mishap) -> None:
        """Warm up, offer the load, hang up; what fails in the background is a `mishap`.

        Returns nothing, as `asyncio.Runner` formats what its task returns (by way of signal.getsignal).
        """
        loop = asyncio.get_running_loop()
        self._tasks = Tasks(loop, mishap)
        self._terms.turn.begin(loop.call_soon)
        sweep = Sweep(loop, roster=self._dialer.roster, timeouts=self._plan.timeouts)
        self._curfew = Curfew(loop, within_ns=self._plan.send_within_ns)
        try:
            await self._warm_up_and_load()
        finally:
            self._curfew.lift()
            sweep.stop()
            if self.relay:
                self.relay.leave()
            await self._tasks.cancel()
            await self._dialer.roster.dismiss()

    async def _warm_up_and_load(self) -> None:
        plan, share = self._plan, self._share
        warmup, slots = share.warmup(plan), share.slots(plan)
        if not isinstance(plan.workload, ClosedLoop):
            slots = slots[: len(warmup)]
        warm = ClosedLoopDriver(
            self._terms, dialer=self._dialer, tasks=self._tasks, slots=slots, relay=self.relay
        )
        self._curfew.rule(warm)
        self._planned = len(warmup)
        await warm.open_all()
        await warm.run(warmup)
        self.before_steady()
        match plan.workload:
            case ClosedLoop(requests=requests):
                self._start(after_ns=0)
                numbers = share.steady(plan, requests)
                self._planned += len(numbers)
                await warm.run(numbers)
            case _:
                await self._open_loop(plan.workload, warm.idle())
        self._ended_ns, self._cpu_ns = time.monotonic_ns(), time.process_time_ns() - self._cpu_ns

    async def _open_loop(self, workload: OpenLoop, idle: list[Connection]) -> None:
        times_ns = intended_times(workload, rng=Random(self._plan.seed))
        pool = OpenLoopDriver(
            self._terms,
            dialer=self._dialer,
            tasks=self._tasks,
            idle=idle,
            slots=self._share.slots(self._plan),
        )
        numbers = self._share.steady(self._plan, len(times_ns))
        self._planned += len(numbers)
        own_times_ns = times_ns[self._share.index :: self._share.of]
        self._start(after_ns=_HEAD_START_NS)
        self._curfew.rule(pool)
        await pool.run(own_times_ns, numbers=numbers, start_ns=self._started_ns)
        self._lags_ns = pool.lags_ns

    def _start(self, *, after_ns: int) -> None:
        self._cpu_ns, self._started_ns = time.process_time_ns(), time.monotonic_ns() + after_ns

    def columns(self) -> Columns:
        """The record of a run that has ended, in the order of completion."""
        return self._terms.recorder.columns()

    def figures(self) -> Figures:
        """What a run that has ended took."""
        columns = self.columns()
        return Figures(
            started_ns=self._started_ns,
            ended_ns=self._ended_ns,
            engine_cpu_ns=self._cpu_ns,
            connections_opened=self._dialer.opened,
            late_sends=0 if isinstance(self._plan.workload, ClosedLoop) else _late_sends(columns),
            lagging_sends=sum(lag_ns > LAG_NS for lag_ns in self._lags_ns),
            worst_lag_ns=max(self._lags_ns, default=0),
            median_lag_ns=median_low(self._lags_ns) if self._lags_ns else 0,
            unsent=self._planned - len(columns),
        )

    def recording(self) -> Recording:
        """The record of a run that has ended, by request number."""
        samples, delta_times_ns, frame_times_ns = self._terms.recorder.samples()
        figures = self.figures()
        return Recording(
            nonce_prefix=self._plan.nonce_prefix,
            samples=samples,
            delta_times_ns=delta_times_ns,
            frame_times_ns=frame_times_ns,
            started_ns=figures.started_ns,
            ended_ns=figures.ended_ns,
            engine_cpu_ns=figures.engine_cpu_ns,
            connections_opened=figures.connections_opened,
            late_sends=figures.late_sends,
            lagging_sends=figures.lagging_sends,
            worst_lag_ns=figures.worst_lag_ns,
            median_lag_ns=figures.median_lag_ns,
            unsent=figures.unsent,
        )
