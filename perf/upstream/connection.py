"""One client connection: parses requests, answers them one after the other, records how each ended."""

import asyncio
import socket
from collections import deque
from functools import partial
from time import monotonic_ns
from typing import cast

import httptools

from perf.model.upstream import Arrival
from perf.model.wire import NONCE_HEADER
from perf.upstream.asks import VERSION_HEADER, body_nonce, credential_of, dialect_of, path_of, read_ask
from perf.upstream.behaviour import Answering
from perf.upstream.exchange import Exchange, Leaving, Request, answer_at_once, unanswered
from perf.upstream.faults import End
from perf.upstream.files import is_last_file
from perf.upstream.framing import BAD_REQUEST, CONTINUE
from perf.upstream.host import Host
from perf.upstream.known import Known
from perf.upstream.resets import POLL_NS, RESET_WITHIN_NS, reset, unsent_bytes
from perf.wire.prompt import LONG_BODY_BYTES, prompt_digest

_NONCE_HEADER = NONCE_HEADER.encode()
_AUTHORIZATION = b"authorization"
_API_KEY = b"x-api-key"
_WANTED = frozenset({_NONCE_HEADER, _AUTHORIZATION, _API_KEY, VERSION_HEADER})
_EXPECT = b"expect"
_END_OF_HEAD = b"\r\n\r\n"


class Connection(asyncio.Protocol):
    """A server's side of one HTTP/1.1 connection; pipelined requests wait for their turn."""

    __slots__ = (
        "_acquaintance",
        "_body_parts",
        "_bytes_in",
        "_ended",
        "_exchange",
        "_headers",
        "_host",
        "_is_full",
        "_number",
        "_parser",
        "_rests",
        "_sole",
        "_transport",
        "_url",
        "_waiting",
    )

    def __init__(self, host: Host) -> None:
        self._host = host
        self._number = host.next_connection()
        self._transport: asyncio.Transport | None = None
        self._parser: httptools.HttpRequestParser | None = None
        self._exchange: Exchange | Leaving | None = None
        self._is_full = False
        self._ended: asyncio.Future[None] | None = None
        self._waiting: deque[Request] = deque()
        self._acquaintance = host.acquaintance
        self._rests = True
        self._sole = b""
        self._bytes_in = 0
        self._url = b""
        self._headers: dict[bytes, bytes] = {}
        self._body_parts: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Every write is to leave at once, gathered neither by the kernel nor until the loop's turn ends."""
        self._transport = cast("asyncio.Transport", transport)
        is_secured = transport.get_extra_info("ssl_object") is not None
        self._transport.set_write_buffer_limits(high=1 if is_secured else 0)
        self._parser = httptools.HttpRequestParser(self)
        connected = transport.get_extra_info("socket")
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if is_last_file(connected.fileno()):
            self._tell_of_the_limit()
        self._host.connections.add(self)

    def _tell_of_the_limit(self) -> None:
        """The next clients would be dropped without a word, and nobody would know why."""
        message = f"{self._host.name} is at its limit of open files, and takes no more connections"
        asyncio.get_running_loop().call_exception_handler({"message": message})

    def connection_lost(self, exc: Exception | None) -> None:
        """Record what the client did not wait for, and break every cycle: nobody collects them under load."""
        self._abandon(client_aborted=True)
        self._parser = None
        self._transport = None
        self._host.connections.discard(self)

    def eof_received(self) -> bool:
        """A client that hangs up in the middle of an answer has aborted."""
        self._abandon(client_aborted=True)
        return False

    def data_received(self, data: bytes) -> None:
        """Parse; what is not HTTP is refused."""
        if self._parser is None:
            return
        if self._rests and self._exchange is None and (recalled := self._acquaintance.recall(data)):
            self._answer_known(*recalled, bytes_in=len(data))
            return
        self._bytes_in += len(data)
        self._sole = data if self._rests else b""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError as error:
            raise RuntimeError(f"a request could not be answered: {error.__context__!r}") from error
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if self._transport is not None:
                self._transport.write(BAD_REQUEST)
                self._transport.close()

    def pause_writing(self) -> None:
        """The kernel takes no more for now, so what was written last is not on its way yet."""
        self._is_full = True

    def resume_writing(self) -> None:
        """All that was written is on its way; an answer that waited for nothing else has ended."""
        self._is_full = False
        leaving = self._exchange
        if isinstance(leaving, Leaving) and leaving.end is not End.RST:
            self._settle(leaving.arrival._replace(last_byte_ns=monotonic_ns()), leaving)

    def ended(self) -> "asyncio.Future[None] | None":
        """A future that is done when the answer under way has ended; None where there is none."""
        if self._exchange is not None and self._ended is None:
            self._ended = asyncio.get_running_loop().create_future()
        return self._ended

    def drop(self) -> None:
        """Cut the connection from this side."""
        self._abandon(client_aborted=False)
        if self._transport is not None:
            self._transport.abort()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._rests = False

    def on_url(self, url: bytes) -> None:
        """A part of the path."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep the few headers that matter."""
        name = name.lower()
        if name in _WANTED:
            self._headers[name] = value
        elif name == _EXPECT and self._transport is not None:
            self._sole = b""
            self._transport.write(CONTINUE)

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._body_parts.append(body)

    def on_message_complete(self) -> None:
        """Answer, or wait for the answers before."""
        if self._parser is None:
            return
        arrival_ns = monotonic_ns()
        header, body = self._headers.get, b"".join(self._body_parts)
        request = Request(
            self._host.name,
            self._number,
            self._parser.get_method(),
            path_of(self._url),
            header(_NONCE_HEADER, b"").decode("latin-1") or body_nonce(body),
            credential_of(header(_AUTHORIZATION, b""), header(_API_KEY, b"")),
            body,
            arrival_ns,
            self._bytes_in,
            self._parser.should_keep_alive(),
            prompt_digest(body) if len(body) > LONG_BODY_BYTES else "",
            header(VERSION_HEADER, b"").decode("latin-1"),
        )
        self._rests = True
        self._learn(request)
        self._url, self._body_parts = b"", []
        self._headers.clear()
        self._bytes_in = 0
        if self._exchange is None:
            self._begin(request)
        else:
            self._waiting.append(request)

    def _learn(self, request: Request) -> None:
        """Get to know a request if the bytes of one read were exactly all of it."""
        sole = self._sole
        if len(sole) != sole.find(_END_OF_HEAD) + len(_END_OF_HEAD) + len(request.body):
            return
        dialect = dialect_of(request.path) if request.method == b"POST" else None
        if dialect is not None and (ask := read_ask(dialect, request.body)):
            known = Known(request.path, request.credential, ask, request.keep_alive, request.version)
            self._acquaintance.learn(sole, known)

    def _answer_known(self, known: Known, nonce: str, *, bytes_in: int) -> None:
        arrival_ns = monotonic_ns()
        host = self._host
        answering = host.reply(known.ask)
        request = known.request(
            host.name, self._number, nonce=nonce, arrival_ns=arrival_ns, bytes_in=bytes_in
        )
        self._carry_out(request, answering)

    def _begin(self, request: Request) -> None:
        self._carry_out(request, self._host.answer(request.method, request.path, body=request.body))

    def _carry_out(self, request: Request, answering: Answering) -> None:
        if self._transport is None:
            return
        host = self._host
        if answering.delivery.at_once and not answering.delay_ns:
            arrival = answer_at_once(
                request, answering, transport=self._transport, request_id=host.next_request()
            )
            if self._is_full:
                self._exchange = Leaving(request, arrival, End.WHOLE)
                return
            host.log.append(arrival)
            if not request.keep_alive:
                self._transport.close()
            return
        self._exchange = Exchange(
            request, answering, transport=self._transport, timers=host.timers, done=self._done
        )
        self._exchange.begin(host.next_request())

    def _done(self, arrival: Arrival, end: End) -> None:
        """All of an answer was written; it ends when it has left, too."""
        if self._exchange is None:
            return
        leaving = self._exchange = Leaving(self._exchange.request, arrival, end)
        if end is End.RST:
            self._reset(leaving, give_up_ns=monotonic_ns() + RESET_WITHIN_NS)
        elif not self._is_full:
            self._settle(arrival, leaving)

    def _reset(self, leaving: Leaving, *, give_up_ns: int) -> None:
        """Tear the connection down once all has left: a reset throws away what has not."""
        if self._transport is None or self._exchange is not leaving:
            return
        unsent = unsent_bytes(self._transport)
        if unsent and (now_ns := monotonic_ns()) < give_up_ns:
            again = partial(self._reset, leaving, give_up_ns=give_up_ns)
            self._host.timers.at(now_ns + POLL_NS, again)
            return
        self._settle(leaving.arrival._replace(bytes_out=leaving.arrival.bytes_out - unsent), leaving)

    def _settle(self, arrival: Arrival, leaving: Leaving) -> None:
        self._end()
        self._host.log.append(arrival)
        if self._transport is None:
            return
        if leaving.end is End.RST:
            reset(self._transport)
        elif leaving.end is End.FIN or not leaving.request.keep_alive:
            self._transport.close()
        self._serve_waiting()

    def _serve_waiting(self) -> None:
        """Begin requests until one takes its time, or the connection ends."""
        while self._waiting and self._exchange is None:
            if self._transport is None or self._transport.is_closing():
                return
            self._begin(self._waiting.popleft())

    def _end(self) -> Exchange | Leaving | None:
        """Take the answer under way off; whoever waits for its end goes on."""
        exchange, self._exchange = self._exchange, None
        ended, self._ended = self._ended, None
        if ended is not None:
            ended.set_result(None)
        return exchange

    def _abandon(self, *, client_aborted: bool) -> None:
        exchange = self._end()
        if exchange is not None:
            arrival = exchange.abandon(client_aborted=client_aborted)
            unsent = self._transport.get_write_buffer_size() if self._is_full and self._transport else 0
            self._host.log.append(arrival._replace(bytes_out=arrival.bytes_out - unsent))
        for request in self._waiting:
            self._host.log.append(unanswered(request, client_aborted=client_aborted))
        self._waiting.clear()
