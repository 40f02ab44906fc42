"""Scenario 5: the same request passed through and converted, whole and streamed."""

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.metric import Metric
from perf.model.scenario import Ask, Bound, Cadence, Criterion, Part, Scenario
from perf.model.units import ms_to_ns
from perf.scenarios.topologies import GENERAL, script

_CONNECTIONS_RATIO = 0.2
"""A connection to each of three instances is 0.08 of 40 requests, warm-up included; one for each is 1."""
_FOR_P95 = 36
"""A block's share of the 200 requests that a p95 needs at the first look, after six blocks."""


def _part(ask: Ask, *, stream: bool, gates: tuple[Metric, ...], requests: int = 30) -> Part:
    return Part(
        name=f"{ask}-stream" if stream else str(ask),
        ask=ask,
        stream=stream,
        workload=ClosedLoop(connections=1, requests=60 if gates else requests),
        warmup_requests=10,
        slices=3 if gates else 1,
        default_script=script(tokens=20),
        gates=gates,
    )


_PARTS = (
    _part(Ask.CHAT, stream=False, gates=()),
    _part(Ask.CHAT_CONVERTED, stream=False, gates=(m.E2E_P50, m.CPU_PER_REQUEST)),
    _part(Ask.MESSAGES, stream=False, gates=(m.CPU_PER_REQUEST,)),
    _part(Ask.CHAT, stream=True, gates=(m.CPU_PER_DELTA,)),
    _part(Ask.CHAT_CONVERTED, stream=True, gates=(m.CPU_PER_REQUEST,)),
    _part(Ask.MESSAGES, stream=True, gates=(), requests=_FOR_P95),
)

CONVERSION_OVERHEAD = Scenario(
    number="5",
    name="conversion-overhead",
    title="Conversion overhead",
    cadence=Cadence.EVERY_BLOCK,
    needs=frozenset(),
    topology=GENERAL,
    parts=_PARTS,
    criteria=(
        *(
            Criterion(
                part=f"{ask}{form}",
                metric=m.OVERHEAD_P50,
                bound=Bound.AT_MOST,
                target=ms_to_ns(2),
                minus_part=f"{Ask.CHAT}{form}",
            )
            for ask in (Ask.CHAT_CONVERTED, Ask.MESSAGES)
            for form in ("", "-stream")
        ),
        Criterion(
            part="messages-stream", metric=m.TTFT_OVERHEAD_P95, bound=Bound.AT_MOST, target=ms_to_ns(100)
        ),
        *(
            Criterion(
                part=part.name,
                metric=m.CONNECTIONS_PER_REQUEST,
                bound=Bound.AT_MOST,
                target=_CONNECTIONS_RATIO,
            )
            for part in _PARTS
        ),
        *(
            Criterion(part=part.name, metric=m.ATTEMPTS_PER_REQUEST, bound=Bound.AT_MOST, target=1.0)
            for part in _PARTS
        ),
        *(
            Criterion(part=part.name, metric=m.CONTENT_RATIO, bound=Bound.AT_LEAST, target=1.0)
            for part in _PARTS
        ),
        *(
            Criterion(part=part.name, metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.999)
            for part in _PARTS
        ),
    ),
)
