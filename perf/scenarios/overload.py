"""Scenario 12: half as much again as the gateway can carry, and back to a fifth of it.

A calm half of it would be too much for one whose goodput in overload is only just enough.
"""

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import (
    Ask,
    Bound,
    Cadence,
    Capability,
    Criterion,
    Overload,
    Part,
    Scenario,
)
from perf.model.units import s_to_ns
from perf.scenarios.topologies import GENERAL, script

OVERLOAD = Scenario(
    number="12",
    name="overload",
    title="Overload",
    cadence=Cadence.ONCE,
    needs=frozenset({Capability.OPENAI_CHAT}),
    topology=GENERAL,
    parts=(
        Part(
            name="burst",
            ask=Ask.CHAT,
            keys=100,
            workload=ClosedLoop(connections=64, requests=5_000),
            warmup_requests=128,
            default_script=script(tokens=16),
            connections=512,
            saturating=True,
            overload=Overload(ratio=1.5, calm_ratio=0.2, before=2, during=4, after=18, step_ns=s_to_ns(0.5)),
        ),
    ),
    criteria=(
        Criterion(part="burst", metric=m.OVERLOAD_GOODPUT, bound=Bound.AT_LEAST, target=0.5),
        Criterion(
            part="burst",
            metric=m.OVERLOAD_RECOVERY,
            bound=Bound.AT_MOST,
            target=s_to_ns(7),
            note="a gateway that carries only half of its saturation, as its goodput may be, works off the "
            "backlog of 2 s in 6.7 s, at the calm fifth of it",
        ),
        Criterion(part="burst", metric=m.CONTENT_RATIO, bound=Bound.AT_LEAST, target=1.0),
    ),
)
