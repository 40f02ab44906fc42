"""Scenario 4: sessions are spread over the instances as their weights say."""

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import (
    Ask,
    Bound,
    Cadence,
    Capability,
    Criterion,
    Instance,
    Part,
    Provider,
    Scenario,
    Topology,
)
from perf.scenarios.topologies import script

_WEIGHTS = (("openai-light", 100), ("openai-heavy", 200), ("openai-other", 100))
_INSTANCES = tuple(
    Instance(name=name, provider=Provider.OPENAI, priority=1, weight=weight) for name, weight in _WEIGHTS
)


def _weighted(*, number: str, name: str, title: str, keys: int) -> Scenario:
    """One session for each of so many client keys."""
    return Scenario(
        number=number,
        name=name,
        title=title,
        cadence=Cadence.ONCE,
        needs=frozenset({Capability.OPENAI_CHAT, Capability.WEIGHTS}),
        topology=Topology(name=name, instances=_INSTANCES, keys=keys, recovery_ns=0),
        parts=(
            Part(
                name="sessions",
                ask=Ask.CHAT,
                keys=keys,
                workload=ClosedLoop(connections=16, requests=keys),
                default_script=script(tokens=4),
                weights=_WEIGHTS,
            ),
        ),
        criteria=(
            Criterion(part="sessions", metric=m.SHARE_DEVIATION, bound=Bound.AT_MOST, target=0.05),
            Criterion(
                part="sessions",
                metric=m.CHI_SQUARE_P,
                bound=Bound.AT_LEAST,
                target=0.001,
                note="a gateway that keeps to its weights falls below it once in a thousand runs",
            ),
            Criterion(part="sessions", metric=m.CHI_SQUARE_POWER, bound=Bound.AT_LEAST, target=0.9),
            Criterion(part="sessions", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.999),
        ),
    )


WEIGHTED_BALANCING_LARGE = _weighted(
    number="4L", name="weighted-balancing-10000", title="Weighted balancing, 10,000 sessions", keys=10_000
)
WEIGHTED_BALANCING = _weighted(
    number="4", name="weighted-balancing", title="Weighted balancing, 3,000 sessions", keys=3_000
)
