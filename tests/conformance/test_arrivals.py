"""What the log says of requests that came in."""

import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest

from perf.model.units import ms_to_ns, s_to_ns
from perf.model.upstream import Fault, FaultKind, NormalDelay
from perf.upstream.process import UpstreamProcess
from perf.upstream.scripts import script
from tests.conformance.log import drained
from tests.conformance.raw import PATH, WHOLE, RawClient, request

NONCE = "0123456789ab0000000f"
END = b"\r\n0\r\n\r\n"


def test_bytes_are_counted_as_on_the_wire(upstream: UpstreamProcess) -> None:
    """Heads, bodies and chunk sizes, both ways."""
    with RawClient(upstream.urls["a"]) as client:
        client.send(stream=True)
        seen = client.read_until(END)

    (arrival,) = drained(upstream, 1)
    assert (arrival.bytes_in, arrival.bytes_out) == (len(request(stream=True)), len(seen))


def test_times_are_in_order(upstream: UpstreamProcess) -> None:
    """Arrival, first byte, last byte, between the client's own times and after the script's delay."""
    upstream.script("a", script(delay=ms_to_ns(15), interval_ns=ms_to_ns(1)))
    with RawClient(upstream.urls["a"]) as client:
        before_ns = time.monotonic_ns()
        client.send(stream=True)
        client.read_until(END)
        after_ns = time.monotonic_ns()

    (arrival,) = drained(upstream, 1)
    times = [before_ns, arrival.arrival_ns, arrival.first_byte_ns, arrival.last_byte_ns, after_ns]
    assert times == sorted(times)
    assert arrival.first_byte_ns - arrival.arrival_ns >= ms_to_ns(15)


@pytest.mark.parametrize("leave", [RawClient.reset, lambda client: client.socket.close()], ids=["rst", "fin"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_an_aborting_client_is_recorded(
    upstream: UpstreamProcess, leave: Callable[[RawClient], None], *, stream: bool
) -> None:
    """Soon after the client hangs up the request is logged as aborted, with what it was sent by then."""
    delay_ns = 0 if stream else s_to_ns(60)
    upstream.script("a", script(delay=delay_ns, interval_ns=s_to_ns(60)))
    client = RawClient(upstream.urls["a"])
    client.send(stream=stream, nonce=NONCE)
    if stream:
        client.read_until(b"tok0")
    left_ns = time.monotonic_ns()
    leave(client)

    (arrival,) = drained(upstream, 1)
    assert arrival.client_aborted
    assert arrival.last_byte_ns >= left_ns - s_to_ns(1)
    assert (arrival.status, arrival.bytes_out > 0) == ((200, True) if stream else (0, False))


@pytest.mark.parametrize("delay_ns", [0, 1], ids=["at-once", "later"])
def test_a_client_that_does_not_read_has_aborted(upstream: UpstreamProcess, delay_ns: int) -> None:
    """An answer has ended when it has left: until then it is under way, and only what left is counted."""
    upstream.script("a", script(tokens=1_000_000, delay=delay_ns))
    client = RawClient(upstream.urls["a"])
    client.send(nonce=NONCE)
    client.read_until(b"\r\n\r\n")
    upstream.rest(ms_to_ns(50))
    assert upstream.drain() == ()
    client.reset()

    (arrival,) = drained(upstream, 1)
    assert (arrival.nonce, arrival.client_aborted) == (NONCE, True)
    assert 0 < arrival.bytes_out < 10_000_000


def test_what_is_read_late_has_left_late(upstream: UpstreamProcess) -> None:
    """The last byte's time is when it left, and the next request of the connection is answered after it."""
    upstream.script("a", script(tokens=1_000_000))
    with RawClient(upstream.urls["a"]) as client:
        client.send(nonce=NONCE)
        client.send(nonce=NONCE)
        client.read_until(b"\r\n\r\n")
        upstream.rest(ms_to_ns(50))
        before_ns = time.monotonic_ns()
        client.read_until(WHOLE)
        client.read_until(WHOLE)

    first, second = drained(upstream, 2)
    assert not first.client_aborted
    assert not second.client_aborted
    assert before_ns < first.last_byte_ns <= second.first_byte_ns


def test_a_request_in_progress_comes_in_a_later_drain(upstream: UpstreamProcess) -> None:
    """A drain takes only what has ended, and takes it once."""
    upstream.script("a", script(delay=ms_to_ns(300)))
    with RawClient(upstream.urls["a"]) as client:
        client.send()

        assert upstream.drain() == ()
        client.read_until(WHOLE)

    assert len(drained(upstream, 1)) == 1
    assert upstream.drain() == ()


def test_pipelined_requests_are_answered_in_order(upstream: UpstreamProcess) -> None:
    """Three requests in one write, three answers, three records."""
    upstream.script("a", script(delay=ms_to_ns(5)))
    with RawClient(upstream.urls["a"]) as client:
        client.socket.sendall(b"".join(request(nonce=f"{number:020d}") for number in range(3)))
        seen = b""
        while seen.count(WHOLE) < 3:
            seen += client.read_until(WHOLE)

    assert [arrival.nonce for arrival in drained(upstream, 3)] == [f"{number:020d}" for number in range(3)]


def test_probes_carry_no_nonce(upstream: UpstreamProcess) -> None:
    """A gateway's own GET is answered and logged, but is no traffic."""
    with httpx.Client(base_url=upstream.urls["a"]) as client:
        statuses = [client.get(path).status_code for path in ("/health", "/v1/models", "/get_server_info")]
        assert client.head("/health").content == b""

    assert statuses == [200, 200, 200]
    assert [arrival.nonce for arrival in drained(upstream, 4)] == [""] * 4


def test_a_request_in_small_pieces_is_one(upstream: UpstreamProcess) -> None:
    """Wherever the client's writes end, path, nonce and body are whole."""
    whole = request(nonce=NONCE)
    with RawClient(upstream.urls["a"]) as client:
        for number in range(len(whole)):
            client.socket.sendall(whole[number : number + 1])
        client.read_until(WHOLE)

    (arrival,) = drained(upstream, 1)
    assert (arrival.nonce, arrival.path, arrival.bytes_in) == (NONCE, PATH, len(whole))


def test_a_client_may_wait_for_continue(upstream: UpstreamProcess) -> None:
    """Expect: 100-continue is granted at once."""
    head, _, body = request().partition(b"\r\n\r\n")
    with RawClient(upstream.urls["a"]) as client:
        client.socket.sendall(head + b"\r\nExpect: 100-continue\r\n\r\n")
        assert client.read_until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.socket.sendall(body)
        assert client.read_until(WHOLE).startswith(b"HTTP/1.1 200 OK")


def test_what_is_not_http_is_refused(upstream: UpstreamProcess) -> None:
    """A client that speaks something else is shown the door."""
    with RawClient(upstream.urls["a"]) as client:
        client.socket.sendall(b"\x16\x03\x01 hello\r\n\r\n")

        assert client.read_to_end()[0].startswith(b"HTTP/1.1 400")


def test_a_client_may_ask_for_the_end(upstream: UpstreamProcess) -> None:
    """Connection: close is honoured after a whole answer."""
    head, _, body = request().partition(b"\r\n\r\n")
    with RawClient(upstream.urls["a"]) as client:
        client.socket.sendall(head + b"\r\nConnection: close\r\n\r\n" + body)
        seen, end = client.read_to_end()

    assert (seen.endswith(WHOLE), end) == (True, "fin")


def test_a_megabyte_goes_both_ways(upstream: UpstreamProcess) -> None:
    """Large prompts and large answers are whole."""
    upstream.script("a", script(tokens=120_000))
    with httpx.Client(base_url=upstream.urls["a"], timeout=30) as client:
        answer = client.post(PATH, json={"model": "m", "messages": ["x" * 1_000_000], "stream": False})

    (arrival,) = drained(upstream, 1)
    assert len(answer.content) > 1_000_000
    assert arrival.bytes_in > 1_000_000
    assert arrival.bytes_out > len(answer.content)


def test_many_clients_are_each_served(upstream: UpstreamProcess) -> None:
    """Every request of many connections is logged once, whatever its delay and luck."""
    fault = Fault(kind=FaultKind.STATUS, ratio=0.3, status=503)
    slow = NormalDelay(mean_ns=ms_to_ns(3), sd_ns=ms_to_ns(2))
    upstream.script("a", script(delay=slow, interval_ns=100_000, faults=(fault,)))

    def client(number: int) -> None:
        with httpx.Client(base_url=upstream.urls["a"]) as session:
            for turn in range(5):
                nonce = f"{number:010d}{turn:010d}"
                body = {"model": "m", "stream": turn % 2 == 0, "messages": []}
                session.post(PATH, json=body, headers={"x-perfgate-nonce": nonce})

    threads = [threading.Thread(target=client, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    arrivals = drained(upstream, 80)
    assert sorted(arrival.nonce for arrival in arrivals) == [
        f"{n:010d}{t:010d}" for n in range(16) for t in range(5)
    ]
    assert {arrival.status for arrival in arrivals} == {200, 503}
    assert {urlsplit(upstream.urls[arrival.instance]).hostname for arrival in arrivals} == {"127.0.0.1"}


def test_a_request_seen_before_is_answered_and_logged_alike(upstream: UpstreamProcess) -> None:
    """Whole, in two reads, and two in one read: each has its own nonce and the same answer."""
    nonces = [f"0123456789ab{number:08x}" for number in range(6)]
    sent = [request(nonce=nonce, prompt=f"pg-nonce-{nonce}") for nonce in nonces]
    answers = []
    with RawClient(upstream.urls["a"]) as client:
        for reads in ([sent[0]], [sent[1]], [sent[2][:40], sent[2][40:]], [sent[3]], [sent[4] + sent[5]]):
            for part in reads:
                client.socket.sendall(part)
            answers.append(client.read_until(b'"total_tokens"'))

    seen = drained(upstream, 6)
    assert [arrival.nonce for arrival in seen] == nonces
    assert len({(each.bytes_in, each.bytes_out, each.credential, each.path) for each in seen[:4]}) == 1
    assert len({answer.partition(b"x-request-id")[0] for answer in answers[:4]}) == 1
