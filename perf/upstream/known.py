"""Requests seen before, known again by their bytes without the nonce, so that they need no second parse."""

from typing import NamedTuple

from perf.model.wire import NONCE_BODY_MARK, NONCE_HEADER, NONCE_LENGTH
from perf.upstream.exchange import Request
from perf.upstream.replies import Ask

_IN_HEAD = f"{NONCE_HEADER}: ".encode()
_IN_BODY = NONCE_BODY_MARK.encode()
_LIMIT = 1_024
_LONGEST_BYTES = 8_192
"""A gateway's requests of one slice differ in their nonce alone; what differs in more is parsed each time."""


class Known(NamedTuple):
    """What a whole request says, apart from its nonce."""

    path: str
    credential: str
    ask: Ask
    keep_alive: bool
    version: str

    def request(
        self, instance: str, connection: int, *, nonce: str, arrival_ns: int, bytes_in: int
    ) -> Request:
        """It came once more, with this nonce."""
        return Request(
            instance,
            connection,
            b"POST",
            self.path,
            nonce,
            self.credential,
            b"",
            arrival_ns,
            bytes_in,
            self.keep_alive,
            "",
            self.version,
        )


class Acquaintance:
    """The requests that were parsed once, of one process; at most 1,024 of at most 8 KiB."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[tuple[int, bytes], Known] = {}

    def recall(self, data: bytes) -> tuple[Known, str] | None:
        """What these bytes say, and their nonce, if they are all of a request that was seen before."""
        nonce = _nonce(data)
        if not nonce:
            return None
        known = self._known.get((len(data), data.replace(nonce, b"")))
        return known and (known, nonce.decode("latin-1"))

    def learn(self, data: bytes, known: Known) -> None:
        """Remember what these bytes, which are exactly one request, say."""
        nonce = _nonce(data)
        if not nonce:
            return
        if len(self._known) >= _LIMIT:
            self._known.clear()
        self._known[len(data), data.replace(nonce, b"")] = known


def _nonce(data: bytes) -> bytes:
    """The first nonce in a request, b"" where there is none or the request is too long to be kept."""
    if len(data) > _LONGEST_BYTES:
        return b""
    start = data.find(_IN_HEAD) + len(_IN_HEAD)
    if start < len(_IN_HEAD):
        start = data.find(_IN_BODY) + len(_IN_BODY)
        if start < len(_IN_BODY):
            return b""
    nonce = data[start : start + NONCE_LENGTH]
    return nonce if len(nonce) == NONCE_LENGTH and nonce.isalnum() else b""
