"""Scenario 20: whether a request costs more where more instances or more client keys are configured."""

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import Ask, Bound, Cadence, Capability, Criterion, Part, Scenario, Topology
from perf.model.units import ms_to_ns
from perf.scenarios.topologies import openai_instances, script

_ASKING = 100
"""So many keys ask, whatever the number of those that might."""
_MANY_INSTANCES, _MANY_KEYS = 200, 10_000


def _topology(*, instances: int, keys: int) -> Topology:
    return Topology(
        name=f"{instances}-instances-{keys}-keys",
        instances=openai_instances(instances),
        keys=keys,
        recovery_ns=0,
    )


_SMALL = _topology(instances=3, keys=_ASKING)


def _part(name: str, topology: Topology) -> Part:
    """A lone connection; the warm-up has asked every instance that a key is bound to."""
    return Part(
        name=name,
        ask=Ask.CHAT,
        keys=_ASKING,
        workload=ClosedLoop(connections=1, requests=4 * _ASKING),
        warmup_requests=_ASKING,
        default_script=script(tokens=16),
        topology=topology,
    )


_PARTS = (
    _part("small", _SMALL),
    _part("instances", _topology(instances=_MANY_INSTANCES, keys=_ASKING)),
    _part("keys", _topology(instances=3, keys=_MANY_KEYS)),
)

CONFIG_SCALE = Scenario(
    number="20",
    name="config-scale",
    title="Cost of a large configuration",
    cadence=Cadence.ONCE,
    needs=frozenset({Capability.OPENAI_CHAT}),
    topology=_SMALL,
    parts=_PARTS,
    criteria=(
        *(
            Criterion(
                part=part.name, metric=metric, bound=Bound.AT_MOST, target=ms_to_ns(1), minus_part="small"
            )
            for part in _PARTS[1:]
            for metric in (m.OVERHEAD_P50, m.CPU_PER_REQUEST)
        ),
        *(
            Criterion(part=part.name, metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.999)
            for part in _PARTS
        ),
    ),
)
