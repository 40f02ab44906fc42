"""The bytes of a request, built once per template, so that sending is one join and one write."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from perf.load.errors import LoadError
from perf.load.fidelity import Expected
from perf.model.load import RequestTemplate
from perf.model.wire import NONCE_HEADER, NONCE_LENGTH, Dialect

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a plan's base URL leads; `authority` is the Host header, `prefix` precedes each path."""

    host: str
    port: int
    tls: bool
    authority: str
    prefix: str

    @classmethod
    def of(cls, base_url: str) -> Self:
        """The endpoint of an http or https URL; anything else is a `LoadError`."""
        try:
            parts = urlsplit(base_url)
            port = parts.port or _DEFAULT_PORTS[parts.scheme]
        except (ValueError, KeyError) as error:
            raise _unusable(base_url) from error
        if not parts.hostname:
            raise _unusable(base_url)
        return cls(
            host=parts.hostname,
            port=port,
            tls=parts.scheme == "https",
            authority=parts.netloc.rpartition("@")[2],
            prefix=parts.path.rstrip("/"),
        )


def _unusable(base_url: str) -> LoadError:
    return LoadError(
        "the base URL cannot be used",
        where=repr(base_url),
        cure="give http://HOST[:PORT] or https://HOST[:PORT]",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRequest:
    """A template as bytes: `before` + nonce + `between` + nonce + `after` is the whole request."""

    before: bytes
    between: bytes
    after: bytes
    dialect: Dialect
    stream: bool
    expected: Expected

    @classmethod
    def of(cls, template: RequestTemplate, *, endpoint: Endpoint) -> Self:
        """The template's bytes, with Host, Content-Length and the nonce header added."""
        length_bytes = len(template.body_prefix) + NONCE_LENGTH + len(template.body_suffix)
        lines = [
            f"POST {endpoint.prefix}{template.path} HTTP/1.1",
            f"host: {endpoint.authority}",
            *(f"{name}: {value}" for name, value in template.headers),
            f"content-length: {length_bytes}",
            f"{NONCE_HEADER}: ",
        ]
        return cls(
            before="\r\n".join(lines).encode("latin-1"),
            between=b"\r\n\r\n" + template.body_prefix,
            after=template.body_suffix,
            dialect=template.dialect,
            stream=template.stream,
            expected=Expected.of(template),
        )

    def payload(self, nonce: bytes) -> bytes:
        """The request's bytes on the wire, its nonce in header and body."""
        return b"".join((self.before, nonce, self.between, nonce, self.after))
