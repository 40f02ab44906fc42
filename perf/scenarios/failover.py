"""Scenario 7: the primary answers with errors; then it dies and comes back."""

from perf.model import metric as m
from perf.model.load import ClosedLoop, ConstantRate
from perf.model.scenario import (
    Ask,
    Bound,
    Cadence,
    Capability,
    Change,
    Criterion,
    Event,
    Part,
    Scenario,
)
from perf.model.units import ms_to_ns, s_to_ns
from perf.model.upstream import Fault, FaultKind
from perf.scenarios.topologies import FAILOVER, script

_PRIMARY = "openai-primary"
_FAILING = Fault(kind=FaultKind.STATUS, ratio=1.0, status=500)

_ERRORS = Part(
    name="errors",
    ask=Ask.CHAT,
    keys=500,
    workload=ClosedLoop(connections=4, requests=500),
    default_script=script(tokens=16),
    scripts=((_PRIMARY, script(tokens=16, faults=(_FAILING,))),),
)
_DEATH = Part(
    name="death",
    ask=Ask.CHAT,
    keys=500,
    workload=ConstantRate(per_second=100, duration_ns=s_to_ns(6)),
    default_script=script(tokens=16),
    events=(
        Event(at_ns=s_to_ns(1), instance=_PRIMARY, change=Change.DIES),
        Event(at_ns=s_to_ns(2.5), instance=_PRIMARY, change=Change.RETURNS),
    ),
    saturating=True,
)

FAILOVER_SCENARIO = Scenario(
    number="7",
    name="failover",
    title="Failover",
    cadence=Cadence.ONCE,
    needs=frozenset({Capability.OPENAI_CHAT, Capability.FAILOVER}),
    topology=FAILOVER,
    parts=(_ERRORS, _DEATH),
    criteria=(
        Criterion(part="errors", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.99),
        Criterion(part="errors", metric=m.OVERHEAD_P50, bound=Bound.AT_MOST, target=ms_to_ns(10)),
        Criterion(part="errors", metric=m.ATTEMPTS_PER_REQUEST, bound=Bound.AT_MOST, target=1.1),
        Criterion(part="death", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.99),
        Criterion(part="death", metric=m.DETECT_TIME, bound=Bound.AT_MOST, target=s_to_ns(1)),
        Criterion(part="death", metric=m.RECOVER_TIME, bound=Bound.AT_MOST, target=s_to_ns(3)),
    ),
)
