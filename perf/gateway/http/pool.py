"""The kept connections to one upstream: hands out the warmest, opens another when none is idle."""

import asyncio
import re
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from perf.gateway.http.client import ClientConnection
from perf.gateway.http.faults import ConnectError

_UNFIT = re.compile(r"[^!-~]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an upstream listens, and below which path."""

    host: str
    port: int
    tls: bool
    path: str

    @property
    def authority(self) -> bytes:
        """The value of the host field."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.tls else 80
        return (host if self.port == usual else f"{host}:{self.port}").encode()


def parse_origin(base_url: str) -> Origin:
    """Take a base URL apart; raises ValueError when it is no http or https URL."""
    if _UNFIT.search(base_url):
        raise ValueError(f"{base_url!r} holds a character that no URL may")
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{base_url!r} is not an http:// or https:// URL")
    tls = parts.scheme == "https"
    port = parts.port or (443 if tls else 80)
    return Origin(host=parts.hostname, port=port, tls=tls, path=parts.path.rstrip("/"))


class Pool:
    """Connections to one origin, reused last in, first out, so that a quiet pool shrinks."""

    def __init__(self, origin: Origin, *, connect_timeout_seconds: float) -> None:
        self.origin = origin
        self._connect_timeout_seconds = connect_timeout_seconds
        self._loop = asyncio.get_running_loop()
        self._tls = ssl.create_default_context() if origin.tls else None
        self._idle: dict[ClientConnection, None] = {}
        self._all: set[ClientConnection] = set()
        self._retired = False

    def __len__(self) -> int:
        """Give the number of open connections."""
        return len(self._all)

    def take(self) -> ClientConnection | None:
        """Give the connection used last, or None when none is idle."""
        return self._idle.popitem()[0] if self._idle else None

    async def connect(self) -> ClientConnection:
        """Open a new connection; raises ConnectError."""
        origin = self.origin
        try:
            async with asyncio.timeout(self._connect_timeout_seconds):
                transport, connection = await self._loop.create_connection(
                    self._fresh, origin.host, origin.port, ssl=self._tls
                )
        except TimeoutError as error:
            raise ConnectError(
                f"no connection to {origin.host}:{origin.port} within {self._connect_timeout_seconds:g} s"
            ) from error
        except OSError as error:
            raise ConnectError(f"no connection to {origin.host}:{origin.port}: {error}") from error
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if not connection.closed:
            self._all.add(connection)
        return connection

    def give_back(self, connection: ClientConnection) -> None:
        """Keep a connection whose answer is complete, or close it when it may not be reused."""
        if connection.closed:
            return
        if not connection.reusable or self._retired:
            connection.abort()
            return
        connection.release()
        self._idle[connection] = None

    def drop_idle(self, *, older_than_seconds: float) -> None:
        """Close the connections that nobody has used for a while."""
        limit = self._loop.time() - older_than_seconds
        for connection in [each for each in self._idle if each.idle_since < limit]:
            self._idle.pop(connection)
            connection.abort()

    def retire(self) -> None:
        """Close what is idle now, and every other connection after its exchange."""
        self._retired = True
        for connection in list(self._idle):
            connection.abort()

    def close(self) -> None:
        """Close every connection."""
        for connection in list(self._all):
            connection.abort()

    def _fresh(self) -> ClientConnection:
        return ClientConnection(self._loop, self._lost)

    def _lost(self, connection: ClientConnection) -> None:
        self._idle.pop(connection, None)
        self._all.discard(connection)
