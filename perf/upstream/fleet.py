"""Many instances in one process: their listeners, their scripts, their timeline and their common log."""

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from functools import partial
from operator import attrgetter
from time import monotonic_ns
from typing import TYPE_CHECKING, assert_never

from perf.model.units import ns_to_s
from perf.model.upstream import Arrival, Down, TimelineStep, Tls, UpstreamScript
from perf.upstream.behaviour import Answering, Behaviour
from perf.upstream.connection import Connection
from perf.upstream.host import Served
from perf.upstream.known import Acquaintance
from perf.upstream.replies import Ask
from perf.upstream.scripts import script
from perf.upstream.timers import Timer, Timers

if TYPE_CHECKING:
    from perf.upstream.secured import Authority, Door

_HOST = "127.0.0.1"
_BACKLOG = 4_096
_NUMBER_BITS = 32
"""Numbers of connections and requests; above them, ids have room for that of the process (at most 2**22)."""


class Instance:
    """One mock provider on one port, which it keeps while it is down; behind a door, it speaks TLS."""

    def __init__(self, name: str, *, port: int, shared: bool, door: "Door | None", fleet: "Fleet") -> None:
        self.name = name
        self.timers = fleet.timers
        self.log = fleet.log
        self.acquaintance = fleet.acquaintance
        self.connections: set[Served] = set()
        self.next_connection = fleet.next_connection
        self.next_request = fleet.next_request
        self._behave(script())
        self._shared = shared
        self._door = door
        self._reservation = _bound(port, shared=shared)
        self.port: int = self._reservation.getsockname()[1]
        self._server: asyncio.Server | None = None

    def answer(self, method: bytes, path: str, *, body: bytes) -> Answering:
        """Answer after the script in force."""
        return self._behaviour.answer(method, path, body=body)

    def answer_unchunked(self, method: bytes, path: str, *, body: bytes) -> Answering:
        """The same, for a protocol that knows no chunks."""
        return self._unchunked.answer(method, path, body=body)

    def reply(self, ask: Ask) -> Answering:
        """Answer, after the script in force, a request that asks for this."""
        return self._behaviour.reply(ask)

    async def become(self, state: UpstreamScript | Down) -> None:
        """Behave so from now on; answers already on their way keep to their script."""
        match state:
            case Down():
                self.close()
            case UpstreamScript():
                self._behave(state)
                await self.listen()
            case _:
                assert_never(state)

    async def listen(self) -> None:
        """Accept connections, if not already done."""
        if self._server is None:
            loop = asyncio.get_running_loop()
            door = self._door
            self._server = await loop.create_server(
                partial(door.receive if door else Connection, self),
                sock=_bound(self.port, shared=self._shared),
                backlog=_BACKLOG,
                ssl=door.context if door else None,
            )

    def _behave(self, script: UpstreamScript) -> None:
        self._behaviour = Behaviour(script, instance=self.name)
        self._unchunked = Behaviour(script, instance=self.name, chunked=False)

    def close(self) -> None:
        """Refuse new connections and cut the present ones; the port stays reserved."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in tuple(self.connections):
            connection.drop()

    def release(self) -> None:
        """Close for good."""
        self.close()
        self._reservation.close()


class Fleet:
    """All instances of one process."""

    def __init__(self, *, loop: asyncio.AbstractEventLoop) -> None:
        self.timers = Timers(loop)
        self.log: list[Arrival] = []
        self.acquaintance = Acquaintance()
        self._connections = 0
        self._requests = 0
        self._steps: list[Timer] = []
        self._changes: set[asyncio.Task[None]] = set()
        self._authority: Authority | None = None
        self.instances: dict[str, Instance] = {}

    async def open(
        self, ports: Mapping[str, int], *, tls: Mapping[str, Tls] | None = None, shared: bool = False
    ) -> None:
        """Add instances by name and port (0: any free one), and listen; several fleets may share a port.

        Those that `tls` names speak it. Where ports are shared, so are the numbers: this process has its own.
        """
        if shared and not self.instances:
            self._connections = self._requests = os.getpid() << _NUMBER_BITS
        secured = tls or {}
        for name, port in ports.items():
            door = self._trusted().door(secured[name]) if name in secured else None
            instance = Instance(name, port=port, shared=shared, door=door, fleet=self)
            self.instances[name] = instance
            await instance.listen()

    @property
    def ca_pem(self) -> str:
        """The certificate that clients must trust, "" where no instance speaks TLS."""
        return self._authority.pem if self._authority else ""

    def next_connection(self) -> int:
        """A number no other connection has, from 1 unless ports are shared."""
        self._connections += 1
        return self._connections

    def next_request(self) -> int:
        """A number no other request has, from 1 unless ports are shared."""
        self._requests += 1
        return self._requests

    def schedule(self, steps: Sequence[TimelineStep]) -> None:
        """Take these steps at their times, in place of those still to come; past ones are taken now."""
        for timer in self._steps:
            timer.cancel()
        self._steps = [self.timers.at(step.at_ns, partial(self._take, step)) for step in steps]

    def drain(self) -> tuple[Arrival, ...]:
        """Take the log, in the order of arrival."""
        arrivals = tuple(sorted(self.log, key=attrgetter("arrival_ns")))
        self.log.clear()
        return arrivals

    async def rest(self, within_ns: int) -> None:
        """Wait until no answer is under way, but at most for so long; a hanging one never ends by itself."""
        give_up_ns = monotonic_ns() + within_ns
        while (left_ns := give_up_ns - monotonic_ns()) > 0:
            answering = [
                ended
                for instance in self.instances.values()
                for connection in instance.connections
                if (ended := connection.ended()) is not None
            ]
            if not answering:
                return
            await asyncio.wait(answering, timeout=ns_to_s(left_ns))

    def close(self) -> None:
        """Stop everything."""
        for instance in self.instances.values():
            instance.release()
        self.timers.close()

    def _trusted(self) -> "Authority":
        """Made when it is first needed, as is the import, which takes longer than all others here."""
        if self._authority is None:
            from perf.upstream.secured import Authority

            self._authority = Authority(_HOST)
        return self._authority

    def _take(self, step: TimelineStep) -> None:
        change = asyncio.get_running_loop().create_task(self.instances[step.instance].become(step.state))
        self._changes.add(change)
        change.add_done_callback(self._changes.discard)


def _bound(port: int, *, shared: bool) -> socket.socket:
    """A socket on the port; several may be bound to it as long as only one listens, or all share it."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((_HOST, port))
    return bound
