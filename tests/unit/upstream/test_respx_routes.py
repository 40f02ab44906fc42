"""The mock providers as respx routes."""

from dataclasses import replace

import httpx
import pytest

from perf.model.upstream import Fault, FaultKind
from perf.model.wire import NONCE_ECHO, NONCE_HEADER, NONCE_LENGTH, Dialect
from perf.upstream.behaviour import Behaviour
from perf.upstream.respx_routes import mock_router
from perf.upstream.scripts import expected_text, script
from perf.wire.read import body_text, reader_for
from perf.wire.sse import SseDecoder

PATHS = {
    Dialect.OPENAI_CHAT: "/v1/chat/completions",
    Dialect.OPENAI_RESPONSES: "/v1/responses",
    Dialect.ANTHROPIC_MESSAGES: "/v1/messages",
}

ASK = {"model": "m", "messages": [], "input": "hi", "max_tokens": 9}


def post(dialect: Dialect, *faults: Fault, stream: bool = False) -> httpx.Response:
    """One answer of a mock provider, read to its end."""
    with mock_router(script(faults=faults)):
        return httpx.post(f"https://provider.test{PATHS[dialect]}", json=ASK | {"stream": stream})


@pytest.mark.parametrize("dialect", Dialect)
def test_routes_answer_as_the_server_does(dialect: Dialect) -> None:
    """Whole or streamed, the text is the script's."""
    whole = post(dialect)
    streamed = post(dialect, stream=True)

    read = reader_for(dialect)
    events = [read(event, data) for event, data in SseDecoder().feed(streamed.content)]
    assert body_text(dialect, whole.content) == expected_text(script())
    assert "".join(text for _, text in events) == expected_text(script())
    assert streamed.headers["content-type"].startswith("text/event-stream")


def test_errors_have_the_providers_status() -> None:
    """A scripted error is an answer like any other."""
    fault = Fault(kind=FaultKind.STATUS, ratio=1.0, status=429, retry_after="2")

    answer = post(Dialect.OPENAI_CHAT, fault)

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FaultKind.FIN, httpx.RemoteProtocolError),
        (FaultKind.RST, httpx.ReadError),
        (FaultKind.SILENCE, httpx.ReadTimeout),
        (FaultKind.BLACK_HOLE, httpx.ReadTimeout),
    ],
)
def test_faults_of_the_connection_are_httpx_errors(kind: FaultKind, error: type[httpx.HTTPError]) -> None:
    """What a socket would do, httpx says."""
    with pytest.raises(error):
        post(Dialect.OPENAI_CHAT, Fault(kind=kind, ratio=1.0), stream=True)


@pytest.mark.parametrize("instance", ["openai", "anthropic", "third"])
def test_a_router_draws_as_the_instance_of_its_name(instance: str) -> None:
    """The same requests fail that fail of the server's, in the order in which they come."""
    wanted = script(faults=(Fault(kind=FaultKind.STATUS, ratio=0.5, status=503),), seed=11)
    behaviour = Behaviour(wanted, instance=instance)
    path = PATHS[Dialect.OPENAI_CHAT]

    with mock_router(wanted, instance=instance), httpx.Client(base_url="https://provider.test") as client:
        routed = [client.post(path, json=ASK).status_code for _ in range(60)]

    body = httpx.Request("POST", "https://provider.test", json=ASK).content
    served = [behaviour.answer(b"POST", path, body=body).delivery.status for _ in range(60)]
    assert routed == served
    assert set(routed) == {200, 503}


def test_other_requests_are_probes() -> None:
    """A GET gets a 200, an unknown POST a 404, a broken body a 400, another method of an endpoint a 405."""
    with mock_router(script()):
        seen = [
            httpx.get("https://provider.test/v1/models"),
            httpx.post("https://provider.test/v1/embeddings", json={"model": "m"}),
            httpx.post("https://provider.test/v1/messages", content=b"{"),
            httpx.delete("https://provider.test/v1/messages"),
        ]

    assert [answer.status_code for answer in seen] == [200, 404, 400, 405]
    assert seen[3].json()["request_id"] == seen[3].headers["request-id"]
    assert [model["object"] for model in seen[0].json()["data"]] == ["model", "model"]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_an_answer_tells_its_nonce(stream: bool) -> None:
    """As the server's does."""
    nonce = "n" * NONCE_LENGTH
    with mock_router(replace(script(), tokens=(f"<{NONCE_ECHO}>",))):
        answer = httpx.post(
            f"https://provider.test{PATHS[Dialect.OPENAI_CHAT]}",
            json=ASK | {"stream": stream},
            headers={NONCE_HEADER: nonce},
        )

    assert f"<{nonce}>" in answer.text


def test_an_error_names_its_request() -> None:
    """In its body as in its header."""
    answer = post(Dialect.ANTHROPIC_MESSAGES, Fault(kind=FaultKind.STATUS, ratio=1.0, status=529))

    assert answer.json()["request_id"] == answer.headers["request-id"]
