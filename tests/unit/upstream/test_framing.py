"""Answers as bytes of HTTP/1.1, as an HTTP parser reads them."""

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.model.wire import Dialect
from perf.upstream.faults import End, Piece
from perf.upstream.framing import Delivery, deliver
from perf.upstream.replies import NO_REPLY, Reply

PIECES = st.lists(st.builds(Piece, st.integers(0, 3), st.binary(min_size=1, max_size=20)), max_size=6)


class Reader:
    """What an HTTP client gets to see."""

    def __init__(self) -> None:
        self.body = b""
        self.headers: dict[str, str] = {}
        self.complete = False
        self.parser = httptools.HttpResponseParser(self)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode()] = value.decode()

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete = True


def a_reply(pieces: list[Piece], *, chunked: bool, end: End = End.WHOLE, status: int = 200) -> Reply:
    """An answer of these pieces, in order of their times."""
    length_bytes = None if chunked else sum(len(piece.data) for piece in pieces)
    return Reply(
        status=status,
        headers=(("content-type", "text/plain"),),
        length_bytes=length_bytes,
        pieces=tuple(sorted(pieces, key=lambda piece: piece.offset_ns)),
        end=end,
    )


def read(delivery: Delivery) -> Reader:
    """Parse all writes of a delivery."""
    reader = Reader()
    reader.parser.feed_data(delivery.opening + b"00000000000000aa" + delivery.rest)
    for step in delivery.steps:
        reader.parser.feed_data(step.data)
    return reader


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@given(pieces=PIECES)
def test_clients_get_the_whole_body(chunked: bool, pieces: list[Piece]) -> None:
    """Every piece arrives, and the end is seen, framed either way."""
    reply = a_reply(pieces, chunked=chunked)

    reader = read(deliver(reply, Dialect.OPENAI_CHAT))

    assert reader.body == b"".join(piece.data for piece in reply.pieces)
    assert reader.complete
    assert reader.headers["content-type"] == "text/plain"


@pytest.mark.parametrize("end", [End.FIN, End.RST, End.HANG])
@given(pieces=PIECES)
def test_a_stream_cut_short_shows_no_end(end: End, pieces: list[Piece]) -> None:
    """Whoever counts on the last chunk can tell."""
    assert not read(deliver(a_reply(pieces, chunked=True, end=end), Dialect.OPENAI_CHAT)).complete


@pytest.mark.parametrize(
    ("dialect", "name", "value"),
    [
        (Dialect.OPENAI_CHAT, "x-request-id", "req_00000000000000aa"),
        (Dialect.OPENAI_RESPONSES, "x-request-id", "req_00000000000000aa"),
        (Dialect.ANTHROPIC_MESSAGES, "request-id", "req_0100000000000000aa"),
    ],
    ids=list(Dialect),
)
def test_request_ids_are_in_their_place(dialect: Dialect, name: str, value: str) -> None:
    """The number of the request is put between two constants."""
    reader = read(deliver(a_reply([], chunked=False), dialect))

    assert reader.headers[name] == value


@pytest.mark.parametrize("status", [200, 429, 503, 529, 599])
def test_statuses_are_sent_as_they_are(status: int) -> None:
    """Even those that no standard names."""
    reader = read(deliver(a_reply([], chunked=False, status=status), Dialect.OPENAI_CHAT))

    assert reader.parser.get_status_code() == status


def test_a_late_first_piece_leaves_the_head_alone() -> None:
    """A head is not held back for a body that comes later."""
    delivery = deliver(a_reply([Piece(5, b"late")], chunked=False), Dialect.OPENAI_CHAT)

    assert delivery.rest == b"\r\n\r\n"
    assert delivery.steps == (Piece(5, b"late"),)


def test_no_reply_writes_nothing() -> None:
    """A black hole has no bytes."""
    delivery = deliver(NO_REPLY, Dialect.OPENAI_CHAT)

    assert (delivery.opening, delivery.rest, delivery.steps, delivery.end) == (b"", b"", (), End.HANG)
