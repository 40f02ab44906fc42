"""Scenario 1B: the engine against the upstream itself, without a gateway: what the rig adds."""

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import Ask, Bound, Cadence, Criterion, Part, Route, Scenario
from perf.model.units import ms_to_ns
from perf.scenarios.topologies import GENERAL, script

RIG_LATENCY = Scenario(
    number="1B",
    name="rig-latency",
    title="Rig: baseline latency of the mock",
    route=Route.DIRECT,
    cadence=Cadence.EVERY_BLOCK,
    needs=frozenset(),
    topology=GENERAL,
    parts=(
        Part(
            name="direct",
            ask=Ask.CHAT,
            workload=ClosedLoop(connections=1, requests=200),
            warmup_requests=10,
            default_script=script(tokens=16),
        ),
    ),
    criteria=(
        Criterion(part="direct", metric=m.E2E_P99, bound=Bound.AT_MOST, target=ms_to_ns(50)),
        Criterion(part="direct", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.99),
    ),
)
