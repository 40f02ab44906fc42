"""The payloads of the three dialects, as our own readers see them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.model.upstream import TokenUsage
from perf.model.wire import Dialect
from perf.wire.answer import Answer
from perf.wire.build import reply_body, reply_frames
from perf.wire.read import EventKind, StreamEvent, body_text, reader_for
from perf.wire.sse import SseDecoder
from perf.wire.tokens import reply_tokens

USAGE = TokenUsage(input_tokens=7, output_tokens=3, cache_creation_tokens=100, cache_read_tokens=1000)
DIALECTS = pytest.mark.parametrize("dialect", Dialect)
TEXTS = st.text(min_size=1, max_size=8)


def an_answer(
    *,
    tokens: tuple[str, ...] = reply_tokens(3),
    tool_arguments: str = "",
    usage: TokenUsage | None = USAGE,
) -> Answer:
    """Three tokens with cached usage."""
    return Answer(model="m", tokens=tokens, tool_arguments=tool_arguments, usage=usage)


def events(dialect: Dialect, answer: Answer, *, include_usage: bool = False) -> list[StreamEvent]:
    """What a client understands of the streamed answer."""
    decoder, read = SseDecoder(), reader_for(dialect)
    stream = b"".join(reply_frames(dialect, answer, include_usage=include_usage).all)
    return [StreamEvent(*read(event, data)) for event, data in decoder.feed(stream)]


def payloads(dialect: Dialect, answer: Answer, *, include_usage: bool = False) -> list[tuple[str, object]]:
    """Name and decoded JSON of every event; [DONE] as it is."""
    frames = reply_frames(dialect, answer, include_usage=include_usage).all
    decoded = [frame for data in frames for frame in SseDecoder().feed(data)]
    return [
        (event.decode(), data.decode() if data == b"[DONE]" else json.loads(data)) for event, data in decoded
    ]


@DIALECTS
@given(tokens=st.lists(TEXTS, min_size=1, max_size=6))
def test_streams_keep_the_text(dialect: Dialect, tokens: list[str]) -> None:
    """Each token is one content delta, in order, in whatever script it is written."""
    seen = events(dialect, an_answer(tokens=tuple(tokens)))

    assert [event.text for event in seen if event.kind is EventKind.TEXT] == tokens


@DIALECTS
@given(tokens=st.lists(TEXTS, max_size=6))
def test_bodies_keep_the_text(dialect: Dialect, tokens: list[str]) -> None:
    """A whole answer carries the concatenation of its tokens."""
    answer = an_answer(tokens=tuple(tokens))

    assert body_text(dialect, reply_body(dialect, answer)) == "".join(tokens)


@DIALECTS
@given(city=st.text(max_size=12))
def test_tool_arguments_are_the_text_of_a_call(dialect: Dialect, city: str) -> None:
    """Streamed or whole, the arguments come back character by character."""
    arguments = json.dumps({"city": city, "n": [1, 2]}, ensure_ascii=False, separators=(",", ":"))
    answer = an_answer(tool_arguments=arguments)

    assert "".join(event.text for event in events(dialect, answer)) == arguments
    assert json.loads(body_text(dialect, reply_body(dialect, answer)) or "") == json.loads(arguments)


@DIALECTS
@pytest.mark.parametrize("tool_arguments", ["", '{"a":1}'], ids=["text", "tool"])
def test_streams_finish_and_then_end(dialect: Dialect, tool_arguments: str) -> None:
    """One finish behind the last content, one terminator as the last event, nothing malformed."""
    kinds = [event.kind for event in events(dialect, an_answer(tool_arguments=tool_arguments))]

    assert kinds.count(EventKind.FINISH) == 1
    assert [number for number, kind in enumerate(kinds) if kind is EventKind.TERMINATOR] == [len(kinds) - 1]
    assert kinds.index(EventKind.FINISH) > max(n for n, kind in enumerate(kinds) if kind is EventKind.TEXT)
    assert not {EventKind.ERROR, EventKind.MALFORMED} & set(kinds)


def test_chat_streams_role_content_finish_usage_done() -> None:
    """With include_usage every chunk has a null usage, but for an extra last one without choices."""
    *chunks, done = [data for _, data in payloads(Dialect.OPENAI_CHAT, an_answer(), include_usage=True)]

    assert done == "[DONE]"
    assert all(isinstance(chunk, dict) for chunk in chunks)
    shapes = [chunk for chunk in chunks if isinstance(chunk, dict)]
    assert shapes[0]["choices"][0]["delta"] == {"role": "assistant", "content": "", "refusal": None}
    assert [shape["usage"] for shape in shapes[:-1]] == [None] * (len(shapes) - 1)
    assert shapes[-2]["choices"][0]["finish_reason"] == "stop"
    assert shapes[-1]["choices"] == []
    assert shapes[-1]["usage"]["total_tokens"] == 7 + 100 + 1000 + 3


def test_chat_streams_no_usage_unasked() -> None:
    """Without include_usage no chunk mentions usage."""
    frames = reply_frames(Dialect.OPENAI_CHAT, an_answer(), include_usage=False).all

    assert not any(b"usage" in frame for frame in frames)


def test_chat_tool_deltas_carry_their_index() -> None:
    """The first delta has id and name, later ones only index and arguments."""
    seen = payloads(Dialect.OPENAI_CHAT, an_answer(tool_arguments='{"a":12}'))
    deltas = [chunk["choices"][0]["delta"] for _, chunk in seen if isinstance(chunk, dict)]
    calls = [delta["tool_calls"][0] for delta in deltas if "tool_calls" in delta]

    assert calls[0].keys() == {"index", "id", "type", "function"}
    assert all(call == {"index": 0, "function": call["function"]} for call in calls[1:])


def test_messages_events_come_in_the_providers_order() -> None:
    """Start, block, ping, deltas, stop, cumulative usage with input tokens, stop; no [DONE]."""
    seen = payloads(Dialect.ANTHROPIC_MESSAGES, an_answer())

    names = [name for name, _ in seen]
    opening = ["message_start", "content_block_start", "ping"]
    closing = ["content_block_stop", "message_delta", "message_stop"]
    assert names == opening + ["content_block_delta"] * 3 + closing
    assert all(isinstance(data, dict) and data["type"] == name for name, data in seen)
    end = seen[-2][1]
    assert isinstance(end, dict)
    assert end["usage"]["input_tokens"] == 7
    assert end["usage"]["cache_read_input_tokens"] == 1000


def test_responses_events_are_numbered() -> None:
    """Every event has the next sequence number, and its type is its name."""
    seen = payloads(Dialect.OPENAI_RESPONSES, an_answer())

    assert [data["sequence_number"] for _, data in seen if isinstance(data, dict)] == [*range(len(seen))]
    assert [data["type"] for _, data in seen if isinstance(data, dict)] == [name for name, _ in seen]
    assert seen[0][0] == "response.created"
    assert seen[-1][0] == "response.completed"


@DIALECTS
def test_total_input_is_the_same_in_every_dialect(dialect: Dialect) -> None:
    """OpenAI's input includes the cached tokens, Anthropic's leaves them out."""
    usage = json.loads(reply_body(dialect, an_answer()))["usage"]

    match dialect:
        case Dialect.OPENAI_CHAT:
            assert usage["prompt_tokens"] == 1107
        case Dialect.OPENAI_RESPONSES:
            assert usage["input_tokens"] == 1107
        case Dialect.ANTHROPIC_MESSAGES:
            cached = usage["cache_creation_input_tokens"] + usage["cache_read_input_tokens"]
            assert usage["input_tokens"] + cached == 1107


@DIALECTS
def test_usage_can_be_left_out(dialect: Dialect) -> None:
    """An answer without usage mentions no token count."""
    answer = an_answer(usage=None)
    frames = reply_frames(dialect, answer, include_usage=True).all

    assert not any(b"_tokens" in payload for payload in (*frames, reply_body(dialect, answer)))


@DIALECTS
def test_a_streamed_answer_may_be_empty(dialect: Dialect) -> None:
    """No tokens make no content deltas, and still a whole stream."""
    seen = events(dialect, an_answer(tokens=()))

    assert "".join(event.text for event in seen) == ""
    assert seen[-1].kind is EventKind.TERMINATOR
