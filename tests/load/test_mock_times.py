"""The mock provider's times are those of its script, neither early nor late: by its own log and by a socket.

Medians, and of each frame its best time, as a busy machine delays a few; what is late by design always is.
"""

import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import pairwise
from statistics import median
from time import monotonic_ns

import pytest

from perf.model.units import ms_to_ns
from perf.model.upstream import (
    Arrival,
    Delay,
    Down,
    Fault,
    FaultKind,
    NormalDelay,
    TimelineStep,
    Tls,
    UpstreamScript,
)
from perf.upstream.behaviour import Behaviour
from perf.upstream.process import UpstreamProcess
from perf.upstream.scripts import script
from tests.conformance.frames import Frames
from tests.conformance.raw import PATH, WHOLE, RawClient, request

LATE_NS = ms_to_ns(1)
HTTP2_LATE_NS = ms_to_ns(3)
"""The frames of HTTP/2 are read by a library in Python, of which the first takes more than a millisecond."""
REQUESTS = 30
DELAY_NS = ms_to_ns(20)
STREAMS = 6
TOKENS = 12
INTERVAL_NS = ms_to_ns(15)
PAUSE_NS = ms_to_ns(40)
CHANGED_NS = ms_to_ns(5)
"""Whoever watches for a change keeps a core busy meanwhile."""
STEPS = 10
STEP_NS = ms_to_ns(25)
CALM = script()
FAILING = script(faults=(Fault(kind=FaultKind.STATUS, ratio=1.0, status=500),))
LAST_CHUNK = b"\r\n0\r\n\r\n"
STALL = Fault(kind=FaultKind.STALL, ratio=1.0, after_frames=4, pause_ns=PAUSE_NS)
"""Frame 0 is the role, so three tokens come before the pause."""


@pytest.fixture(scope="module")
def mock() -> Iterator[UpstreamProcess]:
    """Two instances in a process of their own, of which one speaks HTTP/2."""
    with UpstreamProcess.start(["a", "h2"], cpus=None, tls={"h2": Tls(http2_streams=1)}) as process:
        yield process


def delays_of(wanted: UpstreamScript, count: int) -> list[int]:
    """The delays that an instance of this script draws for so many requests, in order."""
    drawing = Behaviour(wanted, instance="a")
    _, _, body = request().partition(b"\r\n\r\n")
    return [drawing.answer(b"POST", PATH, body=body).delay_ns for _ in range(count)]


def token_times_ns(client: RawClient) -> list[int]:
    """When each token of one stream had been read."""
    client.send(stream=True)
    times_ns: list[int] = []
    data = b""
    while not data.endswith(LAST_CHUNK):
        data = client.socket.recv(65_536)
        now_ns = monotonic_ns()
        times_ns += [now_ns for _ in re.findall(rb'"content":" ?tok', data)]
    return times_ns


def http2_token_times_ns(frames: Frames) -> list[int]:
    """The same by HTTP/2."""
    stream = frames.ask(PATH, nonce="", stream=True)
    times_ns: list[int] = []

    def has(mark: bytes) -> Callable[[], bool]:
        return lambda: mark in frames.bodies[stream]

    for number in range(TOKENS):
        frames.read_until(has(b"tok%d" % number))
        times_ns.append(monotonic_ns())
    frames.read_until(lambda: stream in frames.ended)
    return times_ns


def streams_of(
    mock: UpstreamProcess, name: str, wanted: UpstreamScript
) -> Iterator[tuple[Arrival, list[int]]]:
    """What the log says of each stream, and when its tokens were read."""
    mock.script(name, wanted)
    with ExitStack() as stack:
        if name == "a":
            client = stack.enter_context(RawClient(mock.urls[name]))
            read = partial(token_times_ns, client)
        else:
            trusted = ssl.create_default_context(cadata=mock.ca_pem)
            read = partial(http2_token_times_ns, stack.enter_context(Frames(mock.urls[name], trusted)))
        mock.drain()
        for _ in range(STREAMS):
            times_ns = read()
            (arrival,) = mock.drain()
            yield arrival, times_ns


@pytest.mark.parametrize(
    "delay",
    [DELAY_NS, NormalDelay(mean_ns=DELAY_NS, sd_ns=ms_to_ns(5))],
    ids=["constant", "normal"],
)
def test_a_first_byte_comes_when_the_script_says(mock: UpstreamProcess, delay: Delay | int) -> None:
    """Never before its delay, which is that of the seed, and in the median less than a millisecond after it.

    The client, who counts from before it sent and until after it read, finds the same.
    """
    wanted = script(delay=delay, seed=7)
    mock.script("a", wanted)
    mock.drain()
    seen_ns: list[int] = []
    with RawClient(mock.urls["a"]) as client:
        for _ in range(REQUESTS):
            sent_ns = monotonic_ns()
            client.send()
            client.read_until(WHOLE)
            seen_ns.append(monotonic_ns() - sent_ns)

    delays_ns = delays_of(wanted, REQUESTS)
    arrivals = mock.drain()
    logged_ns = [arrival.first_byte_ns - arrival.arrival_ns for arrival in arrivals]
    for spans_ns in (logged_ns, seen_ns):
        late_ns = [span_ns - delay_ns for span_ns, delay_ns in zip(spans_ns, delays_ns, strict=True)]
        assert min(late_ns) >= 0
        assert median(late_ns) < LATE_NS


@pytest.mark.parametrize(
    ("name", "faults"),
    [("a", ()), ("a", (STALL,)), ("h2", ())],
    ids=["steady", "stalled", "by HTTP/2"],
)
def test_each_frame_comes_when_the_script_says(
    mock: UpstreamProcess, name: str, faults: tuple[Fault, ...]
) -> None:
    """Number k of a stream is read k intervals after the delay, and after the pause if there is one.

    Never before; soon after it in the median of all, and each in one stream at least.
    """
    late_ns: list[list[int]] = [[] for _ in range(TOKENS)]
    last_late_ns: list[int] = []
    pauses_ns = [PAUSE_NS if faults and number >= STALL.after_frames - 1 else 0 for number in range(TOKENS)]
    for arrival, times_ns in streams_of(
        mock, name, script(tokens=TOKENS, delay=DELAY_NS, interval_ns=INTERVAL_NS, faults=faults)
    ):
        start_ns = arrival.arrival_ns + DELAY_NS
        due_ns = [start_ns + number * INTERVAL_NS + pauses_ns[number] for number in range(TOKENS)]
        for each_ns, due, seen in zip(late_ns, due_ns, times_ns, strict=True):
            each_ns.append(seen - due)
        last_late_ns.append(arrival.last_byte_ns - due_ns[-1])

    allowed_ns = HTTP2_LATE_NS if name == "h2" else LATE_NS
    assert [0 <= min(each_ns) < allowed_ns for each_ns in late_ns] == [True] * TOKENS
    assert median(each for each_ns in late_ns for each in each_ns) < allowed_ns
    assert 0 <= min(last_late_ns) < LATE_NS


def test_a_change_of_script_comes_when_the_timeline_says(mock: UpstreamProcess) -> None:
    """No request that comes before its time meets a step; in the median, one some milliseconds after does.

    They come without a pause, so the first that is answered otherwise tells when the step was in force.
    """
    mock.script("a", CALM)
    mock.drain()
    start_ns = monotonic_ns() + STEP_NS
    states = [FAILING, CALM] * STEPS
    steps = [
        TimelineStep(instance="a", at_ns=start_ns + number * STEP_NS, state=state)
        for number, state in enumerate(states)
    ]
    mock.schedule(steps)
    with RawClient(mock.urls["a"]) as client:
        while monotonic_ns() < steps[-1].at_ns + STEP_NS:
            client.send()
            client.read_until(b"\r\n\r\n{")

    arrivals = mock.drain()
    changes = [later for earlier, later in pairwise(arrivals) if earlier.status != later.status]
    late_ns = [seen.arrival_ns - step.at_ns for seen, step in zip(changes, steps, strict=True)]
    assert min(late_ns) >= 0
    assert median(late_ns) < CHANGED_NS


def test_an_instance_dies_and_returns_when_the_timeline_says(mock: UpstreamProcess) -> None:
    """A connection ends no sooner than the instance's death, and no connect succeeds before its return."""
    deaths_ns, returns_ns = [], []
    for _ in range(STEPS):
        mock.script("a", CALM)
        start_ns = monotonic_ns() + STEP_NS
        back_ns = start_ns + STEP_NS
        mock.schedule(
            [
                TimelineStep(instance="a", at_ns=start_ns, state=Down()),
                TimelineStep(instance="a", at_ns=back_ns, state=CALM),
            ]
        )
        with RawClient(mock.urls["a"]) as client:
            client.read_to_end()
        deaths_ns.append(monotonic_ns() - start_ns)
        returns_ns.append(connected_ns(mock.urls["a"]) - back_ns)

    for late_ns in (deaths_ns, returns_ns):
        assert min(late_ns) >= 0
        assert median(late_ns) < CHANGED_NS


def connected_ns(url: str) -> int:
    """When a connect first succeeded, after tries without a pause."""
    while True:
        try:
            with RawClient(url):
                return monotonic_ns()
        except ConnectionRefusedError:
            continue
