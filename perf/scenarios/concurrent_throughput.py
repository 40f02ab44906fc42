"""Scenario 2: a thousand clients at once, against providers that take their time."""

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import Ask, Bound, Cadence, Capability, Criterion, Part, Scenario
from perf.model.units import ms_to_ns
from perf.scenarios.topologies import GENERAL, script

_CONNECTIONS_RATIO = 0.05
"""1,000 kept connections for 100,000 requests are 0.01; to each of three instances, 0.03."""

CONCURRENT_THROUGHPUT = Scenario(
    number="2",
    name="concurrent-throughput",
    title="Concurrent throughput",
    cadence=Cadence.ONCE,
    needs=frozenset({Capability.OPENAI_CHAT}),
    topology=GENERAL,
    parts=(
        Part(
            name="thousand",
            ask=Ask.CHAT,
            keys=100,
            workload=ClosedLoop(connections=1_000, requests=100_000),
            warmup_requests=2_000,
            default_script=script(tokens=16, first_delay_ms=100),
            saturating=True,
            cross_checked=True,
        ),
    ),
    criteria=(
        Criterion(
            part="thousand",
            metric=m.QPS,
            bound=Bound.AT_LEAST,
            target=5_000,
            note="1,000 connections that wait 100 ms for the upstream cannot exceed 10,000/s",
        ),
        Criterion(
            part="thousand",
            metric=m.MACHINE_CPU,
            bound=Bound.AT_MOST,
            target=0.8,
            note="the gateway has no more than its own cores; the rig has the others",
        ),
        Criterion(
            part="thousand", metric=m.CONNECTIONS_PER_REQUEST, bound=Bound.AT_MOST, target=_CONNECTIONS_RATIO
        ),
        Criterion(part="thousand", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=1.0),
        Criterion(part="thousand", metric=m.E2E_P99, bound=Bound.AT_MOST, target=ms_to_ns(500)),
    ),
)
