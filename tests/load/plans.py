"""Plans and answers to start a load test from."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import accumulate
from typing import cast

from perf.model.load import (
    Abort,
    ClosedLoop,
    LoadPlan,
    Outcome,
    Phase,
    Recording,
    RequestTemplate,
    Sample,
    Spread,
    Timeouts,
    Workload,
)
from perf.model.units import s_to_ns
from perf.model.wire import NONCE_BODY_MARK, Dialect

TEXT = "tok0 tok1 tok2"
BODY = b'{"choices":[{"message":{"role":"assistant","content":"tok0 tok1 tok2"},"finish_reason":"stop"}]}'
NO_DIALECT = "a dialect of nobody's"
TIMEOUTS = Timeouts(connect_ns=s_to_ns(20), first_byte_ns=s_to_ns(20), total_ns=s_to_ns(40))


def a_template(
    *, stream: bool = False, text: str = TEXT, path: str = "/v1/chat/completions", name: str = "chat"
) -> RequestTemplate:
    """A chat request that expects `TEXT`."""
    return RequestTemplate(
        name=name,
        path=path,
        headers=(("content-type", "application/json"), ("authorization", "Bearer test-key-0000")),
        body_prefix=b'{"messages":[{"role":"user","content":"' + NONCE_BODY_MARK.encode(),
        body_suffix=b' hello"}]}',
        dialect=Dialect.OPENAI_CHAT,
        stream=stream,
        expected_text=text,
    )


def an_unreadable_template() -> RequestTemplate:
    """A defect: the engine has no reader for its answers, and fails with an AssertionError over the first."""
    return replace(a_template(), dialect=cast("Dialect", NO_DIALECT))


def a_plan(
    base_url: str = "http://127.0.0.1:1",
    *,
    templates: tuple[RequestTemplate, ...] = (),
    workload: Workload | None = None,
    spread: Spread = Spread.BY_REQUEST,
    warmup_requests: int = 0,
    requests_per_connection: int = 0,
    max_connections: int = 64,
    timeouts: Timeouts = TIMEOUTS,
    abort: Abort | None = None,
) -> LoadPlan:
    """One request over one connection."""
    return LoadPlan(
        base_url=base_url,
        templates=templates or (a_template(),),
        spread=spread,
        workload=workload or ClosedLoop(connections=1, requests=1),
        warmup_requests=warmup_requests,
        requests_per_connection=requests_per_connection,
        max_connections=max_connections,
        timeouts=timeouts,
        abort=abort,
        nonce_prefix="0123456789ab",
        seed=1,
    )


def answer(body: bytes = BODY, *, status: str = "200 OK", headers: tuple[str, ...] = ()) -> bytes:
    """A whole answer with its length."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def delta(text: str) -> bytes:
    """A frame with a content delta."""
    return b'data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n' % text.encode()


FINISH = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"
ERROR = b'data: {"error":{"message":"upstream died","type":"server_error"}}\n\n'
DELTAS = (delta("tok0"), delta(" tok1"), delta(" tok2"))
STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """Data as one chunk of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def stream(*frames: bytes) -> bytes:
    """A whole streamed answer, each frame a chunk."""
    return STREAM_HEAD + b"".join(chunk(frame) for frame in frames) + LAST_CHUNK


def steady(recording: Recording) -> list[Sample]:
    """The samples that are judged."""
    return [sample for sample in recording.samples if sample.phase == Phase.STEADY]


def outcomes(samples: Iterable[Sample]) -> Counter[Outcome]:
    """How often each outcome came."""
    return Counter(Outcome(sample.outcome) for sample in samples)


def percentile(values: list[int], percent: int) -> int:
    """The nearest-rank percentile."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def deltas_of(recording: Recording) -> list[list[int]]:
    """The delta times of each steady sample."""
    counts = [sample.deltas for sample in recording.samples]
    return _parts(recording, recording.delta_times_ns.tolist(), counts)


def frames_of(recording: Recording) -> list[list[int]]:
    """The frame times of each steady sample."""
    counts = [sample.frames for sample in recording.samples]
    return _parts(recording, recording.frame_times_ns.tolist(), counts)


def _parts(recording: Recording, times_ns: list[int], counts: list[int]) -> list[list[int]]:
    ends = list(accumulate(counts))
    parts = zip(recording.samples, [0, *ends[:-1]], ends, strict=True)
    return [times_ns[start:end] for sample, start, end in parts if sample.phase == Phase.STEADY]
