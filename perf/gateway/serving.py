"""One serving process: its server, the app of its present configuration, and the change to another."""

import asyncio
import gc
import logging
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random, SystemRandom

from perf.gateway.access import logged
from perf.gateway.app import App, Surroundings
from perf.gateway.assembly import Assembly
from perf.gateway.config import ConfigError
from perf.gateway.errors import refusal
from perf.gateway.exchange import Clocks
from perf.gateway.exposition import Board, exposition
from perf.gateway.http.server import Server, Site
from perf.gateway.log import Log, log_from, logging_to
from perf.gateway.schema import Config
from perf.gateway.tally import Sample, Tally

BACKLOG = 4096
HEARD = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_SWEEP_SECONDS = 1.0
_GC_THRESHOLD = 5_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Who a process is: its number on the board that it shares, and how it reads the configuration anew.

    `reread` raises ConfigError; when the other end of `lifeline` closes, the process stops.
    """

    number: int
    board: Board
    reread: Callable[[], Config]
    lifeline: int | None


class Serving:
    """The app in force, and what it needs; made inside the running loop."""

    def __init__(self, config: Config, worker: Worker, *, log: Log) -> None:
        self._worker = worker
        self._written = log
        self._tally = Tally()
        self._reloads = {"done": 0, "refused": 0}
        clocks = Clocks(monotonic_ns=time.monotonic_ns, unix_seconds=time.time)
        rng = Random(SystemRandom().getrandbits(256))
        self._surroundings = Surroundings(clocks=clocks, rng=rng, tally=self._tally, metrics=self._metrics)
        self._config = config
        self._assembly, self._app = self._make(config)
        self.server = Server(self._site())
        self._app.listing.start()

    @property
    def drain_seconds(self) -> float:
        """How long requests under way may take once the process is to stop."""
        return self._config.limits.drain_seconds

    def reload(self) -> None:
        """Read the configuration anew; requests under way end under the one that they began with.

        A configuration that cannot be used changes nothing.
        """
        try:
            config = self._worker.reread()
        except ConfigError as error:
            self._reloads["refused"] += 1
            _log.error("the configuration stays as it was: %s", error)
            return
        if (config.server.host, config.server.port) != (self._config.server.host, self._config.server.port):
            _log.warning("a change of `server.host` or `server.port` takes a restart")
        former, leaving = self._assembly, self._app
        self._config = config
        log_from(config.server.log_level)
        self._assembly, self._app = self._make(config)
        self._assembly.inherit(former)
        self.server.site = self._site()
        leaving.listing.close()
        former.retire()
        self._app.listing.start()
        self._reloads["done"] += 1
        _log.warning("the configuration was reloaded")

    def sweep(self) -> None:
        """Close what has been idle for too long, and publish the counts if others may be asked for them."""
        self.server.sweep()
        self._assembly.sweep(idle_seconds=self._config.limits.upstream_idle_seconds)
        if self._worker.board.workers > 1:
            self._worker.board.pin(self._worker.number, self._samples())

    def close(self) -> None:
        """Close every upstream connection."""
        self._app.listing.close()
        self._assembly.close()

    def _make(self, config: Config) -> tuple[Assembly, App]:
        surroundings = self._surroundings
        assembly = Assembly(config, clocks=surroundings.clocks, rng=surroundings.rng, tally=self._tally)
        return assembly, App(config, assembly, surroundings=surroundings)

    def _site(self) -> Site:
        limits = self._config.limits
        return Site(
            handler=logged(self._app.handle, monotonic_ns=self._surroundings.clocks.monotonic_ns),
            refusal=refusal,
            max_body_bytes=limits.max_body_bytes,
            idle_seconds=limits.client_idle_seconds,
        )

    def _metrics(self) -> bytes:
        self._worker.board.pin(self._worker.number, self._samples())
        return exposition(self._worker.board.read())

    def _samples(self) -> Iterator[Sample]:
        yield from self._tally.samples()
        yield from self._assembly.samples()
        yield "llm_gateway_client_connections", len(self.server.connections)
        for result, count in self._reloads.items():
            yield f'llm_gateway_reloads_total{{result="{result}"}}', count
        yield "llm_gateway_log_lines_dropped_total", self._written.dropped


async def serve_here(config: Config, listener: socket.socket, *, worker: Worker) -> None:
    """Serve on a socket until the process is told to stop, then drain; log to standard error meanwhile.

    The signals wait, blocked, until they can be heard.
    """
    with logging_to(sys.stderr.fileno(), level=config.server.log_level) as log:
        await _serve(Serving(config, worker, log=log), listener, lifeline=worker.lifeline)


async def _serve(serving: Serving, listener: socket.socket, *, lifeline: int | None) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    loop.add_signal_handler(signal.SIGHUP, serving.reload)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
    if lifeline is not None:
        loop.add_reader(lifeline, stopped.set)
    accepting = await loop.create_server(serving.server.accept, sock=listener, backlog=BACKLOG)
    sweeper = loop.create_task(_sweep(serving))
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD, 20, 20)
    await stopped.wait()
    if lifeline is not None:
        loop.remove_reader(lifeline)
    accepting.close()
    await serving.server.drain(within_seconds=serving.drain_seconds)
    sweeper.cancel()
    serving.close()


async def _sweep(serving: Serving) -> None:
    while True:
        serving.sweep()
        await asyncio.sleep(_SWEEP_SECONDS)
