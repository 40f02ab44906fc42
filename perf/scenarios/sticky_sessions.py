"""Scenario 3: every client key keeps its instance."""

from dataclasses import replace

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import Ask, Bound, Cadence, Capability, Criterion, Part, Scenario
from perf.model.units import ms_to_ns
from perf.scenarios.topologies import GENERAL, script

STICKY_SESSIONS = Scenario(
    number="3",
    name="sticky-sessions",
    title="Sticky sessions",
    cadence=Cadence.EVERY_BLOCK,
    needs=frozenset({Capability.OPENAI_CHAT, Capability.STICKY_BY_KEY}),
    topology=GENERAL,
    parts=(
        Part(
            name="keys",
            ask=Ask.CHAT,
            keys=100,
            workload=ClosedLoop(connections=20, requests=500),
            warmup_requests=50,
            together=2,
            default_script=script(tokens=16, first_delay_ms=10),
            gates=(m.CPU_PER_REQUEST,),
        ),
    ),
    criteria=(
        Criterion(part="keys", metric=m.STICKY_RATIO, bound=Bound.AT_LEAST, target=0.99),
        Criterion(part="keys", metric=m.E2E_P99, bound=Bound.AT_MOST, target=ms_to_ns(50)),
        Criterion(part="keys", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.999),
    ),
)

_EVERY_KEY = replace(
    STICKY_SESSIONS.parts[0],
    workload=ClosedLoop(connections=20, requests=10_000),
    warmup_requests=100,
    slices=1,
    together=0,
    gates=(),
)
STICKY_SESSIONS_LARGE = replace(
    STICKY_SESSIONS,
    number="3L",
    name="sticky-sessions-10000",
    title="Sticky sessions, 100 keys of 100 requests",
    cadence=Cadence.ONCE,
    parts=(_EVERY_KEY,),
)
