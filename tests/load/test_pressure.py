"""Clients that are hard on connections: they close them at a rate, or read slowly."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Thread

import pytest

from perf.load import run
from perf.model.load import ClosedLoop, LoadPlan, Outcome, SlowReader, Timeouts
from perf.model.units import NS_PER_S, ms_to_ns
from perf.upstream.process import UpstreamProcess
from perf.upstream.scripts import expected_text, script
from tests.load.plans import a_plan, a_template, outcomes

LONG = script(tokens=2_000)
READER = SlowReader(bytes_per_second=2_000_000, buffer_bytes=8_192)
OWN_BUFFER_BYTES = 8_192
BY_DEFAULT_BYTES = 131_072
"""What Linux gives a connection to keep unread that asks for nothing, before it gives more."""


@dataclass(slots=True, kw_only=True)
class Gusher:
    """A server of one connection that sends without end, and counts what the kernel took."""

    listener: socket.socket
    sent_bytes: int = 0

    def gush(self) -> None:
        """Answer the first request until the client is gone."""
        connection, _ = self.listener.accept()
        with connection:
            connection.recv(65_536)
            try:
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
                while True:
                    self.sent_bytes += connection.send(b"x" * 1_024)
            except OSError:
                return


@contextmanager
def gushing() -> Iterator[Gusher]:
    """One that keeps hardly anything in a buffer of its own; its count is final behind the block."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, OWN_BUFFER_BYTES)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        gusher = Gusher(listener=listener)
        thread = Thread(target=gusher.gush, daemon=True)
        thread.start()
        yield gusher
        thread.join()


@pytest.fixture(scope="module")
def upstream() -> Iterator[UpstreamProcess]:
    """A mock of a process of its own."""
    with UpstreamProcess.start(["a"], cpus=None) as process:
        yield process


def a_model_request(plan: LoadPlan, *, text: str, stream: bool) -> LoadPlan:
    """The plan with bodies that the mock understands."""
    chat = a_template(stream=stream, text=text)
    head = b'{"model":"m","stream":%s,' % (b"true" if stream else b"false")
    return replace(plan, templates=(replace(chat, body_prefix=head + chat.body_prefix[1:]),))


def test_connections_churn_at_the_rate(upstream: UpstreamProcess) -> None:
    """100 closings a second make 100 new connections a second, and no request fails by it."""
    upstream.script("a", script(delay=ms_to_ns(2)))
    plan = a_plan(upstream.urls["a"], workload=ClosedLoop(connections=4, requests=400))
    churning = replace(
        a_model_request(plan, text=expected_text(script()), stream=False), churn_per_second=100.0
    )
    recording = run(churning)

    seconds = (recording.ended_ns - recording.started_ns) / NS_PER_S
    assert outcomes(recording.samples) == {Outcome.OK: 400}
    assert abs(recording.connections_opened - 4 - 100 * seconds) <= 0.1 * 100 * seconds + 4


def test_a_slow_reader_holds_the_sender_up(upstream: UpstreamProcess) -> None:
    """A coalesced stream is read no faster than planned, whole and byte for byte."""
    upstream.script("a", LONG)
    plan = a_plan(upstream.urls["a"], workload=ClosedLoop(connections=2, requests=2))
    slow = replace(a_model_request(plan, text=expected_text(LONG), stream=True), slow_reader=READER)
    recording = run(slow)

    assert outcomes(recording.samples) == {Outcome.OK: 2}
    for sample in recording.samples:
        least_ns = (sample.bytes_in - 262_144) * NS_PER_S // READER.bytes_per_second
        assert sample.last_byte_ns - sample.first_byte_ns >= least_ns > 0


def test_what_a_slow_reader_has_not_read_stays_with_the_sender() -> None:
    """Its kernel takes little more than the small buffer ahead of it, so that the sender feels it at once."""
    limits = Timeouts(connect_ns=NS_PER_S, first_byte_ns=NS_PER_S, total_ns=ms_to_ns(600))
    with gushing() as gusher:
        plan = a_plan(f"http://127.0.0.1:{gusher.listener.getsockname()[1]}", timeouts=limits)
        recording = run(replace(plan, slow_reader=READER))

    (sample,) = recording.samples
    assert sample.outcome == Outcome.TOTAL_TIMEOUT
    assert 0 < gusher.sent_bytes - sample.bytes_in < BY_DEFAULT_BYTES // 2
