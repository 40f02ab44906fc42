"""Who is calling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.gateway.auth import KeyRing
from perf.gateway.errors import GatewayError

_RING = KeyRing([("sk-1", "one"), ("sk-2", "two")], secret=b"s" * 32)


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ([(b"authorization", b"Bearer sk-1")], "one"),
        ([(b"authorization", b"bearer sk-2")], "two"),
        ([(b"x-api-key", b"sk-2")], "two"),
        ([(b"x-api-key", b"other"), (b"authorization", b"Bearer sk-1")], "one"),
    ],
    ids=["bearer", "scheme in lower case", "x-api-key", "bearer wins"],
)
def test_a_known_key_gives_its_name(headers: list[tuple[bytes, bytes]], name: str) -> None:
    """Both headers are read."""
    assert _RING.name_of(headers) == name


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ([], "Missing Authorization header"),
        ([(b"authorization", b"Basic abc")], "Authorization header must use Bearer scheme"),
        ([(b"authorization", b"Bearer  ")], "Bearer token is empty"),
        ([(b"authorization", b"Bearer sk-3")], "Invalid or disabled API key"),
        ([(b"x-api-key", b"sk-3")], "Invalid or disabled API key"),
    ],
)
def test_an_unknown_caller_is_told_why(headers: list[tuple[bytes, bytes]], message: str) -> None:
    """Each way to fail has its words, and all are 401 `unauthorized`."""
    with pytest.raises(GatewayError) as caught:
        _RING.name_of(headers)

    assert (caught.value.status, caught.value.kind, caught.value.message) == (401, "unauthorized", message)


@given(st.binary(min_size=1, max_size=60).filter(lambda key: key.strip() not in (b"sk-1", b"sk-2", b"")))
def test_no_other_key_is_let_in(key: bytes) -> None:
    """Whatever is not a key's exact bytes is refused."""
    with pytest.raises(GatewayError):
        _RING.name_of([(b"authorization", b"Bearer " + key)])
