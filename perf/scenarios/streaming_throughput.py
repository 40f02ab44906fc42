"""Scenario 6: concurrent streams, every token of them, on time."""

from dataclasses import replace

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import Ask, Bound, Cadence, Capability, Criterion, Part, Scenario
from perf.model.units import ms_to_ns
from perf.scenarios.topologies import GENERAL, script

_CONNECTIONS_RATIO = 0.3
"""A connection to each of three instances is 0.1 of 30 requests, warm-up included; one for each is 1."""
_AT_ONCE = (
    Criterion(part="streams", metric=m.TTFT_OVERHEAD_P95, bound=Bound.AT_MOST, target=ms_to_ns(100)),
    Criterion(part="streams", metric=m.ITL_P99, bound=Bound.AT_MOST, target=ms_to_ns(100)),
    Criterion(part="streams", metric=m.CONTENT_RATIO, bound=Bound.AT_LEAST, target=1.0),
    Criterion(part="streams", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.999),
)
STREAMING_THROUGHPUT = Scenario(
    number="6",
    name="streaming-throughput",
    title="Streaming throughput",
    cadence=Cadence.EVERY_BLOCK,
    needs=frozenset({Capability.OPENAI_CHAT, Capability.STREAMING}),
    topology=GENERAL,
    parts=(
        Part(
            name="streams",
            ask=Ask.CHAT,
            stream=True,
            keys=10,
            workload=ClosedLoop(connections=10, requests=40),
            warmup_requests=10,
            default_script=script(tokens=100, first_delay_ms=20, interval_ms=2),
        ),
        Part(
            name="lone",
            ask=Ask.CHAT,
            stream=True,
            workload=ClosedLoop(connections=1, requests=12),
            warmup_requests=3,
            slices=2,
            default_script=script(tokens=20, first_delay_ms=2, interval_ms=1),
            gates=(m.TTFT_P50,),
        ),
    ),
    criteria=(
        *_AT_ONCE,
        Criterion(part="lone", metric=m.CONTENT_RATIO, bound=Bound.AT_LEAST, target=1.0),
        Criterion(part="lone", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.999),
        Criterion(
            part="lone",
            metric=m.CONNECTIONS_PER_REQUEST,
            bound=Bound.AT_MOST,
            target=_CONNECTIONS_RATIO,
        ),
        Criterion(part="lone", metric=m.ATTEMPTS_PER_REQUEST, bound=Bound.AT_MOST, target=1.0),
    ),
)

_MANY = replace(
    STREAMING_THROUGHPUT.parts[0],
    keys=100,
    workload=ClosedLoop(connections=100, requests=300),
    warmup_requests=100,
    default_script=script(tokens=100, first_delay_ms=50, interval_ms=10),
)
STREAMING_THROUGHPUT_LARGE = replace(
    STREAMING_THROUGHPUT,
    number="6L",
    name="streaming-throughput-100",
    title="Streaming throughput, 100 streams at once",
    cadence=Cadence.ONCE,
    parts=(_MANY,),
    criteria=_AT_ONCE,
)
