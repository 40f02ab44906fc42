"""OpenAI chat requests made Anthropic messages requests."""

import json
from itertools import pairwise
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.gateway.convert.request import CachePolicy, convert_request, warnings_header
from perf.gateway.errors import GatewayError

Json: TypeAlias = dict[str, object]
_OFF = CachePolicy(system=False, min_system_tokens=0, tools=False)
_ON = CachePolicy(system=True, min_system_tokens=2, tools=True)
_USER: Json = {"role": "user", "content": "hi"}


def converted(**fields: object) -> Json:
    return converted_with(_OFF, fields)


def converted_with(cache: CachePolicy, fields: Json) -> Json:
    body: Json = {"model": "claude-x", "messages": [_USER], **fields}
    decoded: Json = json.loads(convert_request(json.dumps(body).encode(), cache=cache).body)
    return decoded


def test_the_least_request() -> None:
    """Only `max_tokens` is added, since Anthropic wants it."""
    assert converted() == {"model": "claude-x", "max_tokens": 4096, "messages": [_USER]}


@pytest.mark.parametrize(
    ("given_fields", "expected"),
    [
        ({"max_tokens": 5}, {"max_tokens": 5}),
        ({"max_completion_tokens": 6, "max_tokens": 5}, {"max_tokens": 6}),
        ({"temperature": 1.7}, {"temperature": 1.0}),
        ({"temperature": 0}, {"temperature": 0.0}),
        ({"top_p": 0.5}, {"top_p": 0.5}),
        ({"stop": "x"}, {"stop_sequences": ["x"]}),
        ({"stop": ["x", "y"]}, {"stop_sequences": ["x", "y"]}),
        ({"stream": True}, {"stream": True}),
        ({"user": "u"}, {"metadata": {"user_id": "u"}}),
        ({"seed": None, "logprobs": False, "logit_bias": {"1": 2}}, {}),
    ],
)
def test_a_parameter_becomes_its_counterpart(given_fields: Json, expected: Json) -> None:
    """And what has none is left out."""
    least: Json = {"model": "claude-x", "max_tokens": 4096, "messages": [_USER]}

    assert converted(**given_fields) == {**least, **expected}


_TOOL: Json = {
    "type": "function",
    "function": {"name": "f", "description": "d", "parameters": {"type": "object"}},
}
_TOOL_OUT: Json = {"name": "f", "description": "d", "input_schema": {"type": "object"}}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", {"type": "auto"}),
        ("required", {"type": "any"}),
        ("none", {"type": "none"}),
        ({"type": "function", "function": {"name": "f"}}, {"type": "tool", "name": "f"}),
    ],
)
def test_a_tool_choice_becomes_its_counterpart(choice: object, expected: Json) -> None:
    """All four kinds."""
    body = converted(tools=[_TOOL], tool_choice=choice)

    assert (body["tools"], body["tool_choice"]) == ([_TOOL_OUT], expected)


def test_one_call_at_a_time_is_said_in_the_tool_choice() -> None:
    """`parallel_tool_calls: false` has its place there."""
    body = converted(tools=[_TOOL], parallel_tool_calls=False)

    assert body["tool_choice"] == {"type": "auto", "disable_parallel_tool_use": True}


def test_a_tool_conversation_keeps_its_ids() -> None:
    """Calls become tool_use blocks; results in a row, with what the user adds, become one turn."""
    calls = [
        {"id": f"c{n}", "type": "function", "function": {"name": "f", "arguments": '{"n":1}'}} for n in (1, 2)
    ]
    messages = [
        _USER,
        {"role": "assistant", "content": None, "tool_calls": calls},
        {"role": "tool", "tool_call_id": "c1", "content": "one"},
        {"role": "tool", "tool_call_id": "c2", "content": [{"type": "text", "text": "two"}]},
        {"role": "user", "content": "go on"},
    ]

    assert converted(messages=messages)["messages"] == [
        _USER,
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": f"c{n}", "name": "f", "input": {"n": 1}} for n in (1, 2)],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "c1", "content": "one"},
                {"type": "tool_result", "tool_use_id": "c2", "content": [{"type": "text", "text": "two"}]},
                {"type": "text", "text": "go on"},
            ],
        },
    ]


def test_images_go_by_data_or_by_address() -> None:
    """The gateway fetches nothing."""
    urls = ["data:image/png;base64,AAAA", "https://example.org/a.png"]
    parts = [{"type": "image_url", "image_url": {"url": url, "detail": "low"}} for url in urls]
    sources = [
        {"type": "base64", "media_type": "image/png", "data": "AAAA"},
        {"type": "url", "url": "https://example.org/a.png"},
    ]
    expected = [{"type": "image", "source": source} for source in sources]

    assert converted(messages=[{"role": "user", "content": parts}])["messages"] == [
        {"role": "user", "content": expected}
    ]


def test_system_and_developer_messages_become_the_system() -> None:
    """All of them, in order, with the wanted format last."""
    messages = [
        {"role": "system", "content": "a"},
        {"role": "developer", "content": [{"type": "text", "text": "b"}]},
        _USER,
    ]
    body = converted(messages=messages, response_format={"type": "json_object"})

    assert body["system"] == "a\n\nb\n\nAnswer only with one valid JSON object."


def test_long_systems_and_tools_are_marked_for_the_cache() -> None:
    """From the configured length on; a token is taken as four characters."""
    ephemeral = {"type": "ephemeral"}
    messages = [{"role": "system", "content": "12345678"}, _USER]
    body = converted_with(_ON, {"messages": messages, "tools": [_TOOL]})

    assert body["system"] == [{"type": "text", "text": "12345678", "cache_control": ephemeral}]
    assert body["tools"] == [{**_TOOL_OUT, "cache_control": ephemeral}]


def test_what_is_dropped_is_told() -> None:
    """The warnings name each parameter that has no counterpart."""
    body: Json = {"model": "m", "messages": [_USER], "seed": 1, "n": 2, "temperature": 1.5, "logprobs": None}
    warnings = convert_request(json.dumps(body).encode(), cache=_OFF).warnings
    told = json.loads(warnings_header(warnings))

    assert [each["message"].split("`")[1] for each in told] == ["seed", "n", "temperature"]


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "wizard", "content": "x"}],
        [{"role": "tool", "content": "x"}],
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "file:///etc"}}]}],
        [{"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{"}}]}],
        "no list",
    ],
)
def test_a_request_that_makes_no_sense_is_refused(messages: object) -> None:
    """As the caller's fault, 400."""
    with pytest.raises(GatewayError) as caught:
        converted(messages=messages)

    assert (caught.value.status, caught.value.kind) == (400, "conversion_error")


_turn = st.tuples(st.sampled_from(["user", "assistant"]), st.text(min_size=1, max_size=8))


@given(st.lists(_turn, min_size=1, max_size=8))
def test_no_word_is_lost_and_roles_alternate(turns: list[tuple[str, str]]) -> None:
    """Merging turns of one role keeps their texts, in order."""
    body = converted(messages=[{"role": role, "content": text} for role, text in turns])
    messages = body["messages"]
    assert isinstance(messages, list)
    roles = [each["role"] for each in messages]
    said = [
        block["text"]
        for each in messages
        for block in ([{"text": each["content"]}] if isinstance(each["content"], str) else each["content"])
    ]

    assert said == [text for _, text in turns]
    assert all(a != b for a, b in pairwise(roles))
