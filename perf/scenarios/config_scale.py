"""Scenario 20: whether a request costs more where more instances, client keys or models are configured."""

from dataclasses import replace

from perf.model import metric as m
from perf.model.load import ClosedLoop, ConstantRate
from perf.model.scenario import Ask, Bound, Cadence, Capability, Criterion, Part, Scenario, Topology
from perf.model.units import ms_to_ns, s_to_ns
from perf.scenarios.topologies import openai_instances, script

_ASKING = 100
"""So many keys ask, whatever the number of those that might."""
_MORE_NS = ms_to_ns(2)
"""So much more may a request cost: a search of 1,000 entries takes over twice as long in Python.

Two processes on a busy machine, one after the other, differ by half a millisecond with nothing to cause it.
"""
_MANY_INSTANCES, _MANY_KEYS, _MANY_ROUTES = 200, 10_000, 1_000


def _topology(*, instances: int = 3, keys: int = _ASKING, routes: int = 0) -> Topology:
    return Topology(
        name=f"{instances}-instances-{keys}-keys-{routes}-routes",
        instances=openai_instances(instances),
        keys=keys,
        recovery_ns=0,
        routes=routes,
    )


_SMALL = _topology()
_LARGE = _topology(instances=_MANY_INSTANCES, keys=_MANY_KEYS, routes=_MANY_ROUTES)
"""All of it at once."""


def _part(name: str, topology: Topology, *, needs: frozenset[Capability] = frozenset()) -> Part:
    """A lone connection; the warm-up has asked every instance that a key is bound to."""
    return Part(
        name=name,
        ask=Ask.CHAT,
        keys=_ASKING,
        workload=ClosedLoop(connections=1, requests=4 * _ASKING),
        warmup_requests=_ASKING,
        default_script=script(tokens=16),
        topology=topology,
        needs=needs,
    )


_PARTS = (
    _part("small", _SMALL),
    _part("instances", _topology(instances=_MANY_INSTANCES)),
    _part("keys", _topology(keys=_MANY_KEYS)),
    _part("routes", _topology(routes=_MANY_ROUTES), needs=frozenset({Capability.MODEL_ROUTES})),
)
_LISTED = replace(
    _part("models", _LARGE, needs=frozenset({Capability.MODEL_ROUTES, Capability.MODEL_LIST})),
    workload=ConstantRate(per_second=40, duration_ns=s_to_ns(5)),
    connections=1,
    warmup_requests=20,
    models_every_ns=ms_to_ns(250),
    saturating=True,
)
"""Few requests, while the list of models is asked for beside them: that may take a second and more."""

CONFIG_SCALE = Scenario(
    number="20",
    name="config-scale",
    title="Cost of a large configuration",
    cadence=Cadence.ONCE,
    needs=frozenset({Capability.OPENAI_CHAT}),
    topology=_SMALL,
    parts=(*_PARTS, _LISTED),
    criteria=(
        *(
            Criterion(part=part.name, metric=metric, bound=Bound.AT_MOST, target=_MORE_NS, minus_part="small")
            for part in _PARTS[1:]
            for metric in (m.OVERHEAD_P50, m.CPU_PER_REQUEST)
        ),
        *(
            Criterion(part=part.name, metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.999)
            for part in (*_PARTS, _LISTED)
        ),
        Criterion(part="routes", metric=m.MODEL_RATIO, bound=Bound.AT_LEAST, target=1.0),
        Criterion(part="models", metric=m.MODELS_RATIO, bound=Bound.AT_LEAST, target=1.0),
        Criterion(part="models", metric=m.MODELS_P50, bound=Bound.AT_MOST, target=ms_to_ns(50)),
        Criterion(part="models", metric=m.MODELS_MAX, bound=Bound.AT_MOST, target=s_to_ns(1)),
        Criterion(
            part="models",
            metric=m.CPU_PER_REQUEST,
            bound=Bound.AT_MOST,
            target=ms_to_ns(5),
            minus_part="small",
            note="a list comes with about eleven requests, and its CPU time counts with theirs",
        ),
        Criterion(
            part="models", metric=m.E2E_P95, bound=Bound.AT_MOST, target=ms_to_ns(50), minus_part="small"
        ),
    ),
)
