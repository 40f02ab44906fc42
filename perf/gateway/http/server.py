"""The server side: one protocol a connection, one task a request, and a drain at the end."""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TypeAlias

import httptools

from perf.gateway.http.reply import Reply

_MAX_HEAD_BYTES = 64 * 1024
_MAX_QUEUED = 16
_LINGER_SECONDS = 2.0

_log = logging.getLogger(__name__)


class Request:
    """One whole request; header names are in lower case."""

    __slots__ = ("body", "headers", "keep_alive", "method", "modern", "target")

    def __init__(self) -> None:
        self.method = b""
        self.target = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""
        self.keep_alive = True
        self.modern = True


Handler: TypeAlias = Callable[[Request, Reply], Coroutine[None, None, None]]
Refusal: TypeAlias = Callable[[int, bytes], bytes]
"""Gives the JSON body for a status, in the dialect of a target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What a server serves, and what it accepts."""

    handler: Handler
    refusal: Refusal
    max_body_bytes: int
    idle_seconds: float


class Server:
    """The connections of one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.loop = asyncio.get_running_loop()
        self.draining = False
        self.connections: set[ServerConnection] = set()
        self._empty: asyncio.Future[None] | None = None

    def accept(self) -> "ServerConnection":
        """Make the protocol of one more connection."""
        return ServerConnection(self)

    def sweep(self) -> None:
        """Close the connections that have been idle, or slow to send a request, for too long."""
        now = self.loop.time()
        for connection in list(self.connections):
            connection.close_if_idle(now)

    async def drain(self, *, within_seconds: float) -> bool:
        """Let requests under way finish; tells whether all did in time, and closes what is left."""
        self.draining = True
        for connection in list(self.connections):
            connection.close_if_unused()
        if self.connections:
            self._empty = self.loop.create_future()
            await asyncio.wait([self._empty], timeout=within_seconds)
        left = list(self.connections)
        for connection in left:
            connection.abort()
        return not left

    def forget(self, connection: "ServerConnection") -> None:
        """Note that a connection is gone."""
        self.connections.discard(connection)
        if not self.connections and self._empty is not None and not self._empty.done():
            self._empty.set_result(None)


class ServerConnection(asyncio.Protocol):
    """Reads requests, answers them one at a time and in order."""

    __slots__ = (
        "_body",
        "_body_bytes",
        "_closing",
        "_head_bytes",
        "_idle_since",
        "_incoming",
        "_midway",
        "_parser",
        "_queued",
        "_refused",
        "_reply",
        "_server",
        "_task",
        "_transport",
    )

    def __init__(self, server: Server) -> None:
        self._server = server
        self._parser = httptools.HttpRequestParser(self)
        self._incoming = Request()
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._head_bytes = 0
        self._midway = False
        self._queued: deque[Request] = deque()
        self._refused = 0
        self._closing = False
        self._reply: Reply | None = None
        self._task: asyncio.Task[None] | None = None
        self._idle_since = server.loop.time()
        self._transport: asyncio.Transport

    def close_if_idle(self, now: float) -> None:
        """Close a connection that waits for its client; one that has refused a request waits less."""
        patience = _LINGER_SECONDS if self._closing else self._server.site.idle_seconds
        if self._task is None and now - self._idle_since > patience:
            self._transport.close()

    def close_if_unused(self) -> None:
        """Close a connection that is between two requests."""
        if self._task is None and not self._midway:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport, without Nagle's delay."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._server.connections.add(self)

    def data_received(self, data: bytes) -> None:
        """Parse; whole requests start from the parser's callback."""
        if self._closing:
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._refused = self._refused or 400
        if self._refused:
            self._refuse()
        elif self._head_bytes:
            self._head_bytes += len(data)
            if self._head_bytes > _MAX_HEAD_BYTES:
                self._refused = 431
                self._refuse()

    def pause_writing(self) -> None:
        """Slow the source of the answer down."""
        if self._reply is not None:
            self._reply.pause()

    def resume_writing(self) -> None:
        """Let the source of the answer go on."""
        if self._reply is not None:
            self._reply.resume()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the work for a client that has gone; without its parser the connection is in no cycle."""
        del self._parser
        self._closing = True
        self._queued.clear()
        if self._task is not None:
            self._task.cancel()
        if self._reply is not None:
            self._reply.drop()
        self._server.forget(self)

    # What httptools calls.

    def on_message_begin(self) -> None:
        """Start a request."""
        self._incoming = Request()
        self._body = []
        self._body_bytes = 0
        self._head_bytes = 1
        self._midway = True

    def on_url(self, url: bytes) -> None:
        """Note a part of the target."""
        self._incoming.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note one field; trailers are left out."""
        if self._head_bytes:
            self._incoming.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Judge the head: refuse a body that is too long before it comes."""
        self._head_bytes = 0
        request = self._incoming
        request.method = self._parser.get_method()
        request.keep_alive = self._parser.should_keep_alive()
        request.modern = self._parser.get_http_version() == "1.1"
        expects = False
        for name, value in request.headers:
            if name == b"content-length" and int(value) > self._server.site.max_body_bytes:
                self._refused = 413
            elif name == b"expect":
                expects = True
        if expects and not self._refused and (self._reply is None or self._reply.finished):
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """Note one part of the body."""
        self._body_bytes += len(body)
        if self._body_bytes > self._server.site.max_body_bytes:
            self._refused = 413
        elif not self._refused:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """Serve the request, or queue it behind the one under way."""
        self._midway = False
        if self._refused:
            return
        request = self._incoming
        request.body = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        if self._reply is None:
            self._begin(request)
        elif len(self._queued) < _MAX_QUEUED:
            self._queued.append(request)
        else:
            self._refused = 400

    # The life of a request.

    def _begin(self, request: Request) -> None:
        self._reply = Reply(
            self._transport,
            bare=request.method == b"HEAD",
            chunked=request.modern,
            close=not request.keep_alive or self._server.draining,
        )
        self._task = self._server.loop.create_task(self._server.site.handler(request, self._reply))
        self._task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        reply, self._reply, self._task = self._reply, None, None
        self._idle_since = self._server.loop.time()
        if task.cancelled() or reply is None:
            self._transport.abort()
            return
        error = task.exception()
        if error is not None:
            _log.error("a request failed inside the gateway", exc_info=error)
            if not reply.started:
                self._send_refusal(reply, 500, target=b"")
        if not reply.finished:
            self._transport.abort()
        elif reply.close or self._server.draining:
            self._transport.close()
        elif self._queued:
            self._begin(self._queued.popleft())
        elif self._refused:
            self._refuse()

    def _refuse(self) -> None:
        """Answer a request that will not be served, then read on unheard so that the answer arrives."""
        if self._reply is not None:
            return
        self._closing = True
        self._idle_since = self._server.loop.time()
        reply = Reply(self._transport, bare=False, chunked=True, close=True)
        self._send_refusal(reply, self._refused, target=self._incoming.target)
        self._transport.write_eof()

    def _send_refusal(self, reply: Reply, status: int, *, target: bytes) -> None:
        body = self._server.site.refusal(status, target)
        reply.send(status, headers=b"content-type: application/json\r\n", body=body)
