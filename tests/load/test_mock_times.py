"""The mock provider's times are those of its script, neither early nor late: by its own log and by a socket.

Medians, and of each frame its best time, as a busy machine delays a few; what is late by design always is.
"""

import re
from collections.abc import Iterator
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
    UpstreamScript,
)
from perf.upstream.behaviour import Behaviour
from perf.upstream.process import UpstreamProcess
from perf.upstream.scripts import script
from tests.conformance.raw import PATH, WHOLE, RawClient, request

LATE_NS = ms_to_ns(1)
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

Reads = list[tuple[int, bytes]]


@pytest.fixture(scope="module")
def mock() -> Iterator[UpstreamProcess]:
    """One instance in a process of its own."""
    with UpstreamProcess.start(["a"], cpus=None) as process:
        yield process


def delays_of(wanted: UpstreamScript, count: int) -> list[int]:
    """The delays that an instance of this script draws for so many requests, in order."""
    drawing = Behaviour(wanted, instance="a")
    _, _, body = request().partition(b"\r\n\r\n")
    return [drawing.answer(b"POST", PATH, body=body).delay_ns for _ in range(count)]


def read_stream(client: RawClient) -> Reads:
    """Every read of one stream, and when it was made."""
    client.send(stream=True)
    reads: Reads = []
    while not reads or not reads[-1][1].endswith(LAST_CHUNK):
        data = client.socket.recv(65_536)
        reads.append((monotonic_ns(), data))
    return reads


def token_times_ns(reads: Reads) -> list[int]:
    """When each token had been read."""
    return [when_ns for when_ns, data in reads for _ in re.findall(rb'"content":" ?tok\d', data)]


def streams_of(mock: UpstreamProcess, wanted: UpstreamScript) -> Iterator[tuple[Arrival, list[int]]]:
    """What the log says of each stream, and when its tokens were read."""
    mock.script("a", wanted)
    mock.drain()
    with RawClient(mock.urls["a"]) as client:
        for _ in range(STREAMS):
            reads = read_stream(client)
            (arrival,) = mock.drain()
            yield arrival, token_times_ns(reads)


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


@pytest.mark.parametrize("faults", [(), (STALL,)], ids=["steady", "stalled"])
def test_each_frame_comes_when_the_script_says(mock: UpstreamProcess, faults: tuple[Fault, ...]) -> None:
    """Number k of a stream is read k intervals after the delay, and after the pause if there is one.

    Never before; less than a millisecond after it in the median of all, and each in one stream at least.
    """
    late_ns: list[list[int]] = [[] for _ in range(TOKENS)]
    last_late_ns: list[int] = []
    pauses_ns = [PAUSE_NS if faults and number >= STALL.after_frames - 1 else 0 for number in range(TOKENS)]
    for arrival, times_ns in streams_of(
        mock, script(tokens=TOKENS, delay=DELAY_NS, interval_ns=INTERVAL_NS, faults=faults)
    ):
        start_ns = arrival.arrival_ns + DELAY_NS
        due_ns = [start_ns + number * INTERVAL_NS + pauses_ns[number] for number in range(TOKENS)]
        for each_ns, due, seen in zip(late_ns, due_ns, times_ns, strict=True):
            each_ns.append(seen - due)
        last_late_ns.append(arrival.last_byte_ns - due_ns[-1])

    assert [0 <= min(each_ns) < LATE_NS for each_ns in late_ns] == [True] * TOKENS
    assert median(each for each_ns in late_ns for each in each_ns) < LATE_NS
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
