"""What the log tells of who asked, for what, and by which connection; and the ids that answers have."""

from itertools import product

import httpx
import pytest

from perf.model.upstream import Fault, FaultKind
from perf.upstream.process import UpstreamProcess
from perf.upstream.scripts import script
from tests.conformance.log import drained
from tests.conformance.raw import PATH, WHOLE, RawClient, request

NONCE = "0123456789ab0000000f"


@pytest.mark.parametrize("place", ["header", "body"])
def test_a_nonce_is_found(upstream: UpstreamProcess, place: str) -> None:
    """In its header, or behind its mark in the body where a gateway dropped the header."""
    with RawClient(upstream.urls["a"]) as client:
        if place == "header":
            client.send(nonce=NONCE)
        else:
            client.send(prompt=f"Say: pg-nonce-{NONCE} please")
        client.read_until(WHOLE)

    (arrival,) = drained(upstream, 1)
    assert (arrival.instance, arrival.nonce, arrival.path) == ("a", NONCE, PATH)
    assert (arrival.status, arrival.credential, arrival.client_aborted) == (200, "secret", False)


def test_connections_are_told_apart(upstream: UpstreamProcess) -> None:
    """Two requests of one connection share its number, those of another do not."""
    for requests in (2, 1):
        with RawClient(upstream.urls["a"]) as client:
            for _ in range(requests):
                client.send()
                client.read_until(WHOLE)

    first, second, third = (arrival.connection for arrival in drained(upstream, 3))
    assert first == second != third


def test_every_answer_has_an_id_of_its_own(upstream: UpstreamProcess) -> None:
    """In one connection and in others, of either instance, whole and streamed, good and bad."""
    upstream.script("b", script(faults=(Fault(kind=FaultKind.STATUS, ratio=0.5, status=529),)))
    ids = []
    for name, stream in product(("a", "b"), (False, True)):
        with httpx.Client(base_url=upstream.urls[name]) as client:
            for _ in range(5):
                body = {"model": "m", "stream": stream, "messages": [], "max_tokens": 9}
                ids.append(client.post("/v1/messages", json=body).headers["request-id"])
                ids.append(client.post(PATH, json=body).headers["x-request-id"])

    assert len({told.removeprefix("req_01").removeprefix("req_") for told in ids}) == len(ids) == 40


@pytest.mark.parametrize("version", ["2026-10-21", "2023-06-01", "next year's", ""])
def test_any_version_is_taken_and_told(upstream: UpstreamProcess, version: str) -> None:
    """What `anthropic-version` says, at the first sight of a request and when it is known; "" without one."""
    field = b"Anthropic-Version: %b\r\nHost: mock" % version.encode() if version else b"Host: mock"
    with RawClient(upstream.urls["a"]) as client:
        for number in range(3):
            nonce = f"0123456789ab{number:08x}"
            sent = request(nonce=nonce, prompt=f"pg-nonce-{nonce}")
            client.socket.sendall(sent.replace(b"Host: mock", field))
            client.read_until(WHOLE)

    seen = drained(upstream, 3)
    assert [(arrival.status, arrival.version) for arrival in seen] == [(200, version)] * 3


def test_the_model_is_told(upstream: UpstreamProcess) -> None:
    """Of whole answers and streams, at the first sight of a request and when it is known; of no probe."""
    asked = ["route-1", "route-2", "route-2"]
    for model in asked:
        for stream in (False, True):
            body = {"model": model, "stream": stream, "messages": [{"role": "user", "content": "Hello"}]}
            httpx.post(f"{upstream.urls['a']}{PATH}", json=body, headers={"x-perfgate-nonce": NONCE})
    httpx.get(f"{upstream.urls['a']}/v1/models")

    arrivals = drained(upstream, 7)
    assert [arrival.model for arrival in arrivals] == ["route-1"] * 2 + ["route-2"] * 4 + [""]
