"""Scenario 16: what one chunk costs: CPU in short and long streams, memory as long as a stream is open."""

from dataclasses import replace

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import Ask, Bound, Cadence, Criterion, Part, Scenario
from perf.model.units import ms_to_ns
from perf.model.upstream import Fault, FaultKind
from perf.scenarios.topologies import GENERAL, script

_CHUNKS = 10_000
"""As many in each part, so that all are measured alike."""


def _part(tokens: int, *, ask: Ask, prefix: str = "") -> Part:
    return Part(
        name=f"{prefix}{tokens}-chunks",
        ask=ask,
        stream=True,
        workload=ClosedLoop(connections=1, requests=_CHUNKS // tokens),
        warmup_requests=1,
        default_script=script(
            tokens=tokens, first_delay_ms=5, faults=(Fault(kind=FaultKind.COALESCE, ratio=1.0),)
        ),
    )


_CONVERTED = tuple(_part(tokens, ask=Ask.CHAT_CONVERTED) for tokens in (100, 500, 2_000))
_PASSED_ON = tuple(_part(tokens, ask=Ask.CHAT, prefix="chat-") for tokens in (100, 2_000))
_OPEN = 50
_OPEN_CHUNKS = 250
_WORDS = "held or passed on? " * 50
"""About 1 kB: whoever keeps the text keeps four times what is allowed."""


def _held_open() -> Part:
    """So many streams at once for five seconds: what is kept of their text adds up."""
    paced = script(tokens=_OPEN_CHUNKS, first_delay_ms=5, interval_ms=20)
    return Part(
        name="held-open",
        ask=Ask.CHAT,
        stream=True,
        keys=_OPEN,
        workload=ClosedLoop(connections=_OPEN, requests=_OPEN),
        default_script=replace(paced, tokens=tuple(f"{number} {_WORDS}" for number in range(_OPEN_CHUNKS))),
        usage_every_ns=ms_to_ns(50),
    )


DRAIN_RATE = Scenario(
    number="16",
    name="drain-rate",
    title="Drain rate",
    cadence=Cadence.ONCE,
    needs=frozenset(),
    topology=GENERAL,
    parts=(*_CONVERTED, *_PASSED_ON, _held_open()),
    criteria=(
        *(
            Criterion(
                part=long.name,
                metric=m.CPU_PER_DELTA,
                bound=Bound.AT_MOST,
                target=ms_to_ns(0.01),
                minus_part=short.name,
            )
            for short, *longer in (_CONVERTED, _PASSED_ON)
            for long in longer
        ),
        *(
            Criterion(part=part.name, metric=m.CONTENT_RATIO, bound=Bound.AT_LEAST, target=1.0)
            for part in (*_CONVERTED, *_PASSED_ON)
        ),
        Criterion(part="held-open", metric=m.MEMORY_PER_CHUNK, bound=Bound.AT_MOST, target=256),
        Criterion(part="held-open", metric=m.CONTENT_RATIO, bound=Bound.AT_LEAST, target=1.0),
        Criterion(part="held-open", metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=1.0),
    ),
)
