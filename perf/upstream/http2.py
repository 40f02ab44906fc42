"""One HTTP/2 connection of a client: its streams are answered side by side, as many as were offered."""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from functools import partial
from time import monotonic_ns
from typing import Protocol, cast

from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings

from perf.model.upstream import Arrival
from perf.model.wire import NONCE_HEADER
from perf.upstream.asks import VERSION_HEADER, body_nonce, credential_of, path_of
from perf.upstream.behaviour import Answering
from perf.upstream.exchange import Exchange, Request, unanswered
from perf.upstream.faults import End
from perf.upstream.host import Host
from perf.wire.prompt import LONG_BODY_BYTES, prompt_digest

_NONCE_HEADER = NONCE_HEADER.encode()
_END_OF_HEAD = b"\r\n\r\n"
_ANY_NUMBER = 2**31 - 1
_LARGEST_HEAD_BYTES = 65_536
_FIELD_OVERHEAD_BYTES = 4
_RESETS = {End.FIN: ErrorCodes.CANCEL, End.RST: ErrorCodes.INTERNAL_ERROR}


class Http2Host(Host, Protocol):
    """What a connection needs of the instance that accepted it."""

    def answer_unchunked(self, method: bytes, path: str, *, body: bytes) -> Answering:
        """Decide an answer, whose body is not to be cut into chunks."""
        ...


class _Stream:
    """One request and its answer, whose bytes wait here until the client has room for them."""

    __slots__ = ("_wake", "body", "end", "exchange", "fields", "head", "number", "opened", "pieces")

    def __init__(self, number: int, fields: dict[bytes, bytes], *, wake: Callable[["_Stream"], None]) -> None:
        self.number = number
        self.fields = fields
        self.body = bytearray()
        self.exchange: Exchange | None = None
        self.head = b""
        self.opened = False
        self.pieces: deque[bytes] = deque()
        self.end: End | None = None
        self._wake = wake

    def write(self, data: bytes) -> None:
        """Take a piece of the answer; the first begins with the head as HTTP/1.1 would write it."""
        if not self.head:
            self.head, _, data = data.partition(_END_OF_HEAD)
        if data:
            self.pieces.append(data)
        self._wake(self)

    def request(self, *, instance: str, connection: int) -> Request:
        """The request that is now in; its size is that of names, values and body before compression."""
        fields, body = self.fields, bytes(self.body)
        head_bytes = sum(len(name) + len(value) + _FIELD_OVERHEAD_BYTES for name, value in fields.items())
        return Request(
            instance,
            connection,
            fields.get(b":method", b""),
            path_of(fields.get(b":path", b"")),
            fields.get(_NONCE_HEADER, b"").decode("latin-1") or body_nonce(body),
            credential_of(fields.get(b"authorization", b""), fields.get(b"x-api-key", b"")),
            body,
            monotonic_ns(),
            head_bytes + len(body),
            True,
            prompt_digest(body) if len(body) > LONG_BODY_BYTES else "",
            fields.get(VERSION_HEADER, b"").decode("latin-1"),
        )


class Http2Connection(asyncio.Protocol):
    """A server's side of one HTTP/2 connection (RFC 9113), once TLS has agreed on it.

    A stream beyond the offered number is refused with REFUSED_STREAM, from the moment on at which the client
    has acknowledged the number: it cannot know it before.
    """

    def __init__(self, host: Http2Host, *, streams: int) -> None:
        self._host = host
        self._number = host.next_connection()
        self._offered = streams
        self._is_acknowledged = False
        self._http = H2Connection(H2Configuration(client_side=False, header_encoding=None))
        self._streams: dict[int, _Stream] = {}
        self._due: dict[int, _Stream] = {}
        self._flushing: asyncio.Handle | None = None
        self._ended: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Offer so many streams; h2 itself is then told of no limit, as it would end the whole connection."""
        self._transport = cast("asyncio.Transport", transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._host.connections.add(self)
        self._http.local_settings = _settings(self._offered)
        self._http.initiate_connection()
        self._http.local_settings = _settings(_ANY_NUMBER)
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """Record what the client did not wait for."""
        self._abandon(client_aborted=True)
        self._transport = None
        self._host.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        """Take what the client says; what is not HTTP/2 ends the connection."""
        if self._transport is None:
            return
        try:
            for event in self._http.receive_data(data):
                self._take(event)
        except ProtocolError:
            self._abandon(client_aborted=True)
            self._flush()
            self._transport.close()
            return
        self._flush()

    def ended(self) -> "asyncio.Future[None] | None":
        """A future that is done when an answer under way has ended; None where there is none."""
        if self._ended is None and any(stream.exchange for stream in self._streams.values()):
            self._ended = asyncio.get_running_loop().create_future()
        return self._ended

    def drop(self) -> None:
        """Cut the connection from this side."""
        self._abandon(client_aborted=False)
        if self._transport is not None:
            self._transport.abort()

    def _take(self, event: events.Event) -> None:
        match event:
            case events.RequestReceived(stream_id=number, headers=headers):
                self._open(_Stream(number, {bytes(k): bytes(v) for k, v in headers}, wake=self._wake))
            case events.DataReceived(stream_id=number, data=data, flow_controlled_length=length_bytes):
                self._http.acknowledge_received_data(length_bytes, number)
                if number in self._streams:
                    self._streams[number].body += data
            case events.StreamEnded(stream_id=number):
                if number in self._streams:
                    self._answer(self._streams[number])
            case events.StreamReset(stream_id=number):
                if number in self._streams:
                    self._leave(self._streams.pop(number), client_aborted=True)
            case _:
                self._take_terms(event)

    def _take_terms(self, event: events.Event) -> None:
        """What concerns the whole connection."""
        match event:
            case events.SettingsAcknowledged():
                self._is_acknowledged = True
            case events.WindowUpdated() | events.RemoteSettingsChanged():
                self._due |= {each.number: each for each in self._streams.values() if each.pieces}
            case events.ConnectionTerminated() if self._transport is not None:
                self._abandon(client_aborted=True)
                self._transport.close()
            case _:
                return

    def _open(self, stream: _Stream) -> None:
        if not self._is_acknowledged or len(self._streams) < self._offered:
            self._streams[stream.number] = stream
            return
        self._http.reset_stream(stream.number, ErrorCodes.REFUSED_STREAM)
        request = stream.request(instance=self._host.name, connection=self._number)
        self._log(unanswered(request, client_aborted=False))

    def _answer(self, stream: _Stream) -> None:
        host = self._host
        request = stream.request(instance=host.name, connection=self._number)
        stream.exchange = Exchange(
            request,
            host.answer_unchunked(request.method, request.path, body=request.body),
            transport=stream,
            timers=host.timers,
            done=partial(self._done, stream=stream),
        )
        stream.exchange.begin(host.next_request())

    def _done(self, arrival: Arrival, end: End, *, stream: _Stream) -> None:
        stream.exchange, stream.end = None, end
        self._log(arrival)
        self._wake(stream)

    def _log(self, arrival: Arrival) -> None:
        """Whoever waits for the end of an answer goes on."""
        self._host.log.append(arrival._replace(http2=True))
        ended, self._ended = self._ended, None
        if ended is not None:
            ended.set_result(None)

    def _wake(self, stream: _Stream) -> None:
        """Have this stream's bytes sent before the loop waits again, together with those of others."""
        self._due[stream.number] = stream
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        due, self._due = self._due, {}
        for stream in due.values():
            if stream.number in self._streams:
                self._send(stream)
        if self._transport is not None and (data := self._http.data_to_send()):
            self._transport.write(data)

    def _send(self, stream: _Stream) -> None:
        """Send what the client's windows have room for, each piece as its own frame, and then the end."""
        number, is_whole = stream.number, stream.end is End.WHOLE
        is_over = False
        if stream.head and not stream.opened:
            stream.opened, is_over = True, is_whole and not stream.pieces
            self._http.send_headers(number, _fields(stream.head), end_stream=is_over)
        while stream.pieces and (room_bytes := self._room_bytes(number)) > 0:
            data = stream.pieces.popleft()
            if len(data) > room_bytes:
                stream.pieces.appendleft(data[room_bytes:])
            is_over = is_whole and not stream.pieces
            self._http.send_data(number, data[:room_bytes], end_stream=is_over)
        if stream.end in _RESETS and not stream.pieces:
            self._http.reset_stream(number, _RESETS[stream.end])
            is_over = True
        if is_over:
            del self._streams[number]

    def _room_bytes(self, number: int) -> int:
        return min(self._http.local_flow_control_window(number), self._http.max_outbound_frame_size)

    def _leave(self, stream: _Stream, *, client_aborted: bool) -> None:
        exchange, stream.exchange = stream.exchange, None
        if exchange is not None:
            self._log(exchange.abandon(client_aborted=client_aborted))

    def _abandon(self, *, client_aborted: bool) -> None:
        streams, self._streams = self._streams, {}
        for stream in streams.values():
            self._leave(stream, client_aborted=client_aborted)


def _settings(streams: int) -> Settings:
    return Settings(
        client=False,
        initial_values={
            SettingCodes.MAX_CONCURRENT_STREAMS: streams,
            SettingCodes.MAX_HEADER_LIST_SIZE: _LARGEST_HEAD_BYTES,
        },
    )


def _fields(head: bytes) -> list[tuple[bytes, bytes]]:
    """The header fields of HTTP/2 that say the same as this head of HTTP/1.1."""
    status_line, *lines = head.split(b"\r\n")
    fields = [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]
    return [(b":status", status_line.split(b" ", 2)[1]), *fields]
