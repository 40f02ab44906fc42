"""Anthropic messages requests made OpenAI chat requests."""

import json
from typing import TypeAlias

import pytest

from perf.gateway.convert.messages.request import convert_messages_request
from perf.gateway.convert.request import warnings_header
from perf.gateway.errors import GatewayError

Json: TypeAlias = dict[str, object]
_USER: Json = {"role": "user", "content": "hi"}
_LEAST: Json = {"model": "gpt-4o", "max_tokens": 9, "messages": [_USER]}
_LEAST_OUT: Json = {"model": "gpt-4o", "messages": [_USER], "max_completion_tokens": 9}
_PNG: Json = {"type": "base64", "media_type": "image/png", "data": "AAAA"}


def converted(**fields: object) -> Json:
    decoded: Json = json.loads(convert_messages_request(json.dumps({**_LEAST, **fields}).encode()).body)
    return decoded


def test_the_least_request() -> None:
    """Nothing is added."""
    assert converted() == _LEAST_OUT


@pytest.mark.parametrize(
    ("given_fields", "expected"),
    [
        ({"max_tokens": 9.0}, {}),
        ({"temperature": 0}, {"temperature": 0.0}),
        ({"top_p": 0.5}, {"top_p": 0.5}),
        ({"stop_sequences": ["x", "y"]}, {"stop": ["x", "y"]}),
        ({"stream": True}, {"stream": True, "stream_options": {"include_usage": True}}),
        ({"metadata": {"user_id": "u"}}, {"user": "u"}),
        ({"thinking": {"type": "disabled"}, "service_tier": "auto"}, {}),
        (
            {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}},
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "answer", "schema": {"type": "object"}, "strict": True},
                }
            },
        ),
    ],
)
def test_a_parameter_becomes_its_counterpart(given_fields: Json, expected: Json) -> None:
    """And a stream is asked for its usage, which Anthropic always gives."""
    assert converted(**given_fields) == {**_LEAST_OUT, **expected}


def test_a_long_user_id_is_shortened_alike_every_time() -> None:
    """OpenAI takes 64 characters; the same user stays the same user."""
    first, again = (converted(metadata={"user_id": "u" * 150})["user"] for _ in range(2))

    assert isinstance(first, str)
    assert (len(first), first) == (64, again)


_TOOL: Json = {"name": "f", "description": "d", "input_schema": {"type": "object"}}
_TOOL_OUT: Json = {
    "type": "function",
    "function": {"name": "f", "description": "d", "parameters": {"type": "object"}},
}


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"type": "auto"}, {"tool_choice": "auto"}),
        ({"type": "any"}, {"tool_choice": "required"}),
        ({"type": "none"}, {"tool_choice": "none"}),
        ({"type": "tool", "name": "f"}, {"tool_choice": {"type": "function", "function": {"name": "f"}}}),
        (
            {"type": "auto", "disable_parallel_tool_use": True},
            {"tool_choice": "auto", "parallel_tool_calls": False},
        ),
    ],
)
def test_a_tool_choice_becomes_its_counterpart(choice: Json, expected: Json) -> None:
    """All kinds."""
    assert converted(tools=[_TOOL], tool_choice=choice) == {**_LEAST_OUT, "tools": [_TOOL_OUT], **expected}


def test_a_tool_conversation_keeps_its_ids() -> None:
    """Thoughts go; results become messages before what else the user says, their files part of that."""
    messages = [
        _USER,
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "s"},
                {"type": "text", "text": "let me "},
                {"type": "text", "text": "see"},
                {"type": "tool_use", "id": "t1", "name": "f", "input": {"n": 1}},
            ],
        },
        {
            "role": "user",
            "content": [
                {
                    "type": "tool_result",
                    "tool_use_id": "t1",
                    "content": [{"type": "text", "text": "one"}, {"type": "image", "source": _PNG}],
                    "is_error": True,
                },
                {"type": "text", "text": "go on"},
            ],
        },
    ]

    call = {"type": "function", "id": "t1", "function": {"name": "f", "arguments": '{"n": 1}'}}
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    assert converted(messages=messages)["messages"] == [
        _USER,
        {"role": "assistant", "content": "let me see", "tool_calls": [call]},
        {"role": "tool", "content": "Error: one", "tool_call_id": "t1"},
        {"role": "user", "content": [image, {"type": "text", "text": "go on"}]},
    ]


def test_images_and_documents_become_parts() -> None:
    """By data or by address; a document's text is text."""
    content = [
        {"type": "image", "source": _PNG},
        {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "words"}},
        {
            "type": "document",
            "title": "a.pdf",
            "source": {"type": "base64", "media_type": "application/pdf", "data": "BBBB"},
        },
    ]

    file = {"filename": "a.pdf", "file_data": "data:application/pdf;base64,BBBB"}
    assert converted(messages=[{"role": "user", "content": content}])["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
                {"type": "text", "text": "words"},
                {"type": "file", "file": file},
            ],
        }
    ]


def test_the_system_becomes_the_first_message() -> None:
    """From a text or from blocks, without the marks for the cache."""
    blocks = [
        {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}},
        {"type": "text", "text": "b"},
    ]

    assert converted(system=blocks)["messages"] == [{"role": "system", "content": "a\n\nb"}, _USER]


def test_what_is_dropped_is_told() -> None:
    """The warnings name each parameter, and each tool that only Anthropic runs."""
    search = {"type": "web_search_20250305", "name": "web_search"}
    asked = {**_LEAST, "top_k": 5, "thinking": {"type": "enabled", "budget_tokens": 1024}, "tools": [search]}
    done = convert_messages_request(json.dumps(asked).encode())
    told = json.loads(warnings_header(done.warnings))

    assert [each["message"].split()[0] for each in told] == ["`top_k`", "`thinking`", "Tool"]
    assert "tools" not in json.loads(done.body)


@pytest.mark.parametrize(
    "fields",
    [
        {"max_tokens": None},
        {"max_tokens": 9.5},
        {"messages": "no list"},
        {"messages": [{"role": "wizard", "content": "x"}]},
        {"messages": [{"role": "user", "content": [{"type": "server_tool_use", "id": "x"}]}]},
        {
            "messages": [
                {"role": "user", "content": [{"type": "tool_use", "id": "x", "name": "f", "input": {}}]}
            ]
        },
        {"messages": [{"role": "assistant", "content": [{"type": "tool_result", "tool_use_id": "x"}]}]},
        {"tools": [{"name": "f"}]},
        {"tools": [_TOOL], "tool_choice": {"type": "some"}},
    ],
)
def test_a_request_that_makes_no_sense_is_refused(fields: Json) -> None:
    """As the caller's fault, 400."""
    with pytest.raises(GatewayError) as caught:
        converted(**fields)

    assert (caught.value.status, caught.value.kind) == (400, "conversion_error")
