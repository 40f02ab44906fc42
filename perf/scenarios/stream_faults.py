"""Scenario 9: streams that arrive in pieces, stall, break off, or never begin."""

from dataclasses import replace

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import Ask, Bound, Cadence, Capability, Criterion, Part, Scenario
from perf.model.units import ms_to_ns, s_to_ns
from perf.model.upstream import Fault, FaultKind, UpstreamScript
from perf.scenarios.topologies import ANTHROPIC_INSTANCE, FAILOVER, RECOVERING, openai_instances, script

_PRIMARY = "openai-primary"
_CUT_RATIO = 0.1
_MANY = 8
_SPREAD = replace(
    RECOVERING,
    name="spread",
    instances=(
        *openai_instances(_MANY),
        *(replace(ANTHROPIC_INSTANCE, name=f"anthropic-{number}") for number in range(_MANY)),
    ),
)
"""Three cuts in a row may take an instance out of use; so many that others are always there to answer."""
_PATIENCE_NS = s_to_ns(5)
"""How long the client waits for the end of a stream that may have been cut."""
_CUTS = (
    Fault(kind=FaultKind.FIN, ratio=_CUT_RATIO, after_frames=6),
    Fault(kind=FaultKind.RST, ratio=_CUT_RATIO, after_bytes=1_500),
    Fault(kind=FaultKind.ERROR_EVENT, ratio=_CUT_RATIO, after_frames=4),
)
_OVERLOADED = Fault(kind=FaultKind.STATUS, ratio=0.3, status=503)
_LIMITED = Fault(kind=FaultKind.STATUS, ratio=1.0, status=429, retry_after="1")


def _words(count: int) -> tuple[str, ...]:
    """Tokens with characters of one to four bytes, so that a cut through one shows."""
    return tuple(f"wörd 語 🙂 {number} " for number in range(count))


def _streamed(name: str, answer: UpstreamScript, *, connections: int, requests: int) -> Part:
    return Part(
        name=name,
        ask=Ask.CHAT,
        stream=True,
        keys=100,
        workload=ClosedLoop(connections=connections, requests=requests),
        default_script=answer,
    )


def _refused(name: str, refusal: Fault, *, stream: bool = False) -> Part:
    """The primary refuses, the backup does not."""
    return Part(
        name=name,
        ask=Ask.CHAT,
        stream=stream,
        keys=500,
        workload=ClosedLoop(connections=4, requests=300),
        default_script=script(tokens=16),
        scripts=((_PRIMARY, script(tokens=16, faults=(refusal,))),),
        topology=FAILOVER,
        needs=frozenset({Capability.FAILOVER}),
    )


_SPLIT = _streamed(
    "split",
    replace(
        script(tokens=10, first_delay_ms=20, faults=(Fault(kind=FaultKind.SPLIT, ratio=1.0, after_bytes=1),)),
        tokens=_words(10),
    ),
    connections=2,
    requests=16,
)
_SPLIT_CONVERTED = replace(_SPLIT, name="split-converted", ask=Ask.CHAT_CONVERTED)
_COALESCED = _streamed(
    "coalesced",
    replace(
        script(tokens=50, faults=(Fault(kind=FaultKind.COALESCE, ratio=1.0),)),
        tokens=_words(50),
    ),
    connections=2,
    requests=60,
)
_CUT_ANSWERS = script(tokens=20, interval_ms=1, faults=_CUTS)
_CUT = replace(
    _streamed("cut", _CUT_ANSWERS, connections=4, requests=100), topology=_SPREAD, give_up_ns=_PATIENCE_NS
)
_CUTS_OF_ALL = (
    _CUT,
    replace(_CUT, name="cut-converted", ask=Ask.CHAT_CONVERTED),
    replace(_CUT, name="cut-messages", ask=Ask.MESSAGES),
)
_STALLED = _streamed(
    "stalled",
    script(
        tokens=20,
        faults=(Fault(kind=FaultKind.STALL, ratio=1.0, after_frames=8, pause_ns=ms_to_ns(300)),),
    ),
    connections=16,
    requests=32,
)
_STALLS = (
    _STALLED,
    replace(_STALLED, name="stalled-converted", ask=Ask.CHAT_CONVERTED),
    replace(_STALLED, name="stalled-messages", ask=Ask.MESSAGES),
)
_OVERLOAD = _refused("overloaded", _OVERLOADED)
_OVERLOAD_STREAMS = _refused("overloaded-streams", _OVERLOADED, stream=True)
_RATE_LIMIT = _refused("rate-limited", _LIMITED)

STREAM_FAULTS = Scenario(
    number="9",
    name="stream-faults",
    title="Stream faults",
    cadence=Cadence.ONCE,
    needs=frozenset(),
    topology=RECOVERING,
    parts=(
        _SPLIT,
        _SPLIT_CONVERTED,
        _COALESCED,
        *_CUTS_OF_ALL,
        *_STALLS,
        _OVERLOAD,
        _OVERLOAD_STREAMS,
        _RATE_LIMIT,
    ),
    criteria=(
        *(
            Criterion(part=part.name, metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=1.0)
            for part in (_SPLIT, _SPLIT_CONVERTED, _COALESCED, *_STALLS)
        ),
        *(
            Criterion(part=part.name, metric=m.SILENT_CUT_RATIO, bound=Bound.AT_MOST, target=0.0)
            for part in _CUTS_OF_ALL
        ),
        *(
            criterion
            for part in _CUTS_OF_ALL
            for criterion in (
                Criterion(part=part.name, metric=m.CUT_END_RATIO, bound=Bound.AT_LEAST, target=1.0),
                Criterion(part=part.name, metric=m.UNCUT_SUCCESS, bound=Bound.AT_LEAST, target=0.999),
                Criterion(part=part.name, metric=m.FAILED_E2E_P99, bound=Bound.AT_MOST, target=s_to_ns(1)),
            )
        ),
        *(
            Criterion(part=part.name, metric=m.TTFT_OVERHEAD_P50, bound=Bound.AT_MOST, target=ms_to_ns(100))
            for part in _STALLS
        ),
        *(
            criterion
            for part, attempts in ((_OVERLOAD, 1.5), (_OVERLOAD_STREAMS, 1.5), (_RATE_LIMIT, 1.1))
            for criterion in (
                Criterion(part=part.name, metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.99),
                Criterion(
                    part=part.name, metric=m.ATTEMPTS_PER_REQUEST, bound=Bound.AT_MOST, target=attempts
                ),
            )
        ),
    ),
)
_SHORT = {_COALESCED.name, _CUT.name}
STREAM_FAULTS_SHORT = replace(
    STREAM_FAULTS,
    number="9S",
    name="stream-faults-short",
    title="Stream faults, short",
    parts=tuple(part for part in STREAM_FAULTS.parts if part.name in _SHORT),
    criteria=tuple(each for each in STREAM_FAULTS.criteria if each.part in _SHORT),
)
"""The two faults that cost the most when they get through, in about a second."""
