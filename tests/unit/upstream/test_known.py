"""Requests that are known again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.model.wire import Dialect
from perf.upstream.known import Acquaintance, Known
from perf.upstream.replies import Ask

NONCE = b"0123456789ab00000001"
OTHER = b"0123456789ab0000beef"
KNOWN = Known("/v1/messages", "k", Ask(Dialect.ANTHROPIC_MESSAGES, "m", False, False), True, "2026-10-21")
NONCES = st.binary(min_size=20, max_size=20).map(lambda drawn: drawn.hex()[:20].encode())


def a_request(nonce: bytes, *, header: bool = True, tail: bytes = b"") -> bytes:
    """A request with its nonce in the body and, if wanted, in the header."""
    field = b"x-perfgate-nonce: " + nonce + b"\r\n" if header else b""
    return b"POST /v1/messages HTTP/1.1\r\n" + field + b'\r\n{"text":"pg-nonce-' + nonce + b'"}' + tail


@pytest.mark.parametrize("header", [True, False], ids=["in-header-and-body", "in-body-alone"])
@given(first=NONCES, second=NONCES)
def test_a_request_is_known_by_all_but_its_nonce(first: bytes, second: bytes, header: bool) -> None:
    """The same request with another nonce says the same, and its own nonce."""
    acquaintance = Acquaintance()
    acquaintance.learn(a_request(first, header=header), KNOWN)

    assert acquaintance.recall(a_request(second, header=header)) == (KNOWN, second.decode())


def test_other_bytes_are_a_stranger() -> None:
    """A request that differs in anything else, or is only a part, is not known."""
    acquaintance = Acquaintance()
    acquaintance.learn(a_request(NONCE), KNOWN)

    assert acquaintance.recall(a_request(NONCE, tail=b"!")) is None
    assert acquaintance.recall(a_request(NONCE)[:-1]) is None
    assert acquaintance.recall(a_request(NONCE, header=False)) is None


def test_two_nonces_in_one_request_are_a_stranger() -> None:
    """Where header and body disagree, the request is parsed."""
    acquaintance = Acquaintance()
    acquaintance.learn(a_request(NONCE), KNOWN)
    head, _, body = a_request(NONCE).partition(b"\r\n\r\n")

    assert acquaintance.recall(head + b"\r\n\r\n" + body.replace(NONCE, OTHER)) is None


def test_what_has_no_nonce_or_is_long_is_not_kept() -> None:
    """Probes and large prompts are parsed each time."""
    acquaintance = Acquaintance()
    for data in (b"GET /health HTTP/1.1\r\n\r\n", a_request(NONCE, tail=b"x" * 8_192)):
        acquaintance.learn(data, KNOWN)

        assert acquaintance.recall(data) is None


def test_it_forgets_rather_than_grow() -> None:
    """After a thousand different requests it starts afresh."""
    acquaintance = Acquaintance()
    for number in range(1_025):
        acquaintance.learn(a_request(NONCE, tail=b"%d" % number), KNOWN)

    assert acquaintance.recall(a_request(NONCE, tail=b"0")) is None
    assert acquaintance.recall(a_request(NONCE, tail=b"1024")) is not None
