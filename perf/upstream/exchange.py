"""One request and its answer on the way: writes each piece at its time, then tells the log."""

from collections.abc import Callable
from time import monotonic_ns
from typing import NamedTuple, Protocol

import msgspec

from perf.model.upstream import Arrival
from perf.upstream.behaviour import Answering
from perf.upstream.faults import End
from perf.upstream.timers import Timer, Timers


class Sink(Protocol):
    """Where the bytes of an answer go."""

    def write(self, data: bytes) -> None:
        """Send them, as soon as may be."""
        ...


class Request(msgspec.Struct, frozen=True, gc=False):
    """One whole request as it came in; there is one for each that the mock answers, so it is made in C."""

    instance: str
    connection: int
    method: bytes
    path: str
    nonce: str
    credential: str
    body: bytes
    arrival_ns: int
    bytes_in: int
    keep_alive: bool
    prompt_digest: str = ""
    version: str = ""


class Leaving(NamedTuple):
    """An answer of which all was written, but not all has left."""

    request: Request
    arrival: Arrival
    end: End

    def abandon(self, *, client_aborted: bool) -> Arrival:
        """Give the record as of now."""
        return self.arrival._replace(last_byte_ns=monotonic_ns(), client_aborted=client_aborted)


class Exchange:
    """Sends one answer; calls `done` with its end when nothing is left to send, unless the answer hangs."""

    __slots__ = (
        "_base_ns",
        "_bytes_out",
        "_delivery",
        "_done",
        "_first_byte_ns",
        "_id",
        "_model",
        "_next",
        "_timer",
        "_timers",
        "_transport",
        "request",
    )

    def __init__(
        self,
        request: Request,
        answering: Answering,
        *,
        transport: Sink,
        timers: Timers,
        done: Callable[[Arrival, End], None],
    ) -> None:
        self.request = request
        self._delivery = answering.delivery
        self._model = answering.model
        self._base_ns = request.arrival_ns + answering.delay_ns
        self._transport = transport
        self._timers = timers
        self._done = done
        self._timer: Timer | None = None
        self._first_byte_ns = 0
        self._bytes_out = 0
        self._next = 0
        self._id = 0

    def begin(self, request_id: int) -> None:
        """Answer now, or at the scripted time."""
        if not self._delivery.opening:
            return
        if self._base_ns <= self.request.arrival_ns:
            self._open(request_id)
        else:
            self._timer = self._timers.at(self._base_ns, lambda: self._open(request_id))

    def abandon(self, *, client_aborted: bool) -> Arrival:
        """Send nothing more; give the record as of now."""
        if self._timer is not None:
            self._timer.cancel()
        return self._arrival(monotonic_ns(), client_aborted=client_aborted)

    def _open(self, request_id: int) -> None:
        delivery = self._delivery
        self._id = request_id
        first = delivery.head(request_id, nonce=self.request.nonce)
        self._bytes_out = len(first)
        self._first_byte_ns = now_ns = monotonic_ns()
        self._transport.write(first)
        if delivery.steps:
            self._advance()
        else:
            self._finish(now_ns)

    def _advance(self) -> None:
        """Write all that is due; the next time counts from the intended first byte, so nothing drifts."""
        steps = self._delivery.steps
        number = self._next
        due_ns = now_ns = monotonic_ns()
        while number < len(steps):
            due_ns = self._base_ns + steps[number].offset_ns
            if due_ns > now_ns:
                break
            data = self._delivery.own(steps[number].data, self._id, nonce=self.request.nonce)
            self._bytes_out += len(data)
            self._transport.write(data)
            number += 1
        self._next = number
        if number < len(steps):
            self._timer = self._timers.at(due_ns, self._advance)
        else:
            self._finish(now_ns)

    def _finish(self, last_byte_ns: int) -> None:
        end = self._delivery.end
        if end is not End.HANG:
            self._done(self._arrival(last_byte_ns, client_aborted=False), end)

    def _arrival(self, last_byte_ns: int, *, client_aborted: bool) -> Arrival:
        request = self.request
        return Arrival(
            request.instance,
            request.connection,
            request.nonce,
            request.path,
            request.arrival_ns,
            self._first_byte_ns,
            last_byte_ns,
            self._delivery.status if self._first_byte_ns else 0,
            request.bytes_in,
            self._bytes_out,
            client_aborted,
            request.credential,
            self._delivery.faults,
            request.prompt_digest,
            self._model,
            version=request.version,
        )


def answer_at_once(request: Request, answering: Answering, *, transport: Sink, request_id: int) -> Arrival:
    """Answer by one write, now; most requests need no more."""
    delivery = answering.delivery
    answer = delivery.head(request_id, nonce=request.nonce)
    now_ns = monotonic_ns()
    transport.write(answer)
    return Arrival(
        request.instance,
        request.connection,
        request.nonce,
        request.path,
        request.arrival_ns,
        now_ns,
        now_ns,
        delivery.status,
        request.bytes_in,
        len(answer),
        False,
        request.credential,
        delivery.faults,
        request.prompt_digest,
        answering.model,
        version=request.version,
    )


def unanswered(request: Request, *, client_aborted: bool) -> Arrival:
    """The record of a request whose turn never came, as of now."""
    return Arrival(
        instance=request.instance,
        connection=request.connection,
        nonce=request.nonce,
        path=request.path,
        arrival_ns=request.arrival_ns,
        first_byte_ns=0,
        last_byte_ns=monotonic_ns(),
        status=0,
        bytes_in=request.bytes_in,
        bytes_out=0,
        client_aborted=client_aborted,
        credential=request.credential,
        version=request.version,
    )
