"""One client connection: sends a request, gives the head of the answer, then collects or pipes its body."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

import httptools

from perf.gateway.http.faults import CutError, DeadlineError, ExchangeError, StaleError
from perf.gateway.http.message import Headers

_MAX_HEAD_BYTES = 64 * 1024


class Head:
    """The start of an answer; not a dataclass, because one is made for each."""

    __slots__ = ("headers", "status")

    def __init__(self, status: int, headers: Headers) -> None:
        self.status = status
        self.headers = headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long an answer may take, in seconds from the send."""

    first_byte_seconds: float
    total_seconds: float


class _State(Enum):
    IDLE = auto()
    WAITING = auto()
    BODY = auto()
    COMPLETE = auto()
    CLOSED = auto()


class ClientConnection(asyncio.Protocol):
    """A keep-alive connection that carries one exchange at a time.

    An exchange is `send`, then `head`, then `read` or `pipe`.
    `reusable` tells whether another may follow; if not, `abort` it.
    """

    __slots__ = (
        "_due_at",
        "_fault",
        "_head",
        "_head_bytes",
        "_headers",
        "_loop",
        "_on_close",
        "_parser",
        "_parts",
        "_reused",
        "_sink",
        "_state",
        "_timer",
        "_total_at",
        "_transport",
        "_waiter",
        "idle_since",
        "reusable",
    )

    def __init__(
        self, loop: asyncio.AbstractEventLoop, on_close: Callable[["ClientConnection"], None]
    ) -> None:
        self._loop = loop
        self._on_close = on_close
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._state = _State.IDLE
        self._reused = False
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._fault: ExchangeError | None = None
        self._sink: Callable[[bytes], None] | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._parts: list[bytes] = []
        self._head: Head | None = None
        self._head_bytes = 0
        self._due_at = 0.0
        self._total_at = 0.0
        self.reusable = False
        self.idle_since = 0.0

    # The exchange.

    def send(self, request: bytes, *, deadlines: Deadlines) -> None:
        """Write a whole request and start its deadlines."""
        assert self._transport is not None
        self._state = _State.WAITING
        self._head = None
        self._headers = []
        self._parts = []
        self._head_bytes = 0
        now = self._loop.time()
        self._total_at = now + deadlines.total_seconds
        self._due_at = min(now + deadlines.first_byte_seconds, self._total_at)
        if self._timer is None or self._timer.when() > self._due_at:
            self._disarm()
            self._timer = self._loop.call_at(self._due_at, self._look)
        self._transport.write(request)

    async def head(self) -> Head:
        """Wait for the head of the answer; raises an ExchangeError when there will be none."""
        if self._head is None and self._fault is None:
            self._waiter = self._loop.create_future()
            await self._waiter
        if self._head is None:
            raise self._fault or CutError("the connection closed before it answered")
        return self._head

    async def read(self, *, max_bytes: int) -> bytes:
        """Wait for the whole body.

        Raises an ExchangeError when it is cut, late, or longer than `max_bytes`.
        """
        if self._state is _State.BODY:
            held_bytes = 0

            def hold(part: bytes) -> None:
                nonlocal held_bytes
                held_bytes += len(part)
                if held_bytes > max_bytes:
                    self._fail(CutError(f"the answer is longer than {max_bytes} bytes"))
                parts.append(part)

            parts: list[bytes] = []
            await self.pipe(hold)
            return b"".join(parts)
        if self._fault is not None:
            raise self._fault
        parts, self._parts = self._parts, []
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def pipe(self, sink: Callable[[bytes], None]) -> None:
        """Give the body to `sink` as it arrives, one call a read, and return at its end.

        Raises an ExchangeError when it is cut or late; `sink` has then had what came before.
        """
        self._sink = sink
        try:
            self._flush(sink)
            if self._state is _State.BODY:
                self._waiter = self._loop.create_future()
                await self._waiter
        finally:
            self._sink = None
        if self._fault is not None:
            raise self._fault

    def release(self) -> None:
        """End the exchange; call it once the answer is complete."""
        self._state = _State.IDLE
        self._reused = True
        self.idle_since = self._loop.time()

    def abort(self) -> None:
        """Close at once; the upstream sees the connection go."""
        self._disarm()
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()

    @property
    def complete(self) -> bool:
        """Whether the whole answer has come."""
        return self._state is _State.COMPLETE

    @property
    def closed(self) -> bool:
        """Whether the connection is gone."""
        return self._state is _State.CLOSED

    def pause(self) -> None:
        """Stop reading; the receiver of the body is slow."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def _framed(self) -> bool:
        """Tell whether the answer says where its body ends; else the end of the connection does."""
        fields = () if self._head is None else self._head.headers
        return any(name in (b"content-length", b"transfer-encoding") for name, _ in fields)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """See whether the deadline has come: the timer outlives exchanges, since most end long before."""
        self._timer = None
        if self._state not in (_State.WAITING, _State.BODY):
            return
        if self._loop.time() < self._due_at:
            self._timer = self._loop.call_at(self._due_at, self._look)
            return
        late = "no answer" if self._state is _State.WAITING else "no end of the answer"
        self._fail(DeadlineError(f"{late} before the deadline"))

    def _fail(self, fault: ExchangeError) -> None:
        if self._fault is None and self._state is not _State.COMPLETE:
            self._fault = fault
        self.abort()
        self._wake()

    def _flush(self, sink: Callable[[bytes], None]) -> None:
        parts = self._parts
        if parts:
            self._parts = []
            sink(parts[0] if len(parts) == 1 else b"".join(parts))

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Parse, then hand on what came, in one piece."""
        if self._state is _State.IDLE:
            self.abort()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(CutError(f"the answer is not HTTP: {error}"))
            return
        if self._head is None:
            self._head_bytes += len(data)
            if self._head_bytes > _MAX_HEAD_BYTES:
                self._fail(CutError(f"the head of the answer is longer than {_MAX_HEAD_BYTES} bytes"))
            return
        if self._sink is not None:
            self._flush(self._sink)
        if self._sink is None or self._state is _State.COMPLETE:
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the exchange under way: a cut, unless the end of the connection is the end of the body."""
        match self._state:
            case _State.WAITING if self._reused and self._head_bytes == 0:
                self._fault = self._fault or StaleError("a kept connection was closed by the upstream")
            case _State.WAITING:
                self._fault = self._fault or CutError("the connection closed before it answered")
            case _State.BODY if exc is not None or self._framed():
                self._fault = self._fault or CutError("the connection closed inside the answer")
            case _:
                pass
        del self._parser
        self._disarm()
        self._state = _State.CLOSED
        self.reusable = False
        self._wake()
        self._on_close(self)

    # What httptools calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note one field; trailers are left out."""
        if self._head is None:
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Start the body, unless this is an interim answer."""
        status = self._parser.get_status_code()
        if status < 200:
            self._headers = []
            return
        self.reusable = self._parser.should_keep_alive()
        self._head = Head(status, self._headers)
        self._state = _State.BODY
        self._due_at = self._total_at

    def on_body(self, body: bytes) -> None:
        """Note one part of the body."""
        self._parts.append(body)

    def on_message_complete(self) -> None:
        """Mark the answer complete."""
        if self._head is not None:
            self._state = _State.COMPLETE
