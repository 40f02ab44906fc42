"""The access log: a line for each request, once it has been answered."""

import asyncio
import logging
from collections.abc import Callable

from perf.gateway.http.reply import Reply
from perf.gateway.http.server import Handler, Request
from perf.gateway.tally import CLIENT_GONE

_NS_PER_MS = 1_000_000
_log = logging.getLogger(__name__)


def logged(handler: Handler, *, monotonic_ns: Callable[[], int]) -> Handler:
    """Give a handler that logs what it answers; the same one, at no cost, where nobody would see it.

    A line has method, path, status (499: the client has gone) and time; never a key, a query or a body.
    """
    if not _log.isEnabledFor(logging.INFO):
        return handler

    async def answer(request: Request, reply: Reply) -> None:
        started_ns = monotonic_ns()
        gone = False
        try:
            await handler(request, reply)
        except asyncio.CancelledError:
            gone = True
            raise
        finally:
            path = request.target.partition(b"?")[0].decode("ascii", "backslashreplace")
            status = CLIENT_GONE if gone else reply.status or 500
            took_ms = (monotonic_ns() - started_ns) / _NS_PER_MS
            _log.info("%s %s %d %.1f ms", request.method.decode(), path, status, took_ms)

    return answer
