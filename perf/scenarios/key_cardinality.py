"""Scenario 15: what each client key costs in memory, whether it is still known, and what rest costs then."""

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import Ask, Bound, Cadence, Capability, Criterion, Part, Scenario, Topology
from perf.model.units import ms_to_ns, s_to_ns
from perf.scenarios.topologies import OPENAI_INSTANCES, script


def _cardinality(*, number: str, name: str, title: str, keys: int) -> Scenario:
    """Every key asks twice, in the same order; then nobody asks, and a table of so many keys may rest."""
    return Scenario(
        number=number,
        name=name,
        title=title,
        cadence=Cadence.ONCE,
        needs=frozenset({Capability.OPENAI_CHAT}),
        topology=Topology(name=name, instances=OPENAI_INSTANCES, keys=keys, recovery_ns=0),
        parts=(
            Part(
                name="keys",
                ask=Ask.CHAT,
                keys=keys,
                workload=ClosedLoop(connections=16, requests=2 * keys),
                warmup_requests=1_000,
                default_script=script(tokens=4),
                usage_every_ns=ms_to_ns(50),
                idle_ns=s_to_ns(1),
                saturating=True,
            ),
        ),
        criteria=(
            Criterion(part="keys", metric=m.MEMORY_PER_KEY, bound=Bound.AT_MOST, target=2_048),
            Criterion(part="keys", metric=m.MEMORY_PER_KNOWN_KEY, bound=Bound.AT_MOST, target=128),
            Criterion(
                part="keys",
                metric=m.STICKY_RATIO,
                bound=Bound.AT_LEAST,
                target=0.99,
                note="each key asks twice, with all others in between",
                needs=frozenset({Capability.STICKY_BY_KEY}),
            ),
            Criterion(part="keys", metric=m.IDLE_CPU, bound=Bound.AT_MOST, target=0.05),
            Criterion(part="keys", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.999),
        ),
    )


KEY_CARDINALITY_LARGE = _cardinality(
    number="15L", name="key-cardinality-100000", title="Key cardinality, 100,000 keys", keys=100_000
)
KEY_CARDINALITY = _cardinality(
    number="15", name="key-cardinality", title="Key cardinality, 10,000 keys", keys=10_000
)
