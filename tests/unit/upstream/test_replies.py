"""Answers as timed pieces, with and without faults."""

import json
from datetime import datetime
from functools import partial
from time import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.model.units import ms_to_ns
from perf.model.upstream import Fault, FaultKind
from perf.model.wire import Dialect
from perf.upstream.faults import CONTENT_FAULTS, DELIVERY_FAULTS, End
from perf.upstream.replies import ANSWER_FAULTS, Ask, Reply, reply_to
from perf.upstream.scripts import expected_text, script
from perf.wire.read import EventKind, body_text, reader_for
from perf.wire.sse import SseDecoder

A_MONTH_S = 31 * 86_400
DIALECTS = pytest.mark.parametrize("dialect", Dialect)
STREAMS = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
SCRIPT = script(tokens=4, interval_ns=ms_to_ns(20))


def reply(
    *faults: Fault, dialect: Dialect = Dialect.OPENAI_CHAT, stream: bool = True, include_usage: bool = False
) -> Reply:
    """The answer of a script with four tokens, 20 ms apart, to a request that drew these faults."""
    ask = Ask(dialect, "m", stream, include_usage)
    return reply_to(ask, SCRIPT, hits=faults)


a_fault = partial(Fault, ratio=1.0, retry_after="2", retry_after_ms="2000")
"""A fault that always hits."""


def body(reply: Reply) -> bytes:
    """All of the answer's body."""
    return b"".join(piece.data for piece in reply.pieces)


def kinds(reply: Reply, dialect: Dialect = Dialect.OPENAI_CHAT) -> list[EventKind]:
    """What a client understands of the streamed events."""
    read = reader_for(dialect)
    return [read(event, data)[0] for event, data in SseDecoder().feed(body(reply))]


def test_every_fault_has_its_place() -> None:
    """Each kind of fault is known to exactly one stage."""
    known = [*ANSWER_FAULTS, *CONTENT_FAULTS, *DELIVERY_FAULTS]

    assert sorted(known) == sorted(FaultKind)


def test_deltas_keep_to_their_schedule() -> None:
    """The first delta comes with the head, each other one an interval later, the end with the last."""
    offsets_ns = [piece.offset_ns for piece in reply().pieces]

    assert offsets_ns == [0, *(ms_to_ns(20) * number for number in range(4)), ms_to_ns(60), ms_to_ns(60)]


@DIALECTS
@STREAMS
def test_undisturbed_answers_carry_the_expected_text(dialect: Dialect, stream: bool) -> None:
    """Whatever the dialect, the text is the script's."""
    answer = reply(dialect=dialect, stream=stream)
    read = reader_for(dialect)

    text = body_text(dialect, body(answer))
    if stream:
        text = "".join(read(event, data)[1] for event, data in SseDecoder().feed(body(answer)))
    assert text == expected_text(SCRIPT)


@DIALECTS
@pytest.mark.parametrize("status", [0, 400, 429, 500, 529])
def test_status_errors_are_in_the_providers_words(dialect: Dialect, status: int) -> None:
    """An error body of that provider, its hint when to come again, and no 529 from OpenAI."""
    answer = reply(a_fault(kind=FaultKind.STATUS, status=status), dialect=dialect)

    overloaded = 529 if dialect is Dialect.ANTHROPIC_MESSAGES else 503
    assert answer.status == (overloaded if status in {0, 529} else status)
    assert "error" in json.loads(body(answer))
    assert {("retry-after", "2"), ("retry-after-ms", "2000")} <= set(answer.headers)


def test_html_errors_are_no_json() -> None:
    """A proxy in front of the provider has answered."""
    answer = reply(a_fault(kind=FaultKind.HTML_500))

    assert (answer.status, dict(answer.headers)["content-type"]) == (500, "text/html")
    assert body(answer).startswith(b"<html>")


@DIALECTS
@given(frames=st.integers(0, 12))
def test_error_events_come_after_their_frame(dialect: Dialect, frames: int) -> None:
    """So many frames, then the error, then an orderly end."""
    whole = reply(dialect=dialect)
    cut = reply(a_fault(kind=FaultKind.ERROR_EVENT, after_frames=frames), dialect=dialect)

    assert cut.end is End.WHOLE
    assert cut.pieces[:-1] == whole.pieces[:frames]
    assert kinds(cut, dialect)[-1] is EventKind.ERROR


@DIALECTS
def test_error_events_need_a_stream(dialect: Dialect) -> None:
    """A whole answer is an error body with 200 instead."""
    answer = reply(a_fault(kind=FaultKind.ERROR_EVENT), dialect=dialect, stream=False)

    assert answer.status == 200
    assert answer.length_bytes == len(body(answer))
    assert "error" in json.loads(body(answer))


@given(frames=st.integers(0, 12))
def test_a_fin_keeps_the_frames_before_it(frames: int) -> None:
    """Whole frames, then the end of the connection."""
    cut = reply(a_fault(kind=FaultKind.FIN, after_frames=frames))

    assert (cut.pieces, cut.end) == (reply().pieces[:frames], End.FIN)


@STREAMS
@given(size=st.integers(0, 5_000))
def test_a_reset_keeps_the_bytes_before_it(stream: bool, size: int) -> None:
    """So many bytes of the body, while the whole length stays declared."""
    whole = reply(stream=stream)
    cut = reply(a_fault(kind=FaultKind.RST, after_bytes=size), stream=stream)

    assert (body(cut), cut.end) == (body(whole)[:size], End.RST)
    assert cut.length_bytes == whole.length_bytes


def test_silence_has_a_head_and_no_body() -> None:
    """200, and nothing more."""
    answer = reply(a_fault(kind=FaultKind.SILENCE))

    assert (answer.status, answer.pieces, answer.end) == (200, (), End.HANG)


def test_a_black_hole_has_not_even_a_head() -> None:
    """Nothing at all."""
    answer = reply(a_fault(kind=FaultKind.BLACK_HOLE))

    assert (answer.status, answer.pieces, answer.end) == (0, (), End.HANG)


@given(frames=st.integers(0, 12))
def test_a_stall_delays_all_that_follows(frames: int) -> None:
    """The pause comes once, and the schedule goes on behind it."""
    pause_ns = ms_to_ns(500)
    stalled = reply(a_fault(kind=FaultKind.STALL, after_frames=frames, pause_ns=pause_ns))

    gaps_ns = [
        late.offset_ns - piece.offset_ns for late, piece in zip(stalled.pieces, reply().pieces, strict=True)
    ]
    assert gaps_ns == [0 if number < frames else pause_ns for number in range(len(gaps_ns))]


@STREAMS
@pytest.mark.parametrize(
    "fault",
    [
        a_fault(kind=FaultKind.DRIP, pause_ns=1_000_000),
        *(a_fault(kind=FaultKind.SPLIT, after_bytes=size) for size in (0, 1, 2, 7, 64, 100_000)),
        a_fault(kind=FaultKind.COALESCE),
    ],
    ids=["drip", "split-0", "split-1", "split-2", "split-7", "split-64", "split-all", "coalesce"],
)
def test_delivery_never_changes_the_body(fault: Fault, stream: bool) -> None:
    """However the bytes are cut and timed, they are the same, and their times never run backwards."""
    disturbed = reply(fault, stream=stream)

    assert body(disturbed) == body(reply(stream=stream))
    offsets_ns = [piece.offset_ns for piece in disturbed.pieces]
    assert offsets_ns == sorted(offsets_ns)


def test_dripping_bytes_are_one_pause_apart() -> None:
    """One byte a write, none faster than the pause."""
    dripping = reply(a_fault(kind=FaultKind.DRIP, pause_ns=1_000_000), stream=False)

    assert [piece.offset_ns for piece in dripping.pieces] == [
        n * 1_000_000 for n in range(len(body(dripping)))
    ]


def test_coalesced_frames_are_one_write() -> None:
    """Everything leaves with the head."""
    (piece,) = reply(a_fault(kind=FaultKind.COALESCE)).pieces

    assert piece.offset_ns == 0


@DIALECTS
def test_the_terminator_can_be_missing_or_doubled(dialect: Dialect) -> None:
    """The rest of the stream stays as it is."""
    missing = reply(a_fault(kind=FaultKind.NO_TERMINATOR), dialect=dialect)
    doubled = reply(a_fault(kind=FaultKind.DUPLICATE_TERMINATOR), dialect=dialect)

    assert kinds(missing, dialect).count(EventKind.TERMINATOR) == 0
    assert kinds(doubled, dialect).count(EventKind.TERMINATOR) == 2
    assert len(doubled.pieces) - len(missing.pieces) == 2


@DIALECTS
@STREAMS
def test_usage_can_be_missing(dialect: Dialect, stream: bool) -> None:
    """Not even a stream that was asked for its usage has it."""
    answer = reply(a_fault(kind=FaultKind.NO_USAGE), dialect=dialect, stream=stream, include_usage=True)

    assert b"_tokens" not in body(answer)


@DIALECTS
@given(frames=st.integers(0, 20))
def test_one_frame_can_be_broken(dialect: Dialect, frames: int) -> None:
    """Exactly one event is malformed, at its place or else the last; the others are whole."""
    seen = kinds(reply(a_fault(kind=FaultKind.INVALID_JSON, after_frames=frames), dialect=dialect), dialect)

    assert [number for number, kind in enumerate(seen) if kind is EventKind.MALFORMED] == [
        min(frames, len(seen) - 1)
    ]


@DIALECTS
def test_a_whole_body_can_be_broken(dialect: Dialect) -> None:
    """The declared length is right, the JSON is not."""
    answer = reply(a_fault(kind=FaultKind.INVALID_JSON), dialect=dialect, stream=False)

    assert answer.length_bytes == len(body(answer))
    with pytest.raises(json.JSONDecodeError):
        json.loads(body(answer))


def test_faults_act_together() -> None:
    """A stream without a terminator, cut into pieces, closed by a reset: all three show."""
    faults = (
        a_fault(kind=FaultKind.SPLIT, after_bytes=5),
        a_fault(kind=FaultKind.RST, after_bytes=100_000),
        a_fault(kind=FaultKind.NO_TERMINATOR),
    )

    answer = reply(*faults)

    assert answer.end is End.RST
    assert body(answer) == body(reply(a_fault(kind=FaultKind.NO_TERMINATOR)))
    assert max(len(piece.data) for piece in answer.pieces) == 5


@pytest.mark.parametrize("status", [0, 429])
def test_the_limits_of_anthropic_reset_in_the_future(status: int) -> None:
    """Of good answers and of refusals for too many requests alike; all answers of a process tell one time."""
    fault = a_fault(kind=FaultKind.STATUS, status=status)
    replies = [reply(*faults, dialect=Dialect.ANTHROPIC_MESSAGES) for faults in ((), (fault,))]

    resets = {value for each in replies for name, value in each.headers if name.endswith("-reset")}
    (reset,) = resets
    assert 0 < datetime.fromisoformat(reset).timestamp() - time() < A_MONTH_S
