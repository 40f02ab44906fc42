"""Scenario 10: clients that hang up, and clients that bring a connection for each request."""

from dataclasses import replace

from perf.model import metric as m
from perf.model.load import Abort, ClosedLoop
from perf.model.scenario import Ask, Bound, Cadence, Criterion, Part, Scenario
from perf.model.units import ms_to_ns
from perf.model.upstream import UpstreamScript
from perf.scenarios.topologies import GENERAL, script

_EVERY_OTHER_STREAM = Abort(every=2, after_deltas=3)
_EVERY_OTHER_ANSWER = Abort(every=2, after_deltas=0)
_NAGLE_NS = ms_to_ns(20)
"""Half of the 40 ms that a small write waits for the peer's delayed acknowledgement without TCP_NODELAY."""


def _aborted(name: str, abort: Abort, *, answer: UpstreamScript) -> Part:
    """Upstream an answer takes 600 ms, and a gateway has 200 ms to end it when the client has left."""
    return Part(
        name=name,
        ask=Ask.CHAT,
        stream=abort.after_deltas > 0,
        keys=16,
        workload=ClosedLoop(connections=16, requests=96),
        warmup_requests=16,
        default_script=answer,
        abort=abort,
        usage_every_ns=ms_to_ns(25),
    )


def _streamed(name: str, *, requests_per_connection: int) -> Part:
    return Part(
        name=name,
        ask=Ask.CHAT,
        stream=True,
        keys=16,
        workload=ClosedLoop(connections=2, requests=100),
        warmup_requests=10,
        default_script=script(tokens=8, first_delay_ms=2, interval_ms=1),
        requests_per_connection=requests_per_connection,
    )


_STREAMS = _aborted("aborted-streams", _EVERY_OTHER_STREAM, answer=script(tokens=31, interval_ms=20))
_CONVERTED = replace(_STREAMS, name="aborted-converted", ask=Ask.CHAT_CONVERTED)
_MESSAGES = replace(_STREAMS, name="aborted-messages", ask=Ask.MESSAGES)
_ANSWERS = _aborted("aborted-answers", _EVERY_OTHER_ANSWER, answer=script(tokens=16, first_delay_ms=600))
_KEPT = _streamed("kept-connections", requests_per_connection=0)
_FRESH = _streamed("new-connections", requests_per_connection=1)

CLIENT_ABORTS = Scenario(
    number="10",
    name="client-aborts",
    title="Client aborts and connection churn",
    cadence=Cadence.ONCE,
    needs=frozenset(),
    topology=GENERAL,
    parts=(_STREAMS, _CONVERTED, _MESSAGES, _ANSWERS, _KEPT, _FRESH),
    criteria=(
        *(
            criterion
            for part in (_STREAMS, _CONVERTED, _MESSAGES, _ANSWERS)
            for criterion in (
                Criterion(part=part.name, metric=m.ABORT_SEEN_RATIO, bound=Bound.AT_LEAST, target=0.99),
                Criterion(part=part.name, metric=m.ABORT_TIME_P95, bound=Bound.AT_MOST, target=ms_to_ns(200)),
                Criterion(part=part.name, metric=m.UNDISTURBED_SUCCESS, bound=Bound.AT_LEAST, target=1.0),
                Criterion(part=part.name, metric=m.FD_GROWTH, bound=Bound.AT_MOST, target=10),
            )
        ),
        *(
            criterion
            for part in (_KEPT, _FRESH)
            for criterion in (
                Criterion(part=part.name, metric=m.TTFT_OVERHEAD_P50, bound=Bound.AT_MOST, target=_NAGLE_NS),
                Criterion(part=part.name, metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.999),
            )
        ),
    ),
)
CLIENT_ABORTS_SHORT = replace(
    CLIENT_ABORTS,
    number="10S",
    name="client-aborts-short",
    title="Client aborts, short",
    parts=(_STREAMS,),
    criteria=tuple(each for each in CLIENT_ABORTS.criteria if each.part == _STREAMS.name),
)
