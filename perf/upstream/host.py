"""What connections and the instance that accepted them know of each other."""

import asyncio
from typing import Protocol

from perf.model.upstream import Arrival
from perf.upstream.behaviour import Answering
from perf.upstream.known import Acquaintance
from perf.upstream.replies import Ask
from perf.upstream.timers import Timers


class Served(Protocol):
    """What an instance needs of a connection that it has accepted."""

    def ended(self) -> "asyncio.Future[None] | None":
        """A future that is done when an answer under way has ended; None where there is none."""
        ...

    def drop(self) -> None:
        """Cut it from this side."""
        ...


class Host(Protocol):
    """What a connection needs of the instance that accepted it."""

    name: str
    timers: Timers
    log: list[Arrival]
    connections: set[Served]
    acquaintance: Acquaintance

    def answer(self, method: bytes, path: str, *, body: bytes) -> Answering:
        """Decide an answer."""
        ...

    def reply(self, ask: Ask) -> Answering:
        """Decide the answer to a request that asks for this."""
        ...

    def next_connection(self) -> int:
        """A number no other connection has."""
        ...

    def next_request(self) -> int:
        """A number no other request has."""
        ...
