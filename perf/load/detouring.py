"""The pass-through proxy itself: bytes go through unchanged, on one of its two ports after a known delay."""

import asyncio
import json
import os
import socket
import sys
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

import uvloop


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aim:
    """Where connections lead, and for how long each request of a slowed one is held up."""

    host: str
    port: int
    delay_ns: int


class _Route:
    """The aim that is in force for new connections."""

    def __init__(self) -> None:
        self.aim = _Aim(host="127.0.0.1", port=0, delay_ns=0)


class _Outlet(asyncio.Protocol):
    """The connection to the gateway: what it answers goes back."""

    def __init__(self, client: asyncio.Transport) -> None:
        self._client = client

    def data_received(self, data: bytes) -> None:
        self._client.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._client.close()


class _Inlet(asyncio.Protocol):
    """A client's connection: what it sends goes on, after the delay if this is the slowed port.

    The delay is spun, not slept: a timer would add a random part of its own, of the size to be measured.
    """

    def __init__(self, route: _Route, *, slowed: bool) -> None:
        self._aim = route.aim if slowed else replace(route.aim, delay_ns=0)
        self._early: list[bytes] = []
        self._gateway: asyncio.Transport | None = None
        self._connecting: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        client = cast("asyncio.Transport", transport)
        self._connecting = asyncio.get_running_loop().create_task(self._connect(client))

    def data_received(self, data: bytes) -> None:
        if self._gateway is None:
            self._early.append(data)
            return
        self._hold_up()
        self._gateway.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
        if self._gateway is not None:
            self._gateway.close()

    async def _connect(self, client: asyncio.Transport) -> None:
        try:
            gateway, _ = await asyncio.get_running_loop().create_connection(
                lambda: _Outlet(client), self._aim.host, self._aim.port
            )
        except OSError:
            client.close()
            return
        self._gateway = gateway
        for data in self._early:
            self._hold_up()
            gateway.write(data)

    def _hold_up(self) -> None:
        until_ns = time.perf_counter_ns() + self._aim.delay_ns
        while time.perf_counter_ns() < until_ns:
            pass


async def serve(channel: socket.socket) -> None:
    """Say which ports are open, follow each aim that comes, and end when the channel is closed."""
    loop = asyncio.get_running_loop()
    route = _Route()
    servers = [
        await loop.create_server(partial(_Inlet, route, slowed=slowed), "127.0.0.1", 0)
        for slowed in (False, True)
    ]
    reader, writer = await asyncio.open_connection(sock=channel)
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    writer.write(json.dumps(ports).encode() + b"\n")
    while line := await reader.readline():
        order = json.loads(line)
        route.aim = _Aim(host=order["host"], port=order["port"], delay_ns=order["delay_ns"])
        writer.write(b"{}\n")


def main(channel_fd: int, cpus: str) -> None:
    """Serve on the CPUs given, such as "0,1"; "" leaves it anywhere."""
    if cpus:
        os.sched_setaffinity(0, {int(cpu) for cpu in cpus.split(",")})
    with socket.socket(fileno=channel_fd) as channel:
        uvloop.run(serve(channel))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
