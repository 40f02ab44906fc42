"""A server in its own process that answers as told, and logs when it did what."""

import asyncio
import os
import re
import socket
import ssl
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeAlias, cast

from tests.load.cores import Cores, Moment

NONCE = re.compile(rb"x-perfgate-nonce: ([0-9a-f]{12})([0-9a-f]{8})")
PATIENCE_NS = 20_000_000_000
LENGTH = re.compile(rb"content-length: (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Wait, while others are served."""

    ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """The whole server stands still."""

    ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hangup:
    """Close the connection: in order, or with a reset."""

    reset: bool


Step = bytes | Pause | Freeze | Hangup
Script = tuple[Step, ...]
Pipe: TypeAlias = "Connection[object, object]"


@dataclass(slots=True, kw_only=True)
class Served:
    """What the server saw and did for one request; times of the machine's monotonic clock.

    Each write was handed to the kernel after its time in `writes_ns`, and before that in `wrote_ns`.
    """

    number: int
    connection: int
    head: bytes
    body: bytes
    arrived_ns: int
    writes_ns: list[int] = field(default_factory=list)
    wrote_ns: list[int] = field(default_factory=list)
    frozen_ns: tuple[int, int] = (0, 0)
    cut_ns: int = 0


@dataclass(slots=True, kw_only=True)
class State:
    """The scripts in force, by request number, and the log since."""

    scripts: tuple[Script, ...] = ()
    log: list[Served] = field(default_factory=list)
    connections: int = 0
    slams: bool = False
    cores: Cores = field(default_factory=Cores)


class Session(asyncio.Protocol):
    """One accepted connection."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.number = state.connections
        state.connections += 1
        self.buffer = b""
        self.task: asyncio.Task[None] | None = None
        self.served: Served | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        if self.state.slams:
            transport.close()
            return
        transport.set_write_buffer_limits(high=0)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        length, nonce = LENGTH.search(head), NONCE.search(head)
        if not found or length is None or nonce is None or len(body) < int(length[1]):
            return
        self.buffer = b""
        served = Served(
            number=int(nonce[2], 16),
            connection=self.number,
            head=head,
            body=body,
            arrived_ns=time.monotonic_ns(),
        )
        self.state.cores.note(served.arrived_ns)
        self.served = served
        self.state.log.append(served)
        self.task = asyncio.get_running_loop().create_task(self.play(served))

    async def play(self, served: Served) -> None:
        scripts = self.state.scripts
        for step in scripts[served.number % len(scripts)]:
            match step:
                case bytes():
                    served.writes_ns.append(time.monotonic_ns())
                    self.transport.write(step)
                    served.wrote_ns.append(time.monotonic_ns())
                    self.state.cores.note(served.wrote_ns[-1])
                case Pause(ns=ns):
                    await asyncio.sleep(ns / 1e9)
                case Freeze(ns=ns):
                    start_ns = time.monotonic_ns()
                    time.sleep(ns / 1e9)  # noqa: ASYNC251 - standing still is the point
                    served.frozen_ns = (start_ns, time.monotonic_ns())
                case Hangup(reset=reset):
                    self.hang_up(reset=reset)
        self.served = None

    def hang_up(self, *, reset: bool) -> None:
        if reset:
            connected = self.transport.get_extra_info("socket")
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.task is not None:
            self.task.cancel()
        if self.served is not None:
            self.served.cut_ns = time.monotonic_ns()


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """Files of a self-signed certificate for 127.0.0.1."""

    chain: str
    key: str


class ScriptedServer:
    """The handle of the server process."""

    def __init__(self, pipe: Pipe, *, port: int) -> None:
        self._pipe = pipe
        self.port = port

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}"

    def serve(self, *scripts: Script) -> None:
        """From now on, answer request number n with script n modulo their number; empties the log.

        Without a script, each connection is closed as soon as it is accepted.
        """
        self._pipe.send(scripts)
        assert self._pipe.recv() is None

    def log(self) -> list[Served]:
        """What was served, by request number."""
        self._pipe.send("log")
        log = cast("list[Served]", self._pipe.recv())
        return sorted(log, key=lambda served: served.number)

    def moments(self) -> list[Moment]:
        """What the server had of the machine, at each arrival and after each write."""
        self._pipe.send("moments")
        return cast("list[Moment]", self._pipe.recv())

    def log_when(self, is_complete: Callable[[list[Served]], bool]) -> list[Served]:
        """The log as soon as it is complete: what the client has done, the server may not have seen yet."""
        deadline_ns = time.monotonic_ns() + PATIENCE_NS
        while not is_complete(log := self.log()):
            assert time.monotonic_ns() < deadline_ns, log
        return log


@contextmanager
def scripted_server(certificate: Certificate | None = None) -> Iterator[ScriptedServer]:
    """A running server; it dies with the block."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_main, args=(theirs, certificate), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ScriptedServer(ours, port=cast("int", ours.recv()))
    finally:
        ours.close()
        process.join(10)
        process.close()


def _main(pipe: Pipe, certificate: Certificate | None) -> None:
    asyncio.run(_serve(pipe, certificate))
    os._exit(0)


async def _serve(pipe: Pipe, certificate: Certificate | None) -> None:
    state = State()
    loop = asyncio.get_running_loop()
    tls = None
    if certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate.chain, certificate.key)
    server = await loop.create_server(lambda: Session(state), "127.0.0.1", 0, ssl=tls, backlog=1024)
    stop = asyncio.Event()
    loop.add_reader(pipe.fileno(), _obey, pipe, state, stop.set)
    pipe.send(server.sockets[0].getsockname()[1])
    await stop.wait()


def _obey(pipe: Pipe, state: State, stop: Callable[[], None]) -> None:
    try:
        order = pipe.recv()
    except EOFError:
        stop()
        return
    if isinstance(order, tuple):
        scripts = cast("tuple[Script, ...]", order)
        state.slams = not scripts
        state.scripts, state.log, state.connections = scripts, [], 0
        state.cores.moments.clear()
        pipe.send(None)
    elif order == "moments":
        pipe.send(state.cores.moments)
    else:
        pipe.send(state.log)
