"""Anthropic answers, errors and streams made OpenAI ones."""

import json
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.gateway.convert.response import convert_error, convert_response
from perf.gateway.convert.stream import StreamConverter
from perf.gateway.errors import GatewayError

Json: TypeAlias = dict[str, object]
_USAGE: Json = {
    "input_tokens": 10,
    "output_tokens": 7,
    "cache_creation_input_tokens": 20,
    "cache_read_input_tokens": 30,
}
_USAGE_OUT: Json = {
    "prompt_tokens": 60,
    "completion_tokens": 7,
    "total_tokens": 67,
    "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 20},
}


def an_answer(content: list[Json], stop_reason: str = "end_turn") -> bytes:
    body = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-x", "content": content}
    return json.dumps({**body, "stop_reason": stop_reason, "stop_sequence": None, "usage": _USAGE}).encode()


def test_a_whole_answer() -> None:
    """Texts are joined, calls keep ids and arguments, prompt tokens include the cached ones."""
    content: list[Json] = [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "text", "text": "a"},
        {"type": "text", "text": "b"},
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"x": "ü"}},
    ]
    completion = json.loads(convert_response(an_answer(content, "tool_use"), created=5))
    call = {"id": "toolu_1", "type": "function", "function": {"name": "f", "arguments": '{"x": "\\u00fc"}'}}
    message = {"role": "assistant", "content": "ab", "refusal": None, "tool_calls": [call]}

    assert completion == {
        "id": "msg_1",
        "object": "chat.completion",
        "created": 5,
        "model": "claude-x",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "tool_calls"}],
        "usage": _USAGE_OUT,
    }


@pytest.mark.parametrize(
    ("stop_reason", "finish_reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("something_new", "stop"),
    ],
)
def test_a_stop_reason_becomes_a_finish_reason(stop_reason: str, finish_reason: str) -> None:
    """None travels verbatim."""
    completion = json.loads(convert_response(an_answer([], stop_reason), created=0))

    assert completion["choices"][0]["finish_reason"] == finish_reason


def test_a_malformed_answer_is_the_upstreams_fault() -> None:
    """502, not a crash and not an empty answer."""
    with pytest.raises(GatewayError) as caught:
        convert_response(b"<html>", created=0)

    assert caught.value.status == 502


def test_errors_keep_their_message_and_get_openais_words() -> None:
    """OpenAI has no 529, and types of its own; a body of another kind is quoted."""
    error = convert_error(529, b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}')
    limit = convert_error(429, b'{"type":"error","error":{"type":"rate_limit_error","message":"Slow"}}')
    other = convert_error(500, b"<h1>oops</h1>")

    assert (error.status, error.kind, error.message) == (503, "server_error", "Overloaded")
    assert (limit.status, limit.kind, limit.code) == (429, "requests", "rate_limit_exceeded")
    assert (other.status, other.kind, other.message) == (500, "server_error", "<h1>oops</h1>")


def frame(event: Json) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


def a_stream(texts: list[str], arguments: list[str]) -> bytes:
    started = {"id": "msg_1", "model": "claude-x", "usage": {**_USAGE, "output_tokens": 1}}
    tool = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {}}
    events: list[Json] = [
        {"type": "message_start", "message": started},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": t}}
            for t in texts
        ),
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": tool},
        *(
            {
                "type": "content_block_delta",
                "index": 1,
                "delta": {"type": "input_json_delta", "partial_json": a},
            }
            for a in arguments
        ),
        {"type": "content_block_stop", "index": 1},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 7}},
        {"type": "message_stop"},
    ]
    return b"".join(frame(event) for event in events)


def chunks_of(text: bytes) -> list[Json]:
    frames = [each.removeprefix(b"data: ") for each in text.split(b"\n\n") if each]
    return [json.loads(each) for each in frames if each != b"[DONE]"]


def deltas_of(chunks: list[Json]) -> list[Json]:
    choices = [each["choices"] for each in chunks]
    return [listed[0]["delta"] for listed in choices if isinstance(listed, list) and listed]


_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


@given(st.lists(_text, max_size=4), st.lists(_text, max_size=3), st.lists(st.integers(0, 5000), max_size=8))
def test_a_stream_is_converted_whole_over_any_split(
    texts: list[str], arguments: list[str], cuts: list[int]
) -> None:
    """Every text and every piece of the arguments arrives, in order, with one end."""
    stream = a_stream(texts, arguments)
    converter = StreamConverter(created=5, include_usage=True)
    places = sorted({cut % len(stream) for cut in cuts})
    parts = [stream[a:b] for a, b in zip([0, *places], [*places, len(stream)], strict=True)]
    out = b"".join(converter.feed(part) for part in parts)
    chunks = chunks_of(out)
    deltas = deltas_of(chunks)
    calls = [call for each in deltas if isinstance(listed := each.get("tool_calls"), list) for call in listed]

    assert "".join(str(each.get("content", "")) for each in deltas) == "".join(texts)
    assert "".join(call["function"]["arguments"] for call in calls) == "".join(arguments)
    assert {call["index"] for call in calls} == {0}
    assert calls[0]["id"] == "toolu_1"
    assert {(c["id"], c["object"], c["created"], c["model"]) for c in chunks} == {
        ("msg_1", "chat.completion.chunk", 5, "claude-x")
    }
    assert chunks[-1]["usage"] == _USAGE_OUT
    assert chunks[-1]["choices"] == []
    assert all(each["usage"] is None for each in chunks[:-1])
    assert out.endswith(b"data: [DONE]\n\n")
    assert converter.complete


def test_usage_is_sent_only_if_asked_for() -> None:
    """Without `stream_options.include_usage` no chunk has any."""
    converter = StreamConverter(created=5, include_usage=False)
    chunks = chunks_of(converter.feed(a_stream(["x"], [])))

    assert not any("usage" in each for each in chunks)
    last = chunks[-1]["choices"]
    assert isinstance(last, list)
    assert last[0]["finish_reason"] == "tool_calls"


def test_an_error_in_the_stream_is_passed_on_and_ends_it() -> None:
    """In OpenAI's form, without a `[DONE]`, and nothing after it."""
    converter = StreamConverter(created=5, include_usage=False)
    error = frame({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
    out = converter.feed(error + a_stream(["late"], []))

    told = {"message": "Overloaded", "type": "server_error", "param": None, "code": None}
    assert json.loads(out.removeprefix(b"data: ")) == {"error": told}
    assert converter.failed
    assert not converter.complete


def test_a_malformed_event_is_no_silent_loss() -> None:
    """It ends the stream with an error instead of being left out."""
    with pytest.raises(GatewayError, match="malformed"):
        StreamConverter(created=5, include_usage=False).feed(b"event: content_block_delta\ndata: {oops\n\n")
