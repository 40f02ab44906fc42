"""Anthropic messages requests made OpenAI chat requests, and back."""

import json
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.gateway.convert.messages.request import convert_messages_request
from perf.gateway.convert.request import CachePolicy, convert_request, warnings_header
from perf.gateway.errors import GatewayError

Json: TypeAlias = dict[str, object]
_USER: Json = {"role": "user", "content": "hi"}
_LEAST: Json = {"model": "gpt-4o", "max_tokens": 9, "messages": [_USER]}
_LEAST_OUT: Json = {"model": "gpt-4o", "messages": [_USER], "max_completion_tokens": 9}
_OFF = CachePolicy(system=False, min_system_tokens=0, tools=False)
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


_word = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | _word, lambda inner: st.lists(inner, max_size=2)
)
_object = st.dictionaries(_word, _json, max_size=3)
_block = st.one_of(
    st.builds(lambda text: {"type": "text", "text": text}, _word),
    st.just({"type": "image", "source": _PNG}),
    st.builds(
        lambda url: {"type": "image", "source": {"type": "url", "url": f"https://example.org/{url}"}},
        st.from_regex(r"[a-z]{1,5}", fullmatch=True),
    ),
)
_use = st.builds(
    lambda n, given: {"type": "tool_use", "id": f"t{n}", "name": "f", "input": given},
    st.integers(0, 9),
    _object,
)
_results = st.lists(
    st.builds(
        lambda n, text: {"type": "tool_result", "tool_use_id": f"t{n}", "content": text},
        st.integers(0, 9),
        _word,
    ),
    max_size=2,
)


@st.composite
def exchanges(draw: st.DrawFn) -> list[Json]:
    """Turns in alternation, in the one form of those that say the same."""
    turns: list[Json] = []
    for _ in range(draw(st.integers(1, 3))):
        results = draw(_results) if turns else []
        blocks = draw(st.lists(_block, min_size=0 if results else 1, max_size=3))
        plain = not results and len(blocks) == 1 and blocks[0]["type"] == "text"
        turns.append({"role": "user", "content": blocks[0]["text"] if plain else [*results, *blocks]})
        text = draw(st.none() | _word)
        uses = draw(st.lists(_use, min_size=0 if text else 1, max_size=2))
        said = [{"type": "text", "text": text}] if text else []
        turns.append({"role": "assistant", "content": [*said, *uses] if uses else text})
    return turns


_options = st.fixed_dictionaries(
    {"max_tokens": st.integers(1, 9999)},
    optional={
        "system": _word,
        "stop_sequences": st.lists(_word, min_size=1, max_size=3),
        "temperature": st.floats(0, 1),
        "top_p": st.floats(0, 1),
        "stream": st.just(True),
        "metadata": st.builds(lambda user: {"user_id": user}, _word),
    },
)
_tools = st.fixed_dictionaries(
    {
        "tools": st.lists(
            st.builds(
                lambda name, schema: {"name": name, "description": "d", "input_schema": schema},
                _word,
                _object,
            ),
            min_size=1,
            max_size=2,
        )
    },
    optional={
        "tool_choice": st.sampled_from(
            [
                {"type": "auto"},
                {"type": "any"},
                {"type": "none"},
                {"type": "tool", "name": "f"},
                {"type": "auto", "disable_parallel_tool_use": True},
            ]
        )
    },
)


@given(exchanges(), _options, st.just({}) | _tools)
def test_there_and_back_is_the_same_request(messages: list[Json], options: Json, tools: Json) -> None:
    """What both APIs can say survives the way to OpenAI and back, word for word."""
    asked = {"model": "m", "messages": messages, **options, **tools}
    there = convert_messages_request(json.dumps(asked).encode())

    assert json.loads(convert_request(there.body, cache=_OFF).body) == asked
    assert there.warnings == ()


@st.composite
def conversations(draw: st.DrawFn) -> list[Json]:
    """OpenAI messages in the one form of those that say the same: calls, their results, then the user."""
    messages: list[Json] = [{"role": "system", "content": draw(_word)}] if draw(st.booleans()) else []
    for turn in range(draw(st.integers(1, 3))):
        messages.append({"role": "user", "content": draw(_word)})
        given = draw(st.lists(_object.map(json.dumps), max_size=2))
        calls = [
            {"type": "function", "id": f"c{turn}{n}", "function": {"name": "f", "arguments": arguments}}
            for n, arguments in enumerate(given)
        ]
        text = draw(_word) if not calls or draw(st.booleans()) else None
        messages.append({"role": "assistant", "content": text, **({"tool_calls": calls} if calls else {})})
        messages += [{"role": "tool", "tool_call_id": c["id"], "content": draw(_word)} for c in calls]
    return messages


@given(conversations(), st.integers(1, 9999), st.booleans(), st.none() | _word)
def test_from_openai_there_and_back_is_the_same_request(
    messages: list[Json], most: int, stream: bool, user: str | None
) -> None:
    """The other way round, to Anthropic and back, too."""
    streamed: Json = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    asked = {"model": "m", "messages": messages, "max_completion_tokens": most, **streamed}
    asked |= {} if user is None else {"user": user}
    there = convert_request(json.dumps(asked).encode(), cache=_OFF)

    assert json.loads(convert_messages_request(there.body).body) == asked
