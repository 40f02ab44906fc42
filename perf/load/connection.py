"""One client connection: sends a request, reads its answer, records what came of it."""

import asyncio
from time import monotonic_ns
from typing import Protocol, cast

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpResponseParser

from perf.load.outcome import ends_with_connection, status_outcome
from perf.load.request import PreparedRequest
from perf.load.roster import Roster
from perf.load.stream import StreamReader
from perf.load.terms import Terms
from perf.model.load import Outcome

_OK = Outcome.OK
"""Bound once: CPython 3.11 finds an enum's member by way of a failed attribute look-up."""
MOST_BYTES = 64 * 2**20
"""An answer that is longer has no end: it is kept until it is whole, and would fill the memory."""
_MOST_HEAD_BYTES = 2**20


class Owner(Protocol):
    """Who gives a connection its requests."""

    def finished(self, connection: "Connection") -> None:
        """The request is recorded; the connection is free, or closed."""

    def lost(self, connection: "Connection") -> None:
        """A connection without a request was closed by the server, maybe before it was ever used."""


class Connection(asyncio.Protocol):
    """An HTTP/1.1 connection with at most one request in flight.

    `number` counts the attempts to connect; `slot` is the place in the pool, which outlives connections.
    The hot path is `send`, `data_received` and `take`: no task, no timer and no future per request.
    """

    __slots__ = (
        "_abort_after", "_begun", "_bytes_in", "_chunks", "_complete", "_familiar", "_head",
        "_headers_done", "_intended_ns", "_keep_alive", "_nonce", "_output_tokens", "_parser",
        "_reader", "_request", "_request_number", "_roster", "_status", "_template", "_terms", "_transport",
        "_turn", "_used", "busy", "closed", "first_byte_ns", "number", "on_body", "owner",
        "sent_ns", "slot",
    )  # fmt: skip
    _request: PreparedRequest
    _transport: asyncio.Transport
    _reader: StreamReader | None
    owner: Owner

    def __init__(
        self, terms: Terms, roster: "Roster[Connection]", *, owner: Owner, slot: int, number: int
    ) -> None:
        self._terms = terms
        self._turn = terms.turn
        self._roster = roster
        self.owner = owner
        self.slot = slot
        self.number = number
        self.busy = False
        self.closed = False
        self._begun = False
        self._used = 0
        self._chunks: list[bytes] = []
        self.on_body = self._chunks.append
        self._parser = HttpResponseParser(self)
        self._reader = None
        self._forget_parsed()
        self._choose(0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Write through: a send time that waits for the end of the loop's turn would be a lie."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=0)
        self._roster.joined(self)

    def send(self, number: int, intended_ns: int) -> None:
        """Send request `number`; one intended for 0 is intended for now."""
        terms = self._terms
        if terms.varied:
            self._choose(number)
        request, self._request_number = self._request, number
        if request.stream:
            self._reader = StreamReader(request.dialect)
        self._bytes_in = self._status = self.first_byte_ns = self._output_tokens = 0
        if self._head:
            self._forget_parsed()
        self.busy = True
        self._nonce = nonce = terms.nonce_prefix + b"%08x" % number
        payload = request.payload(nonce)
        self.sent_ns = now_ns = monotonic_ns()
        self._intended_ns = intended_ns or now_ns
        if self.closed:  # by the server, before the dialler could hand it over
            self._finish(Outcome.RESET, 0)
            return
        self._transport.write(payload)
        if self._abort_after == 0:
            self.give_up(Outcome.ABORTED_BY_PLAN)

    def _choose(self, number: int) -> None:
        """Take the template of request `number`, and how its answer is to be aborted."""
        terms = self._terms
        self._template = template = terms.template_of(number=number, slot=self.slot)
        self._request = terms.requests[template]
        self._familiar = terms.familiar[template]
        self._abort_after = terms.abort_after(number)
        self._reader = None

    def _forget_parsed(self) -> None:
        self._chunks.clear()
        self._head = b""
        self._headers_done = self._complete = False

    def data_received(self, data: bytes) -> None:
        """Have the next bytes of the answer looked at soon; when they were read is known now."""
        self._turn.bring(self, data, read_ns=monotonic_ns())

    def take(self, data: bytes, read_ns: int) -> None:
        """Look at the next bytes of the answer."""
        if not self.busy:
            self._take_unasked()
        elif self._head or self._begun or not self._familiar.recognises(data):
            self._take_new(data, read_ns)
        else:
            self.first_byte_ns = read_ns
            self._bytes_in = len(data)
            self._status = 200
            self._output_tokens = self._familiar.output_tokens
            self._keep_alive = True
            self._finish(_OK, read_ns)

    def _take_unasked(self) -> None:
        """Bytes that nobody asked for; those that came before this side hung up do not matter."""
        if not self.closed:
            self._hang_up()
            self.owner.lost(self)

    def _take_new(self, data: bytes, read_ns: int) -> None:
        """Parse what was not known by its bytes."""
        self._bytes_in += len(data)
        self.first_byte_ns = self.first_byte_ns or read_ns
        if not self._headers_done:
            self._head += data
        if self._is_endless() or not self._parse(data):
            return
        if self._reader is not None and self._chunks and not self._read_stream(self._reader, read_ns):
            return
        if self._complete:
            outcome = self._outcome(whole=True)
            if outcome is _OK and self._bytes_in == len(data) and self._repeats():
                self._familiar.learn(data)
            self._finish(outcome, read_ns)

    def _parse(self, data: bytes) -> bool:
        """Have the parser take the bytes; False if they were no HTTP, which ended the exchange."""
        try:
            self._parser.feed_data(data)
        except HttpParserCallbackError:
            raise
        except (HttpParserError, HttpParserUpgrade):
            self._keep_alive = False
            if not self._complete:
                self._reject()
                return False
        return True

    def _is_endless(self) -> bool:
        """Whether this is more than any answer has, which ended the exchange."""
        if self._bytes_in <= (MOST_BYTES if self._headers_done else _MOST_HEAD_BYTES):
            return False
        self._reject()
        return True

    def on_message_begin(self) -> None:
        """Called by the parser."""
        self._begun = True

    def on_headers_complete(self) -> None:
        """Called by the parser."""
        self._status = self._parser.get_status_code()
        self._headers_done = True

    def on_message_complete(self) -> None:
        """Called by the parser; an interim answer (1xx) is not the message."""
        self._begun = False
        if self._status < 200:
            self._headers_done = False
        else:
            self._complete = True
            self._keep_alive = self._parser.should_keep_alive()

    def _read_stream(self, reader: StreamReader, now_ns: int) -> bool:
        """Decode what has come of the stream's body; False if the client hung up by plan."""
        if self._status != 200 and status_outcome(self._status) is not None:
            return True
        chunks = self._chunks
        reader.feed(chunks[0] if len(chunks) == 1 else b"".join(chunks), now_ns)
        chunks.clear()
        if 0 < self._abort_after <= len(reader.delta_times_ns):
            self.give_up(Outcome.ABORTED_BY_PLAN)
            return False
        return True

    def _outcome(self, *, whole: bool) -> Outcome:
        if self._status != 200:
            bad_status = status_outcome(self._status)
            if bad_status is not None:
                return bad_status
        expected, nonce = self._request.expected, self._nonce
        if self._reader is not None:
            judged = expected.of_stream(self._reader, head=self._head, nonce=nonce, whole=whole)
        elif whole:
            body = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
            judged = expected.of_body(body, familiar=self._familiar, nonce=nonce)
        else:
            return Outcome.RESET
        outcome, self._output_tokens = judged
        return outcome

    def _repeats(self) -> bool:
        """Whether a good answer of the same bytes would be as good for the next request of its kind."""
        is_plain = self._reader is None and self._status == 200
        return is_plain and self._keep_alive and not self._request.expected.echoes

    def _finish(self, outcome: Outcome, last_byte_ns: int) -> None:
        self.busy = False
        self._used += 1
        terms = self._terms
        if not self.closed and (not self._keep_alive or (terms.closing and terms.closes_after(self._used))):
            self._hang_up()
        self._record(outcome, last_byte_ns)
        self.owner.finished(self)

    def _record(self, outcome: Outcome, last_byte_ns: int) -> None:
        recorder, number = self._terms.recorder, self._request_number
        first_delta_ns = deltas = frames = 0
        if self._reader is not None:
            deltas_ns, frames_ns = self._reader.times_ns
            deltas, frames = len(deltas_ns), len(frames_ns)
            first_delta_ns = deltas_ns[0] if deltas else 0
            recorder.add_times(deltas_ns=deltas_ns, frames_ns=frames_ns)
        recorder.add(
            (
                number,
                self._template,
                self.number,
                number >= self._terms.steady_from,
                self._intended_ns,
                self.sent_ns,
                self.first_byte_ns,
                first_delta_ns,
                last_byte_ns,
                deltas,
                self._bytes_in,
                self._status,
                outcome,
                last_byte_ns or monotonic_ns(),
                frames,
                self._output_tokens,
            )
        )

    def give_up(self, outcome: Outcome) -> None:
        """End the request in flight from this side: a timeout or a planned abort."""
        self._hang_up()
        self._finish(outcome, 0)

    def _reject(self) -> None:
        """End an exchange whose answer is not HTTP, or has no end."""
        self.give_up(Outcome.WRONG_CONTENT if self._reader is None else Outcome.MALFORMED_STREAM)

    def _hang_up(self) -> None:
        self.closed = True
        self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server hung up, or this side did; a request without one byte of answer was reset."""
        was_closed = self.closed
        self.closed = True
        self._roster.left(self)  # first: who waits for it must not wait because of what fails below
        if self.busy:
            self._cut_off(in_order=exc is None)
        elif not was_closed:
            self.owner.lost(self)
        del self._parser  # breaks the cycle of parser and protocol: the collector is off during a run

    def _cut_off(self, *, in_order: bool) -> None:
        if self._headers_done:
            whole = in_order and ends_with_connection(self._head)
            self._finish(self._outcome(whole=whole), monotonic_ns() if whole else 0)
        else:
            self._status = 0
            self._finish(Outcome.RESET, 0)

    def disconnect(self) -> None:
        """Drop the connection at the end of a run, with whatever is in flight."""
        self.busy = False
        if not self.closed:
            self._hang_up()
