"""Builds, upstream and rig of a run, set up and taken down."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

from perf.load.detour import Detour
from perf.load.process import allow_files
from perf.model.build import Build
from perf.model.load import ClosedLoop
from perf.model.run import Arm
from perf.model.scenario import Part, Scenario
from perf.pipeline.block import Bench
from perf.pipeline.controls import Controls
from perf.pipeline.order import Order
from perf.pipeline.placement import frozen_heap, own_cores, place
from perf.pipeline.progress import Listener
from perf.pipeline.providers import serve_providers
from perf.pipeline.rig import Rig
from perf.sut.build import build
from perf.sut.eviction import evict
from perf.upstream.files import raise_file_limit

_FILES_PER_CONNECTION = 3
"""One in the engine, two in the gateway, which inherits the limit of this process."""


def build_arms(order: Order, *, listener: Listener) -> dict[Arm, Build]:
    """Builds of the candidate and, if there is one, of the base; reused where no input changed.

    Builds that nobody used for two weeks make room for them.
    """
    wanted = {Arm.CANDIDATE: order.candidate}
    if order.base is not None:
        wanted[Arm.BASELINE] = order.base
    cache = order.state / "cache"
    builds = {
        arm: build(
            order.target,
            source,
            repo=order.repo,
            cache=cache,
            release=order.release,
            say=listener.say,
        )
        for arm, source in wanted.items()
    }
    for key in evict(cache, now_ns=time.time_ns()):
        listener.say(f"removed a build that nobody used for two weeks ({key[:12]})")
    return builds


def most_connections(scenarios: Sequence[Scenario]) -> int:
    """The most connections that any of their parts opens at once."""
    return max((_connections(part) for scenario in scenarios for part in scenario.parts), default=0)


def _connections(part: Part) -> int:
    closed = part.workload.connections if isinstance(part.workload, ClosedLoop) else 0
    return max(closed, part.connections)


@contextmanager
def workbench(order: Order, builds: Mapping[Arm, Build], *, scratch: Path) -> Iterator[Bench]:
    """The upstream with an instance for each that a topology names, and all that blocks share."""
    allow_files(_FILES_PER_CONNECTION * most_connections(order.scenarios))
    raise_file_limit()
    placement = place(own_cores())
    rng = Random(order.seed)
    with ExitStack() as stack:
        stack.enter_context(frozen_heap())
        upstream = stack.enter_context(serve_providers(order.scenarios, cpus=placement.upstream))
        rig = Rig(upstream=upstream, placement=placement, rng=rng)
        controls = None
        if order.controls:
            detour = stack.enter_context(Detour.start(cpus=placement.lone))
            controls = Controls(rig=rig, detour=detour, policy=order.policy, rng=rng)
        yield Bench(
            target=order.target,
            builds=builds,
            scenarios=order.scenarios,
            benchmarks=order.benchmarks,
            controls=controls,
            rig=rig,
            wrk=order.wrk,
            policy=order.policy,
            scratch=scratch,
            rng=rng,
        )
