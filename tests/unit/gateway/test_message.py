"""Header lists, and errors in both dialects."""

import json

import pytest

from perf.gateway.errors import Dialect, GatewayError, error_body, error_event, refusal
from perf.gateway.http.message import end_to_end, field, status_line
from perf.gateway.http.pool import parse_origin


def test_hop_by_hop_fields_stay() -> None:
    """Those of RFC 9110, and those that `connection` names."""
    headers = [(b"connection", b"close, X-Hop"), (b"x-hop", b"1"), (b"te", b"t"), (b"x-perfgate-nonce", b"n")]

    assert end_to_end(headers) == b"x-perfgate-nonce: n\r\n"


def test_other_fields_travel_in_order_and_may_repeat() -> None:
    """Byte for byte."""
    headers = [(b"a", b"1"), (b"connection", b"Keep-Alive"), (b"b", b"2"), (b"a", b"3")]

    assert end_to_end(headers) == b"a: 1\r\nb: 2\r\na: 3\r\n"
    assert field(headers, b"b") == b"2"


def test_an_unknown_status_has_a_line() -> None:
    """529 is no IANA status, and Anthropic sends it."""
    assert status_line(529) == b"HTTP/1.1 529 Unknown\r\n"


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("http://127.0.0.1:19101/v1", b"127.0.0.1:19101", "/v1"),
        ("https://api.openai.com/v1/", b"api.openai.com", "/v1"),
        ("http://[::1]:8080", b"[::1]:8080", ""),
    ],
)
def test_an_origin_is_taken_apart(url: str, authority: bytes, path: str) -> None:
    """Usual ports are left out of the host field."""
    origin = parse_origin(url)

    assert (origin.authority, origin.path) == (authority, path)


def test_each_dialect_has_its_error() -> None:
    """The SDKs read these shapes."""
    error = GatewayError(503, "no_healthy_instances", message="none")
    inner = {"message": "none", "type": "no_healthy_instances"}
    openai = {**inner, "param": None, "code": None}
    numbered = {"type": "error", "code": "no_healthy_instances", "message": "none", "param": None}

    assert json.loads(error_body(error, Dialect.OPENAI)) == {"error": openai}
    assert json.loads(error_event(error, Dialect.RESPONSES, number=7).partition(b"data: ")[2]) == {
        **numbered,
        "sequence_number": 7,
    }
    assert json.loads(error_body(error, Dialect.ANTHROPIC)) == {"type": "error", "error": inner}
    assert error_event(error, Dialect.ANTHROPIC).startswith(b"event: error\ndata: {")
    assert json.loads(refusal(413, b"/v1/messages"))["error"]["type"] == "request_too_large"
