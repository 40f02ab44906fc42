"""Who is calling: API keys looked up by digest, at a cost that does not grow with their number."""

import hashlib
import hmac
from collections.abc import Iterable

from perf.gateway.errors import GatewayError
from perf.gateway.http.message import Headers, field

_DIGEST_BYTES = 16


class KeyRing:
    """The enabled keys, kept as keyed digests so that no comparison's time tells a key's bytes."""

    def __init__(self, keys: Iterable[tuple[str, str]], *, secret: bytes) -> None:
        """Take pairs of key and name; `secret` is drawn anew for each process."""
        self._secret = secret
        names = {self._digest(key.encode()): name for key, name in keys}
        self._names = {digest: (digest, name) for digest, name in names.items()}

    def name_of(self, headers: Headers) -> str:
        """Give the name of the caller's key; raises GatewayError (401)."""
        digest = self._digest(_token(headers))
        known = self._names.get(digest)
        if known is None or not hmac.compare_digest(known[0], digest):
            raise _unauthorized("Invalid or disabled API key")
        return known[1]

    def _digest(self, key: bytes) -> bytes:
        return hashlib.blake2b(key, key=self._secret, digest_size=_DIGEST_BYTES).digest()


def _token(headers: Headers) -> bytes:
    """Give the caller's key: a bearer token, or else `x-api-key`."""
    authorization = field(headers, b"authorization")
    if authorization is None or authorization[:7].lower() != b"bearer ":
        api_key = field(headers, b"x-api-key")
        if api_key:
            return api_key
        if authorization is None:
            raise _unauthorized("Missing Authorization header")
        raise _unauthorized("Authorization header must use Bearer scheme")
    token = authorization[7:].strip()
    if not token:
        raise _unauthorized("Bearer token is empty")
    return token


def _unauthorized(message: str) -> GatewayError:
    return GatewayError(401, "unauthorized", message=message)
