"""The mock providers as respx routes, for in-process tests of code that uses httpx; delays take no time."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from random import Random

import httpx
import respx

from perf.model.upstream import UpstreamScript
from perf.model.wire import NONCE_HEADER, Dialect
from perf.upstream.asks import body_nonce, dialect_of, read_ask
from perf.upstream.behaviour import faults_rng
from perf.upstream.faults import End, draw
from perf.upstream.framing import personal
from perf.upstream.probes import probe_reply, unknown_path
from perf.upstream.replies import Reply, refusal, reply_to
from perf.wire.headers import request_id_header

_ANY_HOST = r"^https?://[^/]+/.*$"


class _Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in its pieces, and then the end that the reply asks for."""

    def __init__(self, reply: Reply, request_id: int, *, nonce: str) -> None:
        self._reply = reply
        self._id = request_id
        self._nonce = nonce

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._reply.pieces:
            yield personal(piece.data, self._id, nonce=self._nonce)
        match self._reply.end:
            case End.FIN:
                raise httpx.RemoteProtocolError(
                    "peer closed connection without sending complete message body"
                )
            case End.RST:
                raise httpx.ReadError("connection reset by peer")
            case End.HANG:
                raise httpx.ReadTimeout("the mock provider hangs")
            case End.WHOLE:
                return

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for data in self:
            yield data


def mock_router(script: UpstreamScript, *, instance: str = "openai") -> respx.MockRouter:
    """Give a router that answers every request, on any host, as the instance of this name and script does.

    It draws what that draws, in the order of its own requests.
    Faults of the connection show as httpx's own exceptions.
    """
    router = respx.MockRouter(assert_all_called=False)
    rng = faults_rng(script, instance=instance)
    numbers = count(1)

    def answer(request: httpx.Request) -> httpx.Response:
        dialect, reply = _decide(script, request, rng=rng)
        if not reply.status:
            raise httpx.ReadTimeout("the mock provider hangs", request=request)
        name, prefix = request_id_header(dialect)
        number = next(numbers)
        headers = [*reply.headers, (name, f"{prefix}{number:016x}")]
        body = _Pieces(reply, number, nonce=_nonce_of(request))
        return httpx.Response(reply.status, headers=headers, stream=body)

    router.route(url__regex=_ANY_HOST).mock(side_effect=answer)
    return router


def _nonce_of(request: httpx.Request) -> str:
    return request.headers.get(NONCE_HEADER, "") or body_nonce(request.content)


def _decide(script: UpstreamScript, request: httpx.Request, *, rng: Random) -> tuple[Dialect, Reply]:
    path = request.url.path
    if request.method != "POST":
        return probe_reply(request.method, path)
    dialect = dialect_of(path)
    if dialect is None:
        return unknown_path(path)
    ask = read_ask(dialect, request.content)
    if ask is None:
        return dialect, refusal(dialect, 400)
    hits = tuple(script.faults[number] for number in draw(script.faults, rng))
    return dialect, reply_to(ask, script, hits=hits)
