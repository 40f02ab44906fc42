"""What is made of gateways that answer slowly, without an end, or in no way that can be read."""

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

from perf.model.units import ms_to_ns, s_to_ns
from perf.sut.asking import Asked, asked

_HEAD = b"HTTP/1.1 200 OK\r\n"
_MIB = bytes(1_048_576)
_Way = Callable[[socket.socket, Event], None]


def _drip(connection: socket.socket, over: Event) -> None:
    """A byte at a time, each well within any time for one read."""
    while not over.wait(0.01):
        connection.sendall(b"x")


def _dripping_body(connection: socket.socket, over: Event) -> None:
    connection.sendall(_HEAD + b"content-length: 1000000\r\n\r\n")
    _drip(connection, over)


def _dripping_head(connection: socket.socket, over: Event) -> None:
    connection.sendall(_HEAD + b"x-long: ")
    _drip(connection, over)


def _without_end(connection: socket.socket, over: Event) -> None:
    connection.sendall(_HEAD + b"connection: close\r\n\r\n")
    while not over.is_set():
        connection.sendall(_MIB)


def _unreadable(connection: socket.socket, over: Event) -> None:
    connection.sendall(_HEAD + b"content-encoding: gzip\r\ncontent-length: 5\r\n\r\nhello")


def _reset(connection: socket.socket, over: Event) -> None:
    connection.sendall(_HEAD + b"content-length: 5\r\n\r\nhe")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _good(connection: socket.socket, over: Event) -> None:
    connection.sendall(_HEAD + b"content-length: 5\r\n\r\nhello")


@contextmanager
def _answering(way: _Way) -> Iterator[str]:
    """A server that answers each connection's first request in this way; yields its URL."""
    over = Event()

    def serve(listener: socket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            with connection:
                if over.is_set():
                    return
                try:
                    connection.recv(4_096)
                    way(connection, over)
                except OSError:
                    continue

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=serve, args=(listener,))
        thread.start()
        address = listener.getsockname()
        try:
            yield f"http://127.0.0.1:{address[1]}/v1/models"
        finally:
            over.set()
            with socket.create_connection(address):
                pass
            thread.join()


def _first(way: _Way, *, give_up_ns: int) -> Asked:
    """The first question that such a server was asked, asked for as long as that takes."""
    enough = Event()

    def keep(question: Asked) -> Asked:
        enough.set()
        return question

    with (
        _answering(way) as url,
        asked(url, every_ns=s_to_ns(60), keep=keep, give_up_ns=give_up_ns) as answers,
    ):
        assert enough.wait(timeout=60)

    return answers[0]


@pytest.mark.parametrize("way", [_dripping_body, _dripping_head], ids=["body", "head"])
def test_an_answer_that_drips_is_given_up(way: _Way) -> None:
    """The time is for the whole answer: who sends a byte now and then holds up no slice."""
    question = _first(way, give_up_ns=ms_to_ns(300))

    assert question.answer is None
    assert question.ended_ns - question.asked_ns >= ms_to_ns(290)


@pytest.mark.parametrize("way", [_without_end, _unreadable, _reset], ids=["endless", "unreadable", "reset"])
def test_what_is_no_answer_is_none(way: _Way) -> None:
    """However it goes wrong: too long, broken off, or packed as nothing that can be unpacked."""
    assert _first(way, give_up_ns=s_to_ns(30)).answer is None


def test_an_answer_is_kept_as_it_came() -> None:
    """Status and body."""
    assert _first(_good, give_up_ns=s_to_ns(30)).answer == (200, b"hello")
