"""A gateway process: listens, serves until it is told to stop, and drains; or a few such side by side."""

import asyncio
import gc
import os
import signal
import socket
import time
from collections.abc import Callable
from random import Random, SystemRandom

import uvloop

from perf.gateway.app import App
from perf.gateway.assembly import Assembly
from perf.gateway.errors import refusal
from perf.gateway.exchange import Clocks
from perf.gateway.http.server import Server, Site
from perf.gateway.schema import Config

_MAX_BODY_BYTES = 10 * 1024 * 1024
_CLIENT_IDLE_SECONDS = 75.0
_UPSTREAM_IDLE_SECONDS = 90.0
_SWEEP_SECONDS = 1.0
_DRAIN_SECONDS = 30.0
_BACKLOG = 4096
_GC_THRESHOLD = 50_000


def listen(host: str, port: int, *, shared: bool) -> socket.socket:
    """Bind a listening socket; `shared` lets other processes listen on the same port. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((host, port))
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    return listener


def serve(config: Config, listener: socket.socket, *, lifeline: int | None = None) -> None:
    """Serve on a socket until SIGTERM or SIGINT, or until the lifeline's other end closes; then drain."""
    uvloop.run(_serve(config, listener, lifeline))


def serve_many(config: Config, listeners: list[socket.socket]) -> int:
    """Serve each socket in a process of its own; gives the exit code once all have ended.

    Signals are passed on; when one process fails, or this one is killed, all stop.
    """
    children: set[int] = set()

    def stop(_signal: int, _frame: object) -> None:
        for pid in children:
            os.kill(pid, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    lifeline, own_end = os.pipe()
    for listener in listeners:
        others = [each for each in listeners if each is not listener]
        pid = os.fork()
        if pid == 0:
            os.close(own_end)
            _close(others)
            serve(config, listener, lifeline=lifeline)
            os._exit(0)
        children.add(pid)
    _close(listeners)
    return _reap(children, stop=lambda: stop(signal.SIGTERM, None))


def _reap(children: set[int], *, stop: Callable[[], None]) -> int:
    """Wait for all; gives the first exit code that is not 0, at which the others are stopped."""
    worst = 0
    while children:
        pid, status = os.wait()
        children.discard(pid)
        code = abs(os.waitstatus_to_exitcode(status))
        if code and not worst:
            worst = code
            stop()
    return worst


def _close(listeners: list[socket.socket]) -> None:
    for listener in listeners:
        listener.close()


async def _serve(config: Config, listener: socket.socket, lifeline: int | None) -> None:
    loop = asyncio.get_running_loop()
    clocks = Clocks(monotonic_ns=time.monotonic_ns, unix_seconds=time.time)
    rng = Random(SystemRandom().getrandbits(256))
    assembly = Assembly(config, clocks=clocks, rng=rng)
    app = App(config, assembly, clocks=clocks, rng=rng)
    site = Site(
        handler=app.handle, refusal=refusal, max_body_bytes=_MAX_BODY_BYTES, idle_seconds=_CLIENT_IDLE_SECONDS
    )
    server = Server(site)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if lifeline is not None:
        loop.add_reader(lifeline, stopped.set)
    accepting = await loop.create_server(server.accept, sock=listener, backlog=_BACKLOG)
    sweeper = loop.create_task(_sweep(server, assembly))
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD, 20, 20)
    await stopped.wait()
    if lifeline is not None:
        loop.remove_reader(lifeline)
    accepting.close()
    await server.drain(within_seconds=_DRAIN_SECONDS)
    sweeper.cancel()
    assembly.close()


async def _sweep(server: Server, assembly: Assembly) -> None:
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        server.sweep()
        assembly.sweep(idle_seconds=_UPSTREAM_IDLE_SECONDS)
