"""Scenario 13: how long a fresh process takes until it is ready, and until it has answered."""

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import Ask, Bound, Cadence, Capability, Criterion, Part, Scenario
from perf.model.units import s_to_ns
from perf.scenarios.topologies import GENERAL, script

COLD_START = Scenario(
    number="13",
    name="cold-start",
    title="Cold start",
    cadence=Cadence.ONCE,
    needs=frozenset({Capability.OPENAI_CHAT}),
    topology=GENERAL,
    parts=(
        Part(
            name="launches",
            ask=Ask.CHAT,
            workload=ClosedLoop(connections=1, requests=1),
            slices=5,
            default_script=script(tokens=16),
        ),
    ),
    criteria=(
        Criterion(part="launches", metric=m.READY_TIME, bound=Bound.AT_MOST, target=s_to_ns(10)),
        Criterion(part="launches", metric=m.FIRST_ANSWER_TIME, bound=Bound.AT_MOST, target=s_to_ns(11)),
        Criterion(part="launches", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=1.0),
    ),
)
