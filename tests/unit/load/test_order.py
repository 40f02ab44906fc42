"""Streams that have all their frames, in an order in which a client does not get them."""

import pytest

from perf.load.outcome import announces_events
from perf.model.load import Outcome
from perf.model.wire import Dialect
from tests.load.plans import DELTAS, DONE, FINISH, STREAM_HEAD, a_plan, a_template, answer, stream
from tests.unit.load.bench import a_plan_for, sampled
from tests.unit.wire.streams import EVERY_KIND, USAGE, Built, a_stream

STREAMED = a_plan(templates=(a_template(stream=True),))
WHOLE = (*DELTAS, FINISH, DONE)


def outcome_of(built: Built, *frames: bytes) -> Outcome:
    """How the stream of these frames ends, where `built` was asked for."""
    return Outcome(sampled(a_plan_for(built), [stream(*frames)]).sample().outcome)


@EVERY_KIND
def test_content_behind_the_last_frame_is_malformed(built: Built) -> None:
    """Wherever the dialect's last frame comes before a text or the finish: official clients stop there."""
    *others, last = built.frames

    for place in range(len(built.parts.opening) + len(built.parts.deltas) + 1):
        moved = (*others[:place], last, *others[place:])
        assert outcome_of(built, *moved) is Outcome.MALFORMED_STREAM, place


@EVERY_KIND
def test_half_a_frame_behind_the_last_is_malformed(built: Built) -> None:
    """Whether it is cut in its name or in its data."""
    for cut in range(1, len(DELTAS[0]) - 1):
        assert outcome_of(built, *built.frames, DELTAS[0][:cut]) is Outcome.MALFORMED_STREAM, cut


@EVERY_KIND
@pytest.mark.parametrize("more", [b": bye\n\n", b": bye", b"\n", b"retry: 10\n\n"])
def test_what_is_no_event_may_follow(built: Built, more: bytes) -> None:
    """No client hears comments and blank lines."""
    assert outcome_of(built, *built.frames, more) is Outcome.OK


@EVERY_KIND
def test_the_last_frame_may_come_twice(built: Built) -> None:
    """Who has stopped reading does not notice it."""
    assert outcome_of(built, *built.frames, built.frames[-1]) is Outcome.OK


def test_usage_behind_the_last_frame_is_lost() -> None:
    """A client that reads to [DONE] never hears of it."""
    built = a_stream(Dialect.OPENAI_CHAT, tool_arguments="", usage=USAGE)
    *others, usage, done = built.frames

    assert outcome_of(built, *others, done, usage) is Outcome.WRONG_USAGE


def test_done_closes_a_stream_of_responses() -> None:
    """The official client stops at [DONE], which this dialect needs not, and has no `response.completed`."""
    built = a_stream(Dialect.OPENAI_RESPONSES, tool_arguments="", usage=None)
    *others, last = built.frames

    assert outcome_of(built, *others, last, DONE) is Outcome.OK
    assert outcome_of(built, *others, DONE) is Outcome.TRUNCATED_STREAM
    assert outcome_of(built, *others, DONE, last) is Outcome.MALFORMED_STREAM
    assert outcome_of(built, DONE, *others, last) is Outcome.MALFORMED_STREAM


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        pytest.param(b"content-type: text/event-stream", True, id="plain"),
        pytest.param(b"Content-Type:TEXT/Event-Stream ; charset=utf-8", True, id="with-charset"),
        pytest.param(b"content-type: application/json", False, id="json"),
        pytest.param(b"content-type: text/event-streams", False, id="another"),
        pytest.param(b"x-content-type: text/event-stream", False, id="another-field"),
        pytest.param(b"server: scripted", False, id="none"),
    ],
)
@pytest.mark.parametrize("interim", [b"", b"HTTP/1.1 100 Continue\r\n\r\n"], ids=["sole", "after-interim"])
def test_a_stream_says_that_it_is_one(field: bytes, expected: bool, interim: bytes) -> None:
    """Whole and in order, it is malformed all the same under any other content type."""
    head = STREAM_HEAD.replace(b"content-type: text/event-stream", field)
    wire = interim + head + stream(*WHOLE).removeprefix(STREAM_HEAD)

    assert announces_events(interim + head) is expected
    assert announces_events(interim + head[:-2]) is False
    assert sampled(STREAMED, [wire]).sample().outcome == (
        Outcome.OK if expected else Outcome.MALFORMED_STREAM
    )


@pytest.mark.parametrize(
    ("wire", "outcome"),
    [
        pytest.param(answer(), Outcome.TRUNCATED_STREAM, id="a-body-instead"),
        pytest.param(stream(*WHOLE[1:], b"data"), Outcome.WRONG_CONTENT, id="token-lost-and-half-a-frame"),
        pytest.param(stream(*WHOLE[:-1], b"data"), Outcome.TRUNCATED_STREAM, id="cut-inside"),
    ],
)
def test_a_client_that_is_misled_counts_first(wire: bytes, outcome: Outcome) -> None:
    """A stream that ends well and short stays that, whatever else is wrong with it."""
    assert sampled(STREAMED, [wire]).sample().outcome == outcome
