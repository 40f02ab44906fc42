"""OpenAI answers, errors and streams made Anthropic ones, and back."""

import json
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.gateway.convert.messages.response import convert_chat_error, convert_completion
from perf.gateway.convert.messages.stream import MessagesStreamConverter
from perf.gateway.convert.response import convert_response
from perf.gateway.convert.stream import StreamConverter
from perf.gateway.errors import GatewayError

Json: TypeAlias = dict[str, object]
_USAGE: Json = {
    "prompt_tokens": 60,
    "completion_tokens": 7,
    "total_tokens": 67,
    "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 20},
}
_USAGE_OUT: Json = {
    "input_tokens": 10,
    "cache_creation_input_tokens": 20,
    "cache_read_input_tokens": 30,
    "output_tokens": 7,
}


def a_completion(message: Json, finish_reason: str = "stop") -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish_reason}
    return json.dumps({"id": "c1", "model": "gpt-4o", "choices": [choice], "usage": _USAGE}).encode()


def a_call(arguments: str) -> Json:
    return {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": arguments}}


def test_a_whole_answer() -> None:
    """Text, then calls; input tokens leave out the cached ones."""
    message: Json = {"content": "ab", "tool_calls": [a_call('{"x": "ü"}'), a_call("")]}
    answer = json.loads(convert_completion(a_completion(message, "tool_calls")))

    use = {"type": "tool_use", "id": "call_1", "name": "f"}
    assert answer == {
        "type": "message",
        "id": "c1",
        "role": "assistant",
        "model": "gpt-4o",
        "content": [{"type": "text", "text": "ab"}, {**use, "input": {"x": "ü"}}, {**use, "input": {}}],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": _USAGE_OUT,
    }


@pytest.mark.parametrize(
    ("finish_reason", "stop_reason"),
    [
        ("stop", "end_turn"),
        ("length", "max_tokens"),
        ("tool_calls", "tool_use"),
        ("function_call", "tool_use"),
        ("content_filter", "refusal"),
        ("something_new", "end_turn"),
    ],
)
def test_a_finish_reason_becomes_a_stop_reason(finish_reason: str, stop_reason: str) -> None:
    """None travels verbatim."""
    assert (
        json.loads(convert_completion(a_completion({"content": "x"}, finish_reason)))["stop_reason"]
        == stop_reason
    )


def test_a_refusal_is_said_and_named() -> None:
    """Its words are the text."""
    answer = json.loads(convert_completion(a_completion({"content": None, "refusal": "no"})))

    assert (answer["content"], answer["stop_reason"]) == ([{"type": "text", "text": "no"}], "refusal")


def test_a_call_cut_by_the_length_is_left_out() -> None:
    """Half an object cannot be an input; that the answer was cut is said by its stop reason."""
    message: Json = {"content": "ab", "tool_calls": [a_call('{"x": ')]}
    answer = json.loads(convert_completion(a_completion(message, "length")))

    assert (answer["content"], answer["stop_reason"]) == ([{"type": "text", "text": "ab"}], "max_tokens")


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b'{"id":"c","model":"m","choices":[]}',
        a_completion({"tool_calls": [a_call("[1]")]}, "tool_calls"),
    ],
    ids=["no JSON", "no choice", "arguments that are no object"],
)
def test_a_malformed_answer_is_the_upstreams_fault(body: bytes) -> None:
    """502, not a crash and not an empty answer."""
    with pytest.raises(GatewayError) as caught:
        convert_completion(body)

    assert caught.value.status == 502


def test_errors_keep_their_message_and_get_anthropics_words() -> None:
    """A body of another kind is quoted."""
    error = convert_chat_error(429, b'{"error":{"message":"Slow down","type":"requests","code":"rate"}}')
    other = convert_chat_error(503, b"<h1>oops</h1>")

    assert (error.status, error.kind, error.message) == (429, "rate_limit_error", "Slow down")
    assert (other.status, other.kind, other.message) == (503, "api_error", "<h1>oops</h1>")


def frame(payload: Json) -> bytes:
    return f"data: {json.dumps(payload, ensure_ascii=False)}\n\n".encode()


def chunk(delta: Json, finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return frame({"id": "c1", "model": "gpt-4o", "choices": [choice], "usage": None})


def a_stream(texts: list[str], calls: list[list[str]]) -> bytes:
    frames = [chunk({"role": "assistant", "content": ""}), *(chunk({"content": text}) for text in texts)]
    for index, arguments in enumerate(calls):
        start = {
            "index": index,
            "id": f"call_{index}",
            "type": "function",
            "function": {"name": "f", "arguments": ""},
        }
        frames.append(chunk({"tool_calls": [start]}))
        frames += [
            chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}) for piece in arguments
        ]
    frames.append(chunk({}, "tool_calls" if calls else "stop"))
    frames.append(frame({"id": "c1", "model": "gpt-4o", "choices": [], "usage": _USAGE}))
    return b"".join([*frames, b"data: [DONE]\n\n"])


def events_of(text: bytes) -> list[Json]:
    events: list[Json] = []
    for each in text.split(b"\n\n"):
        if each:
            name, _, data = each.partition(b"\ndata: ")
            event = json.loads(data)
            assert name == b"event: " + event["type"].encode()
            events.append(event)
    return events


_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
_calls = st.lists(st.lists(_text, max_size=3), max_size=3)


def split(stream: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % len(stream) for cut in cuts})
    return [stream[a:b] for a, b in zip([0, *places], [*places, len(stream)], strict=True)]


@given(st.lists(_text, max_size=4), _calls, st.lists(st.integers(0, 5000), max_size=8))
def test_a_stream_is_converted_whole_over_any_split(
    texts: list[str], calls: list[list[str]], cuts: list[int]
) -> None:
    """Every text and every piece of every call's arguments arrives in its block, in order, with one end."""
    converter = MessagesStreamConverter()
    events = events_of(b"".join(converter.feed(part) for part in split(a_stream(texts, calls), cuts)))
    blocks: list[str] = []
    under_way: list[object] = []
    for event in events[1:-2]:
        if event["type"] == "content_block_start":
            assert under_way == []
            under_way = [event["index"]]
            blocks.append("")
        elif event["type"] == "content_block_delta":
            delta = event["delta"]
            assert isinstance(delta, dict)
            assert under_way == [event["index"]] == [len(blocks) - 1]
            blocks[-1] += delta.get("text", "") + delta.get("partial_json", "")
        else:
            assert (event["type"], [event["index"]]) == ("content_block_stop", under_way)
            under_way = []

    assert under_way == []
    said = "".join(texts)
    assert blocks == [*([said] if said else []), *("".join(arguments) for arguments in calls)]
    assert events[0]["type"] == "message_start"
    assert [event["type"] for event in events[-2:]] == ["message_delta", "message_stop"]
    assert events[-2]["usage"] == _USAGE_OUT
    assert events[-2]["delta"] == {"stop_reason": "tool_use" if calls else "end_turn", "stop_sequence": None}
    assert converter.complete


@given(st.lists(_text.filter(bool), max_size=4), _calls, st.lists(st.integers(0, 5000), max_size=8))
def test_a_stream_there_and_back_says_the_same(
    texts: list[str], calls: list[list[str]], cuts: list[int]
) -> None:
    """Through both converters, one behind the other, the deltas, the reason and the usage stay."""
    there = MessagesStreamConverter()
    back = StreamConverter(created=0, include_usage=True)
    stream = a_stream(texts, calls)
    returned = b"".join(back.feed(there.feed(part)) for part in split(stream, cuts))

    assert back.complete
    assert essence(returned) == essence(stream)


def essence(stream: bytes) -> list[object]:
    """Give the parts of a stream that carry something."""
    found: list[object] = []
    for each in stream.split(b"\n\n"):
        data = each.removeprefix(b"data: ")
        if not data or data == b"[DONE]":
            continue
        payload = json.loads(data)
        found += [payload["usage"]] if payload.get("usage") else []
        for choice in payload["choices"]:
            delta = choice["delta"]
            found += [delta["content"]] if delta.get("content") else []
            for call in delta.get("tool_calls") or ():
                found += [call["id"]] if "id" in call else []
                arguments = call["function"].get("arguments")
                found += [(call["index"], arguments)] if arguments else []
            found += [choice["finish_reason"]] if choice["finish_reason"] else []
    return found


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    st.lists(st.dictionaries(_text, st.integers(), max_size=2), max_size=2),
    st.sampled_from(["end_turn", "max_tokens", "tool_use", "refusal"]),
    st.tuples(*[st.integers(0, 10**6)] * 4),
)
def test_an_answer_there_and_back_is_the_same(
    text: str, inputs: list[Json], reason: str, counts: tuple[int, int, int, int]
) -> None:
    """An Anthropic answer made OpenAI's and Anthropic's again: content, reason and every token count."""
    uses = [{"type": "tool_use", "id": f"t{n}", "name": "f", "input": each} for n, each in enumerate(inputs)]
    answer = {
        "type": "message",
        "id": "m",
        "role": "assistant",
        "model": "c",
        "content": [*([{"type": "text", "text": text}] if text else []), *uses],
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": dict(zip(_USAGE_OUT, counts, strict=True)),
    }
    there = convert_response(json.dumps(answer).encode(), created=0)
    total = json.loads(there)["usage"]

    assert json.loads(convert_completion(there)) == answer
    assert total["prompt_tokens"] == sum(counts[:3])


def test_an_error_in_the_stream_is_passed_on_and_ends_it() -> None:
    """In Anthropic's form, without a message_stop, and nothing after it."""
    converter = MessagesStreamConverter()
    error = frame({"error": {"message": "Slow down", "type": "requests", "param": None, "code": None}})
    [event] = events_of(converter.feed(error + a_stream(["late"], [])))

    assert event == {"type": "error", "error": {"type": "rate_limit_error", "message": "Slow down"}}
    assert (converter.failed, converter.complete) == (True, False)


@pytest.mark.parametrize(
    ("stream", "told"),
    [
        (b"data: {oops\n\n", "malformed"),
        (chunk({"content": "x"}) + b"data: [DONE]\n\n", "without a finish reason"),
        (b"data: [DONE]\n\n", "without a finish reason"),
        (chunk({"tool_calls": [{"index": 0, "function": {"arguments": "x"}}]}), "earlier tool call"),
    ],
    ids=["no JSON", "no reason", "nothing", "a call that never began"],
)
def test_a_stream_that_cannot_be_told_is_no_silent_loss(stream: bytes, told: str) -> None:
    """It ends with an error instead of being mended."""
    with pytest.raises(GatewayError, match=told):
        MessagesStreamConverter().feed(stream)


def test_a_refusal_in_the_stream_is_said_and_named() -> None:
    """Its words are the text, its reason refusal."""
    stream = chunk({"refusal": "no"}) + chunk({}, "stop") + b"data: [DONE]\n\n"
    events = events_of(MessagesStreamConverter().feed(stream))

    assert events[2]["delta"] == {"type": "text_delta", "text": "no"}
    assert events[-2]["delta"] == {"stop_reason": "refusal", "stop_sequence": None}
