"""One answer of the server side: whole, or started, written and ended."""

import asyncio
from typing import Final

from perf.gateway.http.client import ClientConnection
from perf.gateway.http.message import status_line


class Reply:
    """Writes one answer to one client, and lets a slow client slow its source down."""

    __slots__ = (
        "_bare",
        "_chunked",
        "_gone",
        "_paused",
        "_source",
        "_transport",
        "close",
        "finished",
        "started",
        "status",
    )

    def __init__(self, transport: asyncio.Transport, *, bare: bool, chunked: bool, close: bool) -> None:
        self._transport: Final = transport
        self._bare = bare
        self._chunked = chunked
        self._source: ClientConnection | None = None
        self._paused = False
        self._gone = False
        self.close = close or not chunked
        self.started = False
        self.finished = False
        self.status = 0

    def send(self, status: int, *, headers: bytes, body: bytes) -> None:
        """Write a whole answer; `headers` are complete lines without the length."""
        self.started = self.finished = True
        self.status = status
        length = b"content-length: %d\r\n%b\r\n" % (
            len(body),
            b"connection: close\r\n" if self.close else b"",
        )
        self._transport.write(b"".join((status_line(status), headers, length, b"" if self._bare else body)))

    def start(self, status: int, *, headers: bytes) -> None:
        """Write the head of an answer whose length is not known."""
        self.started = True
        self.status = status
        framing = b"transfer-encoding: chunked\r\n" if self._chunked else b""
        ending = b"connection: close\r\n\r\n" if self.close else b"\r\n"
        self._transport.write(b"".join((status_line(status), headers, framing, ending)))

    def write(self, data: bytes) -> None:
        """Write a part of the body."""
        if data and not self._gone:
            self._transport.write(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)

    def end(self) -> None:
        """End the body."""
        self.finished = True
        if self._chunked and not self._gone:
            self._transport.write(b"0\r\n\r\n")

    def follow(self, source: ClientConnection | None) -> None:
        """Name the connection that is to stop reading while this client is slow."""
        if self._paused and self._source is not None:
            self._source.resume()
        self._source = source
        if self._paused and source is not None:
            source.pause()

    def drop(self) -> None:
        """Note that the client has gone: nothing more is written, and the source is cut off at once."""
        self._gone = True
        if self._source is not None:
            self._source.abort()

    def pause(self) -> None:
        """Note that the client is slow."""
        self._paused = True
        if self._source is not None:
            self._source.pause()

    def resume(self) -> None:
        """Note that the client has caught up."""
        self._paused = False
        if self._source is not None:
            self._source.resume()
