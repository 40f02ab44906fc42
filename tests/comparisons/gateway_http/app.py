"""The same minimal pass-through proxy as an ASGI and as an RSGI application."""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TypeAlias

from tests.comparisons.gateway_http.clients import Post, open_client

Message: TypeAlias = MutableMapping[str, object]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]

_HEADERS = [(b"content-type", b"application/json")]
_opened: list[Post] = []


def _post() -> Post:
    """Open the client at the first request, inside the server's loop."""
    if not _opened:
        _opened.append(open_client(os.environ["CLIENT"], os.environ["UPSTREAM"]))
    return _opened[0]


async def asgi(_scope: Message, receive: Receive, send: Send) -> None:
    """Answer one request of uvicorn."""
    body = b""
    more = True
    while more:
        message = await receive()
        part = message.get("body", b"")
        assert isinstance(part, bytes)
        body += part
        more = bool(message.get("more_body", False))
    status, answer = await _post()(body)
    length = (b"content-length", b"%d" % len(answer))
    await send({"type": "http.response.start", "status": status, "headers": [*_HEADERS, length]})
    await send({"type": "http.response.body", "body": answer})


class Rsgi:
    """Answers requests of granian."""

    async def __rsgi__(self, _scope: object, protocol: Callable[[], Awaitable[bytes]]) -> None:
        """Answer one request."""
        status, answer = await _post()(await protocol())
        respond = getattr(protocol, "response_bytes")  # noqa: B009 - granian's own protocol type
        respond(status, [("content-type", "application/json")], answer)


rsgi = Rsgi()
