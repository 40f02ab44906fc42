"""Scenario 21: whether requests wait for a log that is read more slowly than it is written."""

from dataclasses import replace

from perf.model import metric as m
from perf.model.load import ConstantRate
from perf.model.scenario import Ask, Bound, Cadence, Capability, Criterion, Part, Scenario
from perf.model.units import ms_to_ns, s_to_ns
from perf.scenarios.topologies import GENERAL, script

_NORMAL = Part(
    name="normal",
    ask=Ask.CHAT,
    keys=100,
    workload=ConstantRate(per_second=50, duration_ns=s_to_ns(3)),
    warmup_requests=50,
    default_script=script(tokens=16),
    saturating=True,
)
"""A rate that even a gateway serves that takes 10 ms of CPU for a request, and more for logging it."""

_SLOW = replace(_NORMAL, name="slow", log_bytes_per_second=500)
"""Less is taken than the shortest of lines need: the pipe is full within a second, and stays so."""

SLOW_SINK = Scenario(
    number="21",
    name="slow-sink",
    title="A log that is read too slowly",
    cadence=Cadence.ONCE,
    needs=frozenset({Capability.OPENAI_CHAT, Capability.REQUEST_LOG}),
    topology=replace(GENERAL, name="request-log", request_log=True),
    parts=(_NORMAL, _SLOW),
    criteria=(
        Criterion(part="normal", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.999),
        Criterion(part="slow", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.999),
        Criterion(
            part="slow", metric=m.E2E_MEAN, bound=Bound.AT_MOST, target=ms_to_ns(50), minus_part="normal"
        ),
        Criterion(part="slow", metric=m.E2E_MAX, bound=Bound.AT_MOST, target=s_to_ns(1), minus_part="normal"),
    ),
)
