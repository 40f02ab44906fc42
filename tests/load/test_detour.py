"""The proxy of the controls: bytes unchanged, a delay of known size, and an end with its parent."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

import pytest

from perf.load.detour import Detour
from perf.load.errors import LoadError

_DELAY_NS = 20_000_000


@contextmanager
def _echo() -> Iterator[str]:
    """A server that sends back what it receives."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    while data := connection.recv(65_536):
                        connection.sendall(data)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def _ask(url: str, data: bytes) -> tuple[bytes, int]:
    """What comes back, and how many ns that took on a connection that has been used before."""
    parts = urlsplit(url)
    with closing(socket.create_connection((parts.hostname, parts.port), timeout=10)) as connection:
        connection.sendall(b"first")
        assert connection.recv(65_536) == b"first"
        started_ns = time.perf_counter_ns()
        connection.sendall(data)
        back = b""
        while len(back) < len(data):
            back += connection.recv(65_536)
        return back, time.perf_counter_ns() - started_ns


def test_bytes_pass_unchanged_and_no_sooner_than_the_delay() -> None:
    """Both ports lead to the same place; the slowed one holds each request up."""
    data = bytes(range(256)) * 4
    with _echo() as url, Detour.start(cpus=None) as detour:
        detour.aim(url, delay_ns=_DELAY_NS)
        plain, _ = _ask(detour.plain_url, data)
        slowed, took_ns = _ask(detour.slowed_url, data)

    assert plain == slowed == data
    assert took_ns >= _DELAY_NS


def test_a_new_aim_counts_for_new_connections() -> None:
    """The same proxy serves every block of a run, whatever port the gateway has."""
    with _echo() as first, _echo() as second, Detour.start(cpus=None) as detour:
        detour.aim(first, delay_ns=_DELAY_NS)
        detour.aim(second, delay_ns=2 * _DELAY_NS)
        _, took_ns = _ask(detour.slowed_url, b"x")

    assert took_ns >= 2 * _DELAY_NS


def test_a_stopped_proxy_says_so() -> None:
    """Not a hang, not a bare OSError."""
    with Detour.start(cpus=None) as detour:
        detour.stop()
        with pytest.raises(LoadError, match="dead"):
            detour.aim("http://127.0.0.1:1", delay_ns=1)
