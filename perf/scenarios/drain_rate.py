"""Scenario 16: what one chunk costs in a short and in a long stream that comes all at once."""

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import Ask, Bound, Cadence, Capability, Criterion, Part, Scenario
from perf.model.units import ms_to_ns
from perf.model.upstream import Fault, FaultKind
from perf.scenarios.topologies import GENERAL, script

_CHUNKS = 10_000
"""As many in each part, so that all are measured alike."""


def _part(tokens: int) -> Part:
    return Part(
        name=f"{tokens}-chunks",
        ask=Ask.CHAT_CONVERTED,
        stream=True,
        workload=ClosedLoop(connections=1, requests=_CHUNKS // tokens),
        warmup_requests=1,
        default_script=script(
            tokens=tokens, first_delay_ms=5, faults=(Fault(kind=FaultKind.COALESCE, ratio=1.0),)
        ),
    )


DRAIN_RATE = Scenario(
    number="16",
    name="drain-rate",
    title="Drain rate",
    cadence=Cadence.ONCE,
    needs=frozenset({Capability.OPENAI_CHAT, Capability.OPENAI_TO_ANTHROPIC, Capability.STREAMING}),
    topology=GENERAL,
    parts=(_part(100), _part(500), _part(2_000)),
    criteria=(
        *(
            Criterion(
                part=f"{tokens}-chunks",
                metric=m.CPU_PER_DELTA,
                bound=Bound.AT_MOST,
                target=ms_to_ns(0.01),
                minus_part="100-chunks",
            )
            for tokens in (500, 2_000)
        ),
        *(
            Criterion(part=f"{tokens}-chunks", metric=m.CONTENT_RATIO, bound=Bound.AT_LEAST, target=1.0)
            for tokens in (100, 500, 2_000)
        ),
    ),
)
