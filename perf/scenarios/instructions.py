"""Scenario 17: how many instructions a request, a chunk and a conversion cost, counted and not timed."""

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.metric import Metric
from perf.model.scenario import Ask, Cadence, Part, Scenario
from perf.model.upstream import Fault, FaultKind
from perf.scenarios.topologies import GENERAL, script

_WINDOWS = 12
_AT_ONCE = Fault(kind=FaultKind.COALESCE, ratio=1.0)
"""All chunks in one write: how many of them a read brings must not depend on the machine's speed."""


def _part(name: str, ask: Ask, *, stream: bool, requests: int, gates: tuple[Metric, ...]) -> Part:
    return Part(
        name=name,
        ask=ask,
        stream=stream,
        workload=ClosedLoop(connections=1, requests=requests),
        warmup_requests=20,
        slices=_WINDOWS,
        default_script=script(tokens=20, faults=(_AT_ONCE,) if stream else ()),
        gates=gates,
    )


INSTRUCTIONS = Scenario(
    number="17",
    name="instructions",
    title="Instructions per request",
    cadence=Cadence.COUNTED,
    needs=frozenset(),
    topology=GENERAL,
    parts=(
        _part(
            "chat",
            Ask.CHAT,
            stream=False,
            requests=4,
            gates=(m.INSTRUCTIONS_PER_REQUEST, m.CONNECTIONS_PER_REQUEST, m.UPSTREAM_BYTES_PER_REQUEST),
        ),
        _part("chat-stream", Ask.CHAT, stream=True, requests=2, gates=(m.INSTRUCTIONS_PER_DELTA,)),
        _part(
            "chat-converted",
            Ask.CHAT_CONVERTED,
            stream=False,
            requests=4,
            gates=(m.INSTRUCTIONS_PER_REQUEST, m.UPSTREAM_BYTES_PER_REQUEST),
        ),
        _part("messages-stream", Ask.MESSAGES, stream=True, requests=2, gates=(m.INSTRUCTIONS_PER_DELTA,)),
    ),
    criteria=(),
)
