"""What is made of a gateway's answers to GET /v1/models."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from perf.sut.models import models_listed
from perf.targets import TARGETS
from tests.unit.targets.requests import a_request, an_endpoint


@contextmanager
def _answering(status: int, body: bytes) -> Iterator[str]:
    """A server that says this to the first client, and 401 to everybody else; yields its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers["authorization"] == "Bearer key-0" and self.path == "/v1/models"
            self.send_response(status if known else 401)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is inherited
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _list(*names: str) -> bytes:
    return json.dumps(
        {"object": "list", "data": [{"id": name, "object": "model"} for name in names]}
    ).encode()


@pytest.mark.parametrize(
    ("status", "body", "right", "own"),
    [
        pytest.param(200, _list("other", "route-00001"), True, True, id="a-configured-model"),
        pytest.param(200, _list("openai-7"), True, True, id="an-instance"),
        pytest.param(200, _list("gpt-4o-mini"), True, False, id="what-a-provider-has-too"),
        pytest.param(200, _list(), False, False, id="an-empty-list"),
        pytest.param(200, b"<html>models</html>", False, False, id="no-list"),
        pytest.param(404, _list("route-00001"), False, False, id="no-such-path"),
    ],
)
def test_a_list_is_known_by_its_names(status: int, body: bytes, right: bool, own: bool) -> None:
    """Only 200 with a name that was configured is a right answer; each question has its times."""
    told = a_request(an_endpoint(7), keys=("key-0", "key-1"), routes=2)
    with (
        _answering(status, body) as url,
        models_listed(url, target=TARGETS[0], told=told, every_ns=1_000_000) as answers,
    ):
        pass

    assert {(each.right, each.own) for each in answers} == {(right, own)}
    assert all(each.asked_ns < each.ended_ns for each in answers)


def test_nobody_there_is_no_list() -> None:
    """A refused connection is an answer that is not right; with 0 nothing is asked at all."""
    told = a_request(an_endpoint())
    with models_listed("http://127.0.0.1:9", target=TARGETS[0], told=told, every_ns=1_000_000) as answers:
        pass
    with models_listed("http://127.0.0.1:9", target=TARGETS[0], told=told, every_ns=0) as none:
        pass

    assert {each.right for each in answers} == {False}
    assert none == []
