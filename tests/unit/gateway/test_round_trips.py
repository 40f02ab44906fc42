"""Requests made the other dialect's and their own again: what both APIs can say survives, word for word."""

import json
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from perf.gateway.convert.messages.request import convert_messages_request
from perf.gateway.convert.request import CachePolicy, convert_request

Json: TypeAlias = dict[str, object]
_OFF = CachePolicy(system=False, min_system_tokens=0, tools=False)
_PNG: Json = {"type": "base64", "media_type": "image/png", "data": "AAAA"}

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
