"""Every way in which a request can end, brought about on real sockets."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from perf.load import LoadError, run
from perf.model.load import Bursts, ClosedLoop, Outcome, Recording, Timeouts, Workload
from perf.model.units import ms_to_ns, s_to_ns
from tests.load.plans import (
    BODY,
    DELTAS,
    DONE,
    ERROR,
    FINISH,
    LAST_CHUNK,
    STREAM_HEAD,
    a_plan,
    a_template,
    answer,
    chunk,
    delta,
    outcomes,
    stream,
)
from tests.load.scripted import Hangup, Pause, Script, ScriptedServer

LATER = Pause(ns=s_to_ns(30))
CLOSE = Hangup(reset=False)
RESET = Hangup(reset=True)
SHORT = Timeouts(connect_ns=ms_to_ns(100), first_byte_ns=ms_to_ns(100), total_ns=ms_to_ns(200))
UNFRAMED_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"
HALF = answer()[:-20]
CLOSED_LOOP = ClosedLoop(connections=2, requests=4)
OPEN_LOOP = Bursts(size=2, every_ns=ms_to_ns(5), count=2)


def offer(
    server: ScriptedServer, script: Script, *, streamed: bool, workload: Workload = CLOSED_LOOP
) -> Recording:
    """Four requests that all meet the same script, with patience."""
    server.serve(script)
    return run(a_plan(server.url, templates=(a_template(stream=streamed),), workload=workload))


@pytest.mark.parametrize(
    "workload", [pytest.param(CLOSED_LOOP, id="closed"), pytest.param(OPEN_LOOP, id="open")]
)
@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        pytest.param((answer(),), Outcome.OK, id="whole"),
        pytest.param((b"HTTP/1.1 200 OK\r\n\r\n" + BODY, CLOSE), Outcome.OK, id="ends-with-connection"),
        pytest.param((b"HTTP/1.1 100 Continue\r\n\r\n" + answer(),), Outcome.OK, id="interim-answer"),
        pytest.param((answer(status="429 Too Many Requests"),), Outcome.CLIENT_4XX, id="429"),
        pytest.param((answer(status="503 Service Unavailable"),), Outcome.SERVER_5XX, id="503"),
        pytest.param((answer(b"<html>", status="500 Oops"),), Outcome.SERVER_5XX, id="500-html"),
        pytest.param((answer(status="307 Temporary Redirect"),), Outcome.WRONG_CONTENT, id="redirect"),
        pytest.param((CLOSE,), Outcome.RESET, id="closed-without-answer"),
        pytest.param((RESET,), Outcome.RESET, id="reset-without-answer"),
        pytest.param((b"HTTP/1.1 200 OK\r\ncontent-le", CLOSE), Outcome.RESET, id="cut-in-head"),
        pytest.param((HALF, CLOSE), Outcome.RESET, id="cut-in-body"),
        pytest.param((answer(b"{}"),), Outcome.WRONG_CONTENT, id="no-text"),
        pytest.param((answer(BODY.replace(b"tok1", b"tok7")),), Outcome.WRONG_CONTENT, id="other-text"),
        pytest.param((b"220 smtp.example.org ESMTP\r\n",), Outcome.WRONG_CONTENT, id="not-http"),
    ],
)
def test_the_outcome_of_a_body(
    server: ScriptedServer, script: Script, outcome: Outcome, workload: Workload
) -> None:
    """Each answer that is not streamed ends in its outcome, four times out of four."""
    recording = offer(server, script, streamed=False, workload=workload)

    assert outcomes(recording.samples) == {outcome: 4}


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        pytest.param((stream(*DELTAS, FINISH, DONE),), Outcome.OK, id="whole"),
        pytest.param((stream(*DELTAS, FINISH),), Outcome.TRUNCATED_STREAM, id="finish-without-terminator"),
        pytest.param((stream(*DELTAS, DONE),), Outcome.TRUNCATED_STREAM, id="terminator-without-finish"),
        pytest.param(
            (stream(*DELTAS, FINISH, DONE).removesuffix(LAST_CHUNK), CLOSE),
            Outcome.TRUNCATED_STREAM,
            id="closed-after-the-terminator",
        ),
        pytest.param((stream(*DELTAS),), Outcome.TRUNCATED_STREAM, id="no-finish"),
        pytest.param((STREAM_HEAD + chunk(DELTAS[0]), CLOSE), Outcome.TRUNCATED_STREAM, id="closed-inside"),
        pytest.param((STREAM_HEAD + chunk(DELTAS[0]), RESET), Outcome.TRUNCATED_STREAM, id="reset-inside"),
        pytest.param(
            (stream(DELTAS[0], b"data: {\n\n", FINISH, DONE),), Outcome.MALFORMED_STREAM, id="no-json"
        ),
        pytest.param((STREAM_HEAD + b"nonsense",), Outcome.MALFORMED_STREAM, id="no-chunk"),
        pytest.param((stream(DELTAS[0], ERROR),), Outcome.STREAM_ERROR, id="error-event"),
        pytest.param((stream(*DELTAS[:2], FINISH, DONE),), Outcome.WRONG_CONTENT, id="token-lost"),
        pytest.param((stream(*DELTAS, delta("!"), FINISH, DONE),), Outcome.WRONG_CONTENT, id="token-more"),
        pytest.param((answer(status="529 Overloaded"),), Outcome.SERVER_5XX, id="529"),
        pytest.param((CLOSE,), Outcome.RESET, id="closed-without-answer"),
        pytest.param(
            (UNFRAMED_HEAD + b"".join(DELTAS) + FINISH + DONE, CLOSE),
            Outcome.OK,
            id="ends-with-connection",
        ),
        pytest.param(
            (UNFRAMED_HEAD + b"".join(DELTAS) + FINISH + DONE + b'data: {"ch', CLOSE),
            Outcome.MALFORMED_STREAM,
            id="half-a-frame-too-many",
        ),
        pytest.param((answer(),), Outcome.TRUNCATED_STREAM, id="no-stream"),
        pytest.param(
            (stream(*DELTAS[:1], DONE, *DELTAS[1:], FINISH),),
            Outcome.MALFORMED_STREAM,
            id="content-behind-the-terminator",
        ),
    ],
)
def test_the_outcome_of_a_stream(server: ScriptedServer, script: Script, outcome: Outcome) -> None:
    """Each streamed answer ends in its outcome, four times out of four."""
    recording = offer(server, script, streamed=True)

    assert outcomes(recording.samples) == {outcome: 4}


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        pytest.param((LATER,), Outcome.FIRST_BYTE_TIMEOUT, id="silence"),
        pytest.param((HALF, LATER), Outcome.TOTAL_TIMEOUT, id="stall-in-body"),
    ],
)
def test_patience_ends(server: ScriptedServer, script: Script, outcome: Outcome) -> None:
    """A request is given up at its deadline, never before, and the next has a new connection."""
    server.serve(script)
    recording = run(a_plan(server.url, workload=CLOSED_LOOP, timeouts=SHORT))

    assert outcomes(recording.samples) == {outcome: 4}
    assert recording.connections_opened == 4
    assert recording.ended_ns - recording.started_ns >= 2 * ms_to_ns(100)
    assert all(sample.last_byte_ns == 0 for sample in recording.samples)
    assert all(sample.ended_ns - sample.sent_ns >= ms_to_ns(100) for sample in recording.samples)


@contextmanager
def closed_port() -> Iterator[str]:
    """The URL of a port that nobody listens on, and nobody else can take."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize(
    "workload", [pytest.param(CLOSED_LOOP, id="closed"), pytest.param(OPEN_LOOP, id="open")]
)
def test_a_refused_connect_is_an_outcome(workload: Workload) -> None:
    """With no listener every request is refused; none is sent, and the run ends."""
    with closed_port() as url:
        recording = run(a_plan(url, workload=workload))

    assert outcomes(recording.samples) == {Outcome.REFUSED: 4}
    assert recording.connections_opened == 0
    assert all(sample.sent_ns == 0 < sample.intended_ns <= sample.ended_ns for sample in recording.samples)


@pytest.mark.parametrize(
    "workload", [pytest.param(CLOSED_LOOP, id="closed"), pytest.param(OPEN_LOOP, id="open")]
)
def test_a_door_slammed_shut_is_a_reset(server: ScriptedServer, workload: Workload) -> None:
    """A server that accepts and hangs up, before or after the sending, resets every request."""
    server.serve()
    recording = run(a_plan(server.url, workload=workload))

    assert outcomes(recording.samples) == {Outcome.RESET: 4}


def test_a_connect_that_gets_no_answer_times_out() -> None:
    """A full accept queue drops connects without a word; each request is given up at the deadline."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        recording = run(a_plan(url, workload=ClosedLoop(connections=1, requests=2), timeouts=SHORT))

    assert outcomes(recording.samples) == {Outcome.CONNECT_TIMEOUT: 2}


def test_a_failure_leaves_the_others_alone(server: ScriptedServer) -> None:
    """One broken answer in three costs one sample in three, and the text of no other."""
    server.serve((answer(),), (answer(status="500 Oops"),), (HALF, RESET))
    recording = run(a_plan(server.url, workload=ClosedLoop(connections=4, requests=30)))

    expected = [Outcome.OK, Outcome.SERVER_5XX, Outcome.RESET]
    assert [sample.outcome for sample in recording.samples] == expected * 10
    assert [sample.status for sample in recording.samples] == [200, 500, 200] * 10


@pytest.mark.parametrize("url", ["127.0.0.1:80", "ftp://127.0.0.1", "http://", "http://gateway.invalid"])
def test_an_unusable_url_is_an_error(url: str) -> None:
    """What can be no gateway is no outcome."""
    with pytest.raises(LoadError):
        run(a_plan(url))


def test_the_last_chunk_ends_a_stream(server: ScriptedServer) -> None:
    """After a whole stream the connection serves the next one."""
    whole = (STREAM_HEAD, chunk(DELTAS[0] + DELTAS[1]), chunk(DELTAS[2] + FINISH + DONE), LAST_CHUNK)
    recording = offer(server, whole, streamed=True)

    assert outcomes(recording.samples) == {Outcome.OK: 4}
    assert recording.connections_opened == 2
    assert [sample.deltas for sample in recording.samples] == [3] * 4
    assert len(recording.delta_times_ns) == 12
    assert [sample.frames for sample in recording.samples] == [5] * 4
    assert len(recording.frame_times_ns) == 20
