"""Scenario 18: an instance that takes connections and never answers, not even a probe."""

from perf.model import metric as m
from perf.model.load import ConstantRate
from perf.model.scenario import (
    Ask,
    Bound,
    Cadence,
    Capability,
    Change,
    Criterion,
    Event,
    Instance,
    Part,
    Provider,
    Scenario,
    Topology,
)
from perf.model.units import ms_to_ns, s_to_ns
from perf.scenarios.topologies import script

_HANGING = "openai-1"
_PATIENT = Topology(
    name="patient",
    instances=(
        Instance(name="openai-0", provider=Provider.OPENAI, priority=1, weight=100),
        Instance(name=_HANGING, provider=Provider.OPENAI, priority=1, weight=100),
        Instance(name="openai-backup", provider=Provider.OPENAI, priority=2, weight=100),
    ),
    keys=450,
    recovery_ns=s_to_ns(1),
    patience_ns=s_to_ns(0.5),
)
"""Two equal instances and a backup; an attempt is to be given up after half a second.

There is a key for each request, so that none is bound to the instance that hangs.
"""

BLACK_HOLE = Scenario(
    number="18",
    name="black-hole",
    title="An instance that hangs",
    cadence=Cadence.ONCE,
    needs=frozenset({Capability.OPENAI_CHAT, Capability.FAILOVER}),
    topology=_PATIENT,
    parts=(
        Part(
            name="hangs",
            ask=Ask.CHAT,
            keys=450,
            workload=ConstantRate(per_second=100, duration_ns=s_to_ns(4.5)),
            default_script=script(tokens=16),
            events=(
                Event(at_ns=s_to_ns(0.5), instance=_HANGING, change=Change.HANGS),
                Event(at_ns=s_to_ns(3.5), instance=_HANGING, change=Change.RETURNS),
            ),
            health_every_ns=ms_to_ns(50),
            saturating=True,
        ),
    ),
    criteria=(
        Criterion(part="hangs", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.99),
        Criterion(part="hangs", metric=m.BYSTANDER_E2E_P99, bound=Bound.AT_MOST, target=ms_to_ns(100)),
        Criterion(
            part="hangs",
            metric=m.STUCK_RATIO,
            bound=Bound.AT_MOST,
            target=0.2,
            note="half of them are meant for it, and nobody can know that it hangs for half a second",
        ),
        Criterion(part="hangs", metric=m.HEALTH_MAX, bound=Bound.AT_MOST, target=s_to_ns(1)),
        Criterion(part="hangs", metric=m.HEALTH_RATIO, bound=Bound.AT_LEAST, target=1.0),
    ),
)
