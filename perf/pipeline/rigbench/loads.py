"""The loads that the engine offers in the comparison."""

from perf import load
from perf.model.load import (
    ClosedLoop,
    LoadPlan,
    Outcome,
    Phase,
    Recording,
    RequestTemplate,
    Sample,
    Spread,
    Timeouts,
)
from perf.model.units import s_to_ns
from perf.model.upstream import UpstreamScript
from perf.model.wire import NONCE_BODY_MARK, Dialect
from perf.pipeline.placement import pinned
from perf.pipeline.rigbench.figures import Sitting

PATH = "/v1/chat/completions"
NONCE = "0123456789ab"
_TIMEOUTS = Timeouts(connect_ns=s_to_ns(20), first_byte_ns=s_to_ns(120), total_ns=s_to_ns(150))
"""Long, as 10,000 streams on a machine that others keep busy are slow, but none of them is lost."""


def template(script: UpstreamScript, *, stream: bool) -> RequestTemplate:
    """A chat request whose every answer is compared with the script's text."""
    asks = '"stream":true,' if stream else ""
    return RequestTemplate(
        name="chat",
        path=PATH,
        headers=(("content-type", "application/json"), ("authorization", "Bearer test-key-0000")),
        body_prefix=f'{{"model":"gpt-4o",{asks}"messages":[{{"role":"user","content":"{NONCE_BODY_MARK}'.encode(),
        body_suffix=b'"}]}',
        dialect=Dialect.OPENAI_CHAT,
        stream=stream,
        expected_text="".join(script.tokens),
    )


def body(chat: RequestTemplate) -> bytes:
    """One body of the template, for clients that know nothing of nonces."""
    return chat.body_prefix + NONCE.encode() + b"0" * 8 + chat.body_suffix


def plan(chat: RequestTemplate, url: str, *, connections: int, requests: int, warmup: int) -> LoadPlan:
    """A closed loop that keeps its connections."""
    return LoadPlan(
        base_url=url,
        templates=(chat,),
        spread=Spread.BY_REQUEST,
        workload=ClosedLoop(connections=connections, requests=requests),
        warmup_requests=warmup,
        requests_per_connection=0,
        max_connections=connections,
        timeouts=_TIMEOUTS,
        abort=None,
        nonce_prefix=NONCE,
        seed=1,
    )


def offer(offered: LoadPlan, *, cpus: frozenset[int] | None) -> Sitting:
    """Run the engine in this process; the server's CPU time is left to the caller."""
    with pinned(cpus):
        return sitting_of(load.run(offered))


def sitting_of(recording: Recording) -> Sitting:
    """The steady state of a recording."""
    steady = [each for each in recording.samples if each.phase == Phase.STEADY]
    return Sitting(
        requests=len(steady),
        failed=sum(each.outcome != Outcome.OK for each in steady),
        frames=sum(each.deltas for each in steady),
        at_once=_at_once(steady),
        wall_ns=recording.ended_ns - recording.started_ns,
        client_cpu_ns=recording.engine_cpu_ns,
        server_cpu_ns=0,
    )


def _at_once(steady: list[Sample]) -> int:
    """How many requests were on their way when the last was sent, itself included."""
    last_ns = max(each.sent_ns for each in steady)
    return sum(each.last_byte_ns >= last_ns for each in steady)
