"""Every fault as it shows on a socket."""

import time
from functools import partial

import pytest

from perf.model.units import ms_to_ns, s_to_ns
from perf.model.upstream import Fault, FaultKind
from perf.upstream.process import UpstreamProcess
from perf.upstream.scripts import script
from tests.conformance.raw import RawClient

LAST_CHUNK = b"\r\n0\r\n\r\n"


def served(upstream: UpstreamProcess, fault: Fault) -> RawClient:
    """A connection to an instance that always has this fault, with a request for a stream on its way."""
    upstream.script("a", script(tokens=3, faults=(fault,)))
    client = RawClient(upstream.urls["a"])
    client.send(stream=True)
    return client


a_fault = partial(Fault, ratio=1.0, retry_after="2")
"""A fault that always hits."""


@pytest.mark.parametrize(
    ("fault", "status_line", "mark"),
    [
        (
            a_fault(kind=FaultKind.STATUS, status=429),
            b"HTTP/1.1 429 Too Many Requests",
            b"rate_limit_exceeded",
        ),
        (a_fault(kind=FaultKind.STATUS, status=529), b"HTTP/1.1 503 Service Unavailable", b"overloaded"),
        (a_fault(kind=FaultKind.HTML_500), b"HTTP/1.1 500 Internal Server Error", b"</html>"),
    ],
    ids=["429", "529", "html-500"],
)
def test_errors_come_before_the_stream(
    upstream: UpstreamProcess, *, fault: Fault, status_line: bytes, mark: bytes
) -> None:
    """The status is an error's, the body is whole, and the hint when to come again is sent as given."""
    with served(upstream, fault) as client:
        seen = client.read_until(mark)

    assert seen.startswith(status_line + b"\r\n")
    assert b"\r\nretry-after: 2\r\n" in seen


def test_an_error_event_follows_a_good_start(upstream: UpstreamProcess) -> None:
    """Two frames, the error, and an orderly end of the body."""
    with served(upstream, a_fault(kind=FaultKind.ERROR_EVENT, after_frames=2)) as client:
        seen = client.read_until(LAST_CHUNK)

    assert seen.startswith(b"HTTP/1.1 200 OK")
    assert seen.count(b"data: ") == 3
    assert b'data: {"error":' in seen


def test_a_fin_comes_after_its_frame(upstream: UpstreamProcess) -> None:
    """Two frames, no end of the body, and an orderly end of the connection."""
    with served(upstream, a_fault(kind=FaultKind.FIN, after_frames=2)) as client:
        seen, end = client.read_to_end()

    assert (seen.count(b"data: "), end) == (2, "fin")
    assert not seen.endswith(LAST_CHUNK)


def test_a_reset_comes_after_its_byte(upstream: UpstreamProcess) -> None:
    """The connection is torn down, not closed, and what stands before it arrives."""
    with served(upstream, a_fault(kind=FaultKind.RST, after_bytes=10)) as client:
        seen, end = client.read_to_end()

    assert end == "rst"
    assert seen.endswith(b'\r\na\r\ndata: {"id\r\n')


@pytest.mark.parametrize(
    ("stream", "after_bytes"), [(True, 10_000), (False, 1_000_000)], ids=["stream", "body"]
)
def test_all_before_a_reset_arrives(upstream: UpstreamProcess, *, stream: bool, after_bytes: int) -> None:
    """However much it is, a client that reads gets every byte, and the log says how many left."""
    fault = a_fault(kind=FaultKind.RST, after_bytes=after_bytes)
    upstream.script("a", script(tokens=200_000 if not stream else 1_000, faults=(fault,)))
    with RawClient(upstream.urls["a"]) as client:
        client.send(stream=stream)
        seen, end = client.read_to_end()

    (arrival,) = upstream.drain()
    head, _, body = seen.partition(b"\r\n\r\n")
    assert (end, arrival.bytes_out, arrival.client_aborted) == ("rst", len(seen), False)
    if stream:
        assert len(b"".join(body.split(b"\r\n")[1::2])) == after_bytes
    else:
        assert len(body) == after_bytes
        assert b"content-length: " in head


def test_a_reset_waits_only_so_long_for_a_client_that_does_not_read(upstream: UpstreamProcess) -> None:
    """The log says less than was written."""
    upstream.script(
        "a", script(tokens=1_000_000, faults=(a_fault(kind=FaultKind.RST, after_bytes=10_000_000),))
    )
    with RawClient(upstream.urls["a"]) as client:
        client.send()
        client.read_until(b"\r\n\r\n")
        upstream.rest(s_to_ns(20))

        (arrival,) = upstream.drain()
    assert not arrival.client_aborted
    assert 0 < arrival.bytes_out < 10_000_000


def test_silence_follows_the_head(upstream: UpstreamProcess) -> None:
    """Headers, and then nothing."""
    with served(upstream, a_fault(kind=FaultKind.SILENCE)) as client:
        head = client.read_until(b"\r\n\r\n")

        assert head.endswith(b"\r\n\r\n")
        assert client.is_silent(0.2)


def test_a_black_hole_says_nothing(upstream: UpstreamProcess) -> None:
    """Not even headers; and the log has the request once the client has left."""
    with served(upstream, a_fault(kind=FaultKind.BLACK_HOLE)) as client:
        assert client.is_silent(0.2)
        assert upstream.drain() == ()


def test_a_stall_pauses_and_goes_on(upstream: UpstreamProcess) -> None:
    """The stream is whole, but late."""
    with served(upstream, a_fault(kind=FaultKind.STALL, after_frames=2, pause_ns=ms_to_ns(100))) as client:
        seen = client.read_until(LAST_CHUNK)

    (arrival,) = upstream.drain()
    assert b"[DONE]" in seen
    assert arrival.last_byte_ns - arrival.arrival_ns >= ms_to_ns(100)


def test_dripping_sends_byte_by_byte(upstream: UpstreamProcess) -> None:
    """Each byte of the body is a chunk of its own, and they take their time."""
    with served(upstream, a_fault(kind=FaultKind.DRIP, pause_ns=10_000)) as client:
        seen = client.read_until(LAST_CHUNK)

    (arrival,) = upstream.drain()
    body = seen.partition(b"\r\n\r\n")[2]
    assert body.startswith(b"1\r\nd\r\n1\r\na\r\n1\r\nt\r\n")
    bytes_sent = (len(body) - len(LAST_CHUNK) + 2) // 6
    assert arrival.last_byte_ns - arrival.arrival_ns >= (bytes_sent - 1) * 10_000


def test_split_frames_come_in_pieces(upstream: UpstreamProcess) -> None:
    """No chunk is longer than the piece asked for."""
    with served(upstream, a_fault(kind=FaultKind.SPLIT, after_bytes=7)) as client:
        seen = client.read_until(LAST_CHUNK)

    body = seen.partition(b"\r\n\r\n")[2]
    assert body.startswith(b'7\r\ndata: {\r\n7\r\n"id":"c\r\n')


def test_coalesced_frames_come_at_once(upstream: UpstreamProcess) -> None:
    """The first read has it all."""
    with served(upstream, a_fault(kind=FaultKind.COALESCE)) as client:
        assert client.socket.recv(65_536).endswith(LAST_CHUNK)


@pytest.mark.parametrize(
    ("kind", "terminators"), [(FaultKind.NO_TERMINATOR, 0), (FaultKind.DUPLICATE_TERMINATOR, 2)]
)
def test_terminators_are_missing_or_doubled(
    upstream: UpstreamProcess, kind: FaultKind, *, terminators: int
) -> None:
    """HTTP's own end is in order, the dialect's is not."""
    with served(upstream, a_fault(kind=kind)) as client:
        assert client.read_until(LAST_CHUNK).count(b"[DONE]") == terminators


def test_invalid_json_stands_at_its_frame(upstream: UpstreamProcess) -> None:
    """One frame is broken, the stream goes on."""
    with served(upstream, a_fault(kind=FaultKind.INVALID_JSON, after_frames=1)) as client:
        seen = client.read_until(LAST_CHUNK)

    assert seen.count(b'data: {"broken":\n\n') == 1
    assert b"[DONE]" in seen


def test_usage_is_missing(upstream: UpstreamProcess) -> None:
    """A whole answer without a single token count."""
    upstream.script("a", script(faults=(a_fault(kind=FaultKind.NO_USAGE),)))
    with RawClient(upstream.urls["a"]) as client:
        client.send()
        seen = client.read_until(b"}]}")

    assert b"_tokens" not in seen


@pytest.mark.parametrize(
    ("fault", "writes"),
    [
        pytest.param((), 5, id="frames"),
        pytest.param((a_fault(kind=FaultKind.SPLIT, after_bytes=150),), 9, id="split"),
        pytest.param((a_fault(kind=FaultKind.COALESCE),), 1, id="coalesced"),
    ],
)
def test_what_is_due_at_once_is_still_written_apart(
    upstream: UpstreamProcess, fault: tuple[Fault, ...], writes: int
) -> None:
    """Each frame is a segment of its own without any interval, each piece of a split one too."""
    upstream.script("a", script(tokens=2, faults=fault))
    with RawClient(upstream.urls["a"]) as client:
        client.send(stream=True)
        seen = client.read_until(LAST_CHUNK)

        assert client.segments() == writes
    assert seen.partition(b"\r\n\r\n")[2].count(b"\r\n") // 2 - 1 == writes


def test_frames_are_written_apart(upstream: UpstreamProcess) -> None:
    """With an interval, each content delta is a read of its own, on its schedule."""
    interval_ns = ms_to_ns(20)
    upstream.script("a", script(tokens=5, interval_ns=interval_ns))
    reads: list[bytes] = []
    with RawClient(upstream.urls["a"]) as client:
        client.send(stream=True)
        while not reads or LAST_CHUNK not in reads[-1]:
            reads.append(client.socket.recv(65_536))

    (arrival,) = upstream.drain()
    assert len(reads) >= 5
    assert arrival.last_byte_ns - arrival.arrival_ns >= 4 * interval_ns
    assert arrival.first_byte_ns < time.monotonic_ns()
