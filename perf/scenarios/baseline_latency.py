"""Scenario 1: what the gateway costs a lone request, and how many it carries at a fixed concurrency."""

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import Ask, Bound, Cadence, Capability, Criterion, Part, Scenario
from perf.model.units import ms_to_ns
from perf.scenarios.topologies import GENERAL, script

_SEQUENTIAL = Part(
    name="sequential",
    ask=Ask.CHAT,
    workload=ClosedLoop(connections=1, requests=100),
    warmup_requests=15,
    slices=3,
    default_script=script(tokens=16),
    gates=(m.E2E_P50, m.CPU_PER_REQUEST),
)
_SATURATED = Part(
    name="saturated",
    ask=Ask.CHAT,
    workload=ClosedLoop(connections=16, requests=600),
    warmup_requests=32,
    slices=0,
    together=3,
    default_script=script(tokens=16),
    gates=(m.QPS,),
    saturating=True,
)

BASELINE_LATENCY = Scenario(
    number="1",
    name="baseline-latency",
    title="Baseline latency",
    cadence=Cadence.EVERY_BLOCK,
    needs=frozenset({Capability.OPENAI_CHAT}),
    topology=GENERAL,
    parts=(_SEQUENTIAL, _SATURATED),
    criteria=(
        Criterion(part="sequential", metric=m.OVERHEAD_P50, bound=Bound.AT_MOST, target=ms_to_ns(5)),
        Criterion(part="sequential", metric=m.OVERHEAD_P99, bound=Bound.AT_MOST, target=ms_to_ns(10)),
        Criterion(part="sequential", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.999),
        Criterion(part="sequential", metric=m.CONNECTIONS_PER_REQUEST, bound=Bound.AT_MOST, target=0.05),
        Criterion(part="sequential", metric=m.ATTEMPTS_PER_REQUEST, bound=Bound.AT_MOST, target=1.0),
        Criterion(part="saturated", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.999),
    ),
)
