"""Processes and their sockets: one that serves alone, or several side by side on one port."""

import os
import signal
import socket
from collections.abc import Callable
from dataclasses import replace

import uvloop

from perf.gateway.exposition import Board
from perf.gateway.schema import Config
from perf.gateway.serving import BACKLOG, HEARD, Worker, serve_here


def hold_signals() -> None:
    """Keep signals waiting until there is somebody to hear them."""
    signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)


def listen(host: str, port: int, *, shared: bool) -> socket.socket:
    """Bind a listening socket; `shared` lets other processes listen on the same port. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((host, port))
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def serve(config: Config, listener: socket.socket, *, reread: Callable[[], Config]) -> None:
    """Serve on a socket until SIGTERM or SIGINT, then drain; on SIGHUP, read the configuration anew."""
    worker = Worker(number=0, board=Board(1), reread=reread, lifeline=None)
    uvloop.run(serve_here(config, listener, worker=worker))


def serve_many(config: Config, listeners: list[socket.socket], *, reread: Callable[[], Config]) -> int:
    """Serve each socket in a process of its own; gives the exit code once all have ended.

    Signals are passed on; when one process fails, or this one is killed, all stop.
    """
    children: set[int] = set()

    def pass_on(number: int, _frame: object) -> None:
        for pid in children:
            os.kill(pid, signal.SIGTERM if number == signal.SIGINT else number)

    for heard in HEARD:
        signal.signal(heard, pass_on)
    lifeline, own_end = os.pipe()
    worker = Worker(number=0, board=Board(len(listeners)), reread=reread, lifeline=lifeline)
    for number, listener in enumerate(listeners):
        pid = os.fork()
        if pid == 0:
            os.close(own_end)
            _close([each for each in listeners if each is not listener])
            uvloop.run(serve_here(config, listener, worker=replace(worker, number=number)))
            os._exit(0)
        children.add(pid)
    _close(listeners)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
    return _reap(children, stop=lambda: pass_on(signal.SIGTERM, None))


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
