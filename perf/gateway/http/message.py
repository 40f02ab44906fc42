"""The parts of HTTP messages that both sides share: header lists, status lines and hop-by-hop rules."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import TypeAlias

Headers: TypeAlias = Sequence[tuple[bytes, bytes]]
"""Header fields in the order they came, names in lower case."""

HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"content-length",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
"""Fields that end at this hop (RFC 9110, 7.6.1), and content-length, which every hop states anew."""

_STATUS_LINES = {
    status.value: b"HTTP/1.1 %d %s\r\n" % (status.value, status.phrase.encode()) for status in HTTPStatus
}


def status_line(status: int) -> bytes:
    """Give the first line of an answer."""
    return _STATUS_LINES.get(status) or b"HTTP/1.1 %d Unknown\r\n" % status


def field(headers: Headers, name: bytes) -> bytes | None:
    """Give the first value of a field, or None; `name` is in lower case."""
    for candidate, value in headers:
        if candidate == name:
            return value
    return None


def end_to_end(headers: Headers, *, without: frozenset[bytes] = HOP_BY_HOP) -> bytes:
    """Give the header lines that may travel on, without those in a set that includes HOP_BY_HOP.

    What `connection` names is left out too.
    """
    parts: list[bytes] = []
    for name, value in headers:
        if name not in without:
            parts.append(name + b": " + value)
        elif name == b"connection" and value.lower() not in _PLAIN_CONNECTION:
            return end_to_end([pair for pair in headers if pair[0] not in _named(value)], without=without)
    parts.append(b"")
    return b"\r\n".join(parts)


def render(fields: Headers) -> bytes:
    """Give header lines for fields of our own."""
    return b"".join(b"%b: %b\r\n" % pair for pair in fields)


_PLAIN_CONNECTION = frozenset({b"keep-alive", b"close", b""})


def _named(connection: bytes) -> frozenset[bytes]:
    """Give the fields that a connection value lists, and `connection` itself."""
    listed = {token.strip().lower() for token in connection.split(b",")}
    return frozenset(listed | {b"connection"})
