"""Times that are true: against the server's own log, and under a stall."""

from dataclasses import dataclass
from itertools import pairwise
from random import Random

import pytest

from perf.load import run
from perf.model.load import ConstantRate, Recording
from perf.model.units import NS_PER_US, ms_to_ns, s_to_ns
from tests.load.plans import (
    DELTAS,
    DONE,
    FINISH,
    LAST_CHUNK,
    STREAM_HEAD,
    a_plan,
    a_template,
    answer,
    chunk,
    deltas_of,
    frames_of,
    percentile,
    steady,
)
from tests.load.scripted import Freeze, Pause, Script, ScriptedServer, Served

TOLERANCE_NS = 100 * NS_PER_US
TOLERANCE_RATIO = 0.02
STALL_NS = s_to_ns(1)
RATE_PER_SECOND = 200
POOL = 4
STREAMS = 500
PERCENTS = (50, 75, 90, 95, 99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paced:
    """One run of paced streams: the pauses of each, its record, and the server's log."""

    pauses_ns: list[list[int]]
    recording: Recording
    log: list[Served]


def known_pauses(random: Random) -> list[list[int]]:
    """Before each of three deltas of each stream: the k-th shortest of each kind is 500 + 2k ms."""
    ladder = [ms_to_ns(500 + 2 * rung) for rung in range(1, STREAMS + 1)]
    columns = [random.sample(ladder, STREAMS) for _ in DELTAS]
    return [list(row) for row in zip(*columns, strict=True)]


def a_paced_stream(pauses_ns: list[int]) -> Script:
    """A stream whose head and deltas come after these pauses."""
    first, second, third = (Pause(ns=pause_ns) for pause_ns in pauses_ns)
    last = chunk(DELTAS[2] + FINISH + DONE) + LAST_CHUNK
    return (first, STREAM_HEAD + chunk(DELTAS[0]), second, chunk(DELTAS[1]), third, last)


@pytest.fixture(scope="module")
def paced(server: ScriptedServer) -> Paced:
    """Streams that are all open at once, and what the script, the server and the engine say of them.

    The pauses are long so that 2 % of them are more than a busy machine's scheduler takes away.
    """
    warm: Script = (STREAM_HEAD + chunk(DELTAS[0] + FINISH + DONE) + LAST_CHUNK,)
    pauses_ns = known_pauses(Random(1))
    server.serve(*[warm] * STREAMS, *map(a_paced_stream, pauses_ns))
    plan = a_plan(
        server.url,
        templates=(a_template(stream=True),),
        workload=ConstantRate(per_second=STREAMS, duration_ns=s_to_ns(1)),
        warmup_requests=STREAMS,
        max_connections=STREAMS,
    )
    return Paced(pauses_ns=pauses_ns, recording=run(plan), log=server.log()[STREAMS:])


def reported(recording: Recording, span: str) -> list[int]:
    """One kind of span of each stream, as the engine tells it."""
    match span:
        case "ttft":
            return [sample.first_content_ns - sample.sent_ns for sample in steady(recording)]
        case "itl":
            times_ns = deltas_of(recording)
            return [later - earlier for times in times_ns for earlier, later in pairwise(times)]
        case _:
            return [sample.last_byte_ns - sample.sent_ns for sample in steady(recording)]


def scripted(pauses_ns: list[list[int]], span: str) -> list[int]:
    """The same as the script wants it."""
    match span:
        case "ttft":
            return [first for first, *_ in pauses_ns]
        case "itl":
            return [pause_ns for _, *rest in pauses_ns for pause_ns in rest]
        case _:
            return [sum(each) for each in pauses_ns]


def logged(log: list[Served], span: str) -> list[int]:
    """The same as the server did it."""
    match span:
        case "ttft":
            return [served.writes_ns[0] - served.arrived_ns for served in log]
        case "itl":
            return [later - earlier for served in log for earlier, later in pairwise(served.writes_ns)]
        case _:
            return [served.writes_ns[2] - served.arrived_ns for served in log]


def test_the_script_has_known_percentiles() -> None:
    """Half of all pauses are at most a second, 99 % at most 1.49 s; of TTFTs and of gaps alike."""
    pauses_ns = known_pauses(Random(1))

    for span in ("ttft", "itl"):
        spans_ns = scripted(pauses_ns, span)
        for percent in PERCENTS:
            assert percentile(spans_ns, percent) == ms_to_ns(500 + 10 * percent)


@pytest.mark.parametrize("percent", PERCENTS)
@pytest.mark.parametrize("span", ["ttft", "itl", "e2e"])
def test_reported_percentiles_are_those_of_the_script(paced: Paced, span: str, percent: int) -> None:
    """TTFT, ITL and E2E agree within 2 % or 100 µs with what the server was told to do, and with its log."""
    found_ns = percentile(reported(paced.recording, span), percent)

    for truth_ns in (scripted(paced.pauses_ns, span), logged(paced.log, span)):
        expected_ns = percentile(truth_ns, percent)
        assert found_ns == pytest.approx(expected_ns, rel=TOLERANCE_RATIO, abs=TOLERANCE_NS)


def test_nothing_is_seen_before_it_happened(paced: Paced) -> None:
    """Sent before it arrived, read after it was written: request by request, on one clock."""
    rows = zip(steady(paced.recording), paced.log, deltas_of(paced.recording), strict=True)

    for sample, served, times_ns in rows:
        assert sample.intended_ns <= sample.sent_ns < served.arrived_ns
        assert served.writes_ns[0] < sample.first_byte_ns <= sample.first_content_ns == times_ns[0]
        assert all(wrote < read for wrote, read in zip(served.writes_ns, times_ns, strict=True))
        assert served.writes_ns[2] < sample.last_byte_ns == times_ns[2]


def test_every_frame_has_its_time(paced: Paced) -> None:
    """In order, from the first content to the last byte; the deltas are some of them, and came apart."""
    rows = zip(steady(paced.recording), frames_of(paced.recording), deltas_of(paced.recording), strict=True)

    for sample, times_ns, deltas_ns in rows:
        assert len(times_ns) == sample.frames == len(DELTAS) + 2
        assert times_ns == sorted(times_ns)
        assert times_ns[: len(DELTAS)] == deltas_ns
        assert (times_ns[0], times_ns[-1]) == (sample.first_content_ns, sample.last_byte_ns)


def test_a_stall_shows_as_the_whole_queueing_delay(server: ScriptedServer) -> None:
    """Requests that were due while the server stood still count from when they were due.

    Only the few that were on the wire show the stall when counted from their sending; an engine that
    waits for them, and starts its clock at the sending, would hide the other two hundred
    ("coordinated omission").
    """
    frozen_at = RATE_PER_SECOND // 4
    calm: Script = (answer(),)
    server.serve(*[calm] * frozen_at, (Freeze(ns=STALL_NS), answer()), *[calm] * (4 * RATE_PER_SECOND))
    workload = ConstantRate(per_second=RATE_PER_SECOND, duration_ns=s_to_ns(2))
    recording = run(a_plan(server.url, workload=workload, max_connections=POOL))

    begin_ns, end_ns = server.log()[frozen_at].frozen_ns
    caught = [sample for sample in steady(recording) if begin_ns < sample.intended_ns < end_ns]
    due_to_answer = [sample.first_byte_ns - sample.intended_ns for sample in caught]
    sent_to_answer = [sample.first_byte_ns - sample.sent_ns for sample in caught]
    assert len(caught) >= RATE_PER_SECOND * 9 // 10
    assert all(
        waited_ns >= end_ns - sample.intended_ns
        for waited_ns, sample in zip(due_to_answer, caught, strict=True)
    )
    assert due_to_answer[0] > STALL_NS * 9 // 10
    assert min(due_to_answer[:50]) > max(due_to_answer[-50:])
    assert sum(waited_ns > STALL_NS // 2 for waited_ns in sent_to_answer) <= POOL
    assert recording.late_sends >= len(caught) - POOL
