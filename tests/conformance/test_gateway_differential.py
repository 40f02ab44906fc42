"""The official clients through the reference gateway get what they get from the mock providers directly."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import anthropic
import openai
import pytest
from anthropic.types import Message
from openai.types.chat import ChatCompletion

from perf.model.upstream import Fault, FaultKind, TokenUsage, UpstreamScript
from perf.upstream.process import UpstreamProcess
from perf.upstream.scripts import script
from tests.conformance.gateway_launch import KEY, gateway

_USAGE = TokenUsage(input_tokens=7, output_tokens=10, cache_creation_tokens=100, cache_read_tokens=1000)
_ARGUMENTS = '{"city":"Zürich \\"x\\"","days":[1,2,3]}'
_SCRIPTS = {
    "text": replace(script(), usage=_USAGE),
    "tool": replace(script(tool_arguments=_ARGUMENTS), usage=_USAGE),
}
_FAULTY = {
    "split": Fault(kind=FaultKind.SPLIT, ratio=1.0, after_bytes=7),
    "coalesced": Fault(kind=FaultKind.COALESCE, ratio=1.0),
}
_MODELS = {"openai": "gpt-4o", "anthropic": "claude-sonnet"}
_OPENAI_TOOLS: list[openai.types.chat.ChatCompletionFunctionToolParam] = [
    {"type": "function", "function": {"name": "lookup", "parameters": {"type": "object"}}}
]
_ANTHROPIC_TOOLS: list[anthropic.types.ToolParam] = [{"name": "lookup", "input_schema": {"type": "object"}}]

both = pytest.mark.parametrize("provider", ["openai", "anthropic"])
scripted = pytest.mark.parametrize("kind", list(_SCRIPTS))


class Clients:
    """Both clients, against the gateway and against the mocks."""

    def __init__(self, upstream: UpstreamProcess, address: str, *, stack: ExitStack) -> None:
        self.upstream = upstream

        def openai_at(url: str, key: str) -> openai.OpenAI:
            return stack.enter_context(openai.OpenAI(api_key=key, base_url=f"{url}/v1", max_retries=0))

        def anthropic_at(url: str, key: str) -> anthropic.Anthropic:
            return stack.enter_context(anthropic.Anthropic(api_key=key, base_url=url, max_retries=0))

        self.openai = openai_at(address, KEY)
        self.openai_direct = openai_at(upstream.urls["a"], "k")
        self.anthropic = anthropic_at(address, KEY)
        self.anthropic_direct = anthropic_at(upstream.urls["b"], "k")

    def script(self, wanted: UpstreamScript) -> None:
        """Give both providers the same script."""
        for name in self.upstream.urls:
            self.upstream.script(name, wanted)


@pytest.fixture(scope="module")
def clients(served: UpstreamProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    """One gateway for the module."""
    with ExitStack() as stack:
        urls = {"openai": served.urls["a"], "anthropic": served.urls["b"]}
        address = stack.enter_context(gateway(tmp_path_factory.mktemp("gateway"), **urls))
        yield Clients(served, address, stack=stack)


def completion_of(client: openai.OpenAI, model: str) -> ChatCompletion:
    """Ask for a whole chat completion."""
    return client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "hello"}], tools=_OPENAI_TOOLS
    )


def streamed_completion_of(client: openai.OpenAI, model: str) -> ChatCompletion:
    """Ask for a streamed one, put together by the client itself."""
    with client.chat.completions.stream(
        model=model,
        messages=[{"role": "user", "content": "hello"}],
        tools=_OPENAI_TOOLS,
        stream_options={"include_usage": True},
    ) as stream:
        return stream.get_final_completion()


def message_of(client: anthropic.Anthropic, model: str) -> Message:
    """Ask for a whole message."""
    return client.messages.create(
        model=model,
        max_tokens=9,
        messages=[{"role": "user", "content": "hello"}],
        tools=_ANTHROPIC_TOOLS,
    )


def streamed_message_of(client: anthropic.Anthropic, model: str) -> Message:
    """Ask for a streamed one, put together by the client itself."""
    with client.messages.stream(
        model=model,
        max_tokens=9,
        messages=[{"role": "user", "content": "hello"}],
        tools=_ANTHROPIC_TOOLS,
    ) as stream:
        return stream.get_final_message()


def same_completion(through: ChatCompletion, direct: ChatCompletion, *, provider: str) -> None:
    """Hold one against the other: all of it, or what every provider has."""
    if provider == "openai":
        assert through.model_dump() == direct.model_dump()
        return
    for one, other in zip(through.choices, direct.choices, strict=True):
        assert one.finish_reason == other.finish_reason
        assert one.message.content == other.message.content
        assert [(c.type, c.function) for c in one.message.tool_calls or ()] == [  # type: ignore[union-attr]  # every call here is one of a function
            (c.type, c.function)  # type: ignore[union-attr]  # likewise
            for c in other.message.tool_calls or ()
        ]
    assert through.object == direct.object
    assert counts_of(through) == counts_of(direct)


def counts_of(completion: ChatCompletion) -> tuple[int | None, ...]:
    """Give the token counts."""
    usage = completion.usage
    assert usage is not None
    assert usage.prompt_tokens_details is not None
    cached = usage.prompt_tokens_details.cached_tokens
    written = usage.prompt_tokens_details.cache_write_tokens
    return usage.prompt_tokens, usage.completion_tokens, usage.total_tokens, cached, written


def same_message(through: Message, direct: Message, *, provider: str) -> None:
    """Hold one against the other: all of it, or what every provider has."""
    if provider == "anthropic":
        assert through.model_dump() == direct.model_dump()
        return
    plain = {"id": ..., "service_tier": ..., "cache_creation": ...}
    pairs = zip(through.content, direct.content, strict=True)
    assert all(a.model_dump(exclude={"id"}) == b.model_dump(exclude={"id"}) for a, b in pairs)
    assert (through.type, through.role, through.stop_reason) == (direct.type, direct.role, direct.stop_reason)
    assert through.usage.model_dump(exclude=set(plain)) == direct.usage.model_dump(exclude=set(plain))


@both
@scripted
def test_a_completion_is_the_same(clients: Clients, provider: str, kind: str) -> None:
    """Whole or streamed, text or tool call, from either provider."""
    clients.script(_SCRIPTS[kind])
    model = _MODELS[provider]

    for ask in (completion_of, streamed_completion_of):
        same_completion(ask(clients.openai, model), ask(clients.openai_direct, model), provider=provider)


@both
@scripted
def test_a_message_is_the_same(clients: Clients, provider: str, kind: str) -> None:
    """Whole or streamed, text or tool use, from either provider."""
    clients.script(_SCRIPTS[kind])
    model = _MODELS[provider]

    for ask in (message_of, streamed_message_of):
        same_message(ask(clients.anthropic, model), ask(clients.anthropic_direct, model), provider=provider)


@both
@scripted
@pytest.mark.parametrize("cut", list(_FAULTY))
def test_a_stream_is_the_same_however_it_is_cut(clients: Clients, provider: str, kind: str, cut: str) -> None:
    """Frames in pieces of seven bytes, or all in one write."""
    model = _MODELS[provider]
    clients.script(_SCRIPTS[kind])
    completion = streamed_completion_of(clients.openai_direct, model)
    message = streamed_message_of(clients.anthropic_direct, model)

    clients.script(replace(_SCRIPTS[kind], faults=(_FAULTY[cut],)))
    same_completion(streamed_completion_of(clients.openai, model), completion, provider=provider)
    same_message(streamed_message_of(clients.anthropic, model), message, provider=provider)


@both
@pytest.mark.parametrize("status", [400, 404, 413, 422, 429, 500, 503, 529])
def test_an_error_is_the_same(clients: Clients, provider: str, status: int) -> None:
    """The client's own class, its status and the message, and the wish to wait, from either provider.

    What the messages of 503 and 529 say differs between the providers, and OpenAI has no 529: it sends 503.
    """
    model = _MODELS[provider]
    clients.script(failing(status))
    with pytest.raises(openai.APIStatusError) as completion:
        completion_of(clients.openai, model)
    with pytest.raises(anthropic.APIStatusError) as message:
        message_of(clients.anthropic, model)
    with pytest.raises(openai.APIStatusError) as direct_completion:
        completion_of(clients.openai_direct, model)
    clients.script(failing(503 if (provider, status) == ("openai", 529) else status))
    with pytest.raises(anthropic.APIStatusError) as direct_message:
        message_of(clients.anthropic_direct, model)

    assert told(completion.value)[:2] == told(direct_completion.value)[:2]
    assert (completion.value.code, completion.value.type) == (
        direct_completion.value.code,
        direct_completion.value.type,
    )
    assert told(message.value)[:4] == told(direct_message.value)[:4]
    if status < 503:
        assert told(completion.value) == told(direct_completion.value)
        assert told(message.value) == told(direct_message.value)


def failing(status: int) -> UpstreamScript:
    """Answer every request with this status, or what the provider has in its place."""
    fault = Fault(kind=FaultKind.STATUS, ratio=1.0, status=status, retry_after="0")
    return replace(script(), faults=(fault,))


def told(error: openai.APIStatusError | anthropic.APIStatusError) -> tuple[object, ...]:
    """Give the class, status, hint, kind and message of an error."""
    body = error.body if isinstance(error.body, dict) else {}
    inner = body.get("error", body)
    hint = error.response.headers["retry-after"]
    return type(error), error.status_code, hint, inner.get("type"), inner["message"]


@both
def test_an_error_inside_a_stream_is_raised(clients: Clients, provider: str) -> None:
    """By either client, from either provider, after the good frames."""
    fault = Fault(kind=FaultKind.ERROR_EVENT, ratio=1.0, after_frames=4)
    clients.script(replace(script(), faults=(fault,)))

    with pytest.raises(openai.APIError, match=r"(?i)overloaded"):
        streamed_completion_of(clients.openai, _MODELS[provider])
    with pytest.raises(anthropic.APIStatusError, match=r"(?i)overloaded"):
        streamed_message_of(clients.anthropic, _MODELS[provider])


@both
@pytest.mark.parametrize("kind", [FaultKind.FIN, FaultKind.RST, FaultKind.NO_TERMINATOR])
def test_a_truncated_stream_is_raised(clients: Clients, provider: str, kind: FaultKind) -> None:
    """The clients get an error where the mock, or a careless gateway, would let them take half for all."""
    clients.script(replace(script(), faults=(Fault(kind=kind, ratio=1.0, after_frames=5, after_bytes=900),)))

    with pytest.raises(openai.APIError):
        streamed_completion_of(clients.openai, _MODELS[provider])
    with pytest.raises(anthropic.APIStatusError):
        streamed_message_of(clients.anthropic, _MODELS[provider])


def test_a_malformed_event_is_raised(clients: Clients) -> None:
    """A conversion that cannot read an event says so to the client instead of leaving it out."""
    fault = Fault(kind=FaultKind.INVALID_JSON, ratio=1.0, after_frames=5)
    clients.script(replace(script(), faults=(fault,)))

    with pytest.raises(openai.APIError, match="malformed"):
        streamed_completion_of(clients.openai, _MODELS["anthropic"])
    with pytest.raises(anthropic.APIStatusError, match="malformed"):
        streamed_message_of(clients.anthropic, _MODELS["openai"])


@scripted
def test_a_response_is_the_same(clients: Clients, kind: str) -> None:
    """The Responses API passes through, whole and streamed, number by number."""
    clients.script(_SCRIPTS[kind])
    asked = {"model": "gpt-4o", "input": "hello"}

    whole = [each.responses.create(**asked) for each in (clients.openai, clients.openai_direct)]  # type: ignore[call-overload]  # the overloads want literals
    streams = [
        [event.model_dump() for event in each.responses.create(model="gpt-4o", input="hello", stream=True)]
        for each in (clients.openai, clients.openai_direct)
    ]

    assert whole[0].model_dump() == whole[1].model_dump()
    assert streams[0] == streams[1]


def test_a_truncated_response_ends_with_an_error(clients: Clients) -> None:
    """Numbered on, as the API has it."""
    clients.script(replace(script(), faults=(Fault(kind=FaultKind.FIN, ratio=1.0, after_frames=5),)))

    events = list(clients.openai.responses.create(model="gpt-4o", input="hello", stream=True))

    assert events[-1].type == "error"
    assert [event.sequence_number for event in events] == [*range(6)]


def test_the_models_are_those_of_the_upstreams(clients: Clients) -> None:
    """Both clients read the list; a model that is routed elsewhere is not on it."""
    clients.script(script())
    direct = [model.id for model in clients.openai_direct.models.list()]
    ours = [model.id for model in clients.openai.models.list()]

    assert set(ours) <= set(direct)
    assert [model.id for model in clients.anthropic.models.list()] == ours
