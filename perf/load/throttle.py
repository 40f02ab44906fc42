"""Reading slowly, so that the gateway feels it."""

import asyncio
import socket
from typing import cast

from perf.load.connection import Connection
from perf.model.load import SlowReader


class Throttle(asyncio.Protocol):
    """Stands before a protocol and reads at a rate: after each read, no more until it would have come at it.

    The small receive buffer makes the kernel close the TCP window, and keeps single reads short.
    """

    __slots__ = ("_loop", "_reader", "_transport", "behind")
    _transport: asyncio.Transport

    def __init__(self, behind: Connection, reader: SlowReader) -> None:
        self.behind = behind
        self._reader = reader
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Make the buffer small before anything can fill it."""
        self._transport = cast("asyncio.Transport", transport)
        plug: socket.socket = transport.get_extra_info("socket")
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._reader.buffer_bytes)
        self.behind.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Hand on, then rest for as long as the bytes are worth."""
        self.behind.data_received(data)
        if not self._transport.is_closing():
            self._transport.pause_reading()
            self._loop.call_later(len(data) / self._reader.bytes_per_second, self._go_on)

    def connection_lost(self, exc: Exception | None) -> None:
        """Hand on."""
        self.behind.connection_lost(exc)

    def _go_on(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()
