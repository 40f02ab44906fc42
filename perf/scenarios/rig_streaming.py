"""Scenario 2B: streams from the upstream itself, without a gateway: whether the rig keeps time."""

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import Ask, Bound, Cadence, Criterion, Part, Route, Scenario
from perf.model.units import ms_to_ns
from perf.scenarios.topologies import GENERAL, script

RIG_STREAMING = Scenario(
    number="2B",
    name="rig-streaming",
    title="Rig: streaming baseline of the mock",
    route=Route.DIRECT,
    cadence=Cadence.EVERY_BLOCK,
    needs=frozenset(),
    topology=GENERAL,
    parts=(
        Part(
            name="direct",
            ask=Ask.CHAT,
            stream=True,
            workload=ClosedLoop(connections=4, requests=4),
            default_script=script(tokens=10, first_delay_ms=50, interval_ms=20),
        ),
    ),
    criteria=(
        Criterion(part="direct", metric=m.TTFB_P50, bound=Bound.AT_MOST, target=ms_to_ns(150)),
        Criterion(part="direct", metric=m.CONTENT_RATIO, bound=Bound.AT_LEAST, target=1.0),
        Criterion(part="direct", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.99),
    ),
)
