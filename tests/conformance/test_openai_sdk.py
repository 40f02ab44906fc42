"""The official OpenAI client against the mock provider."""

from collections.abc import Iterator
from dataclasses import replace

import openai
import pytest
from openai.types import Model
from openai.types.chat import ChatCompletion
from openai.types.responses import Response, ResponseFunctionToolCall

from perf.model.upstream import Fault, FaultKind, TokenUsage, UpstreamScript
from perf.upstream.process import UpstreamProcess
from perf.upstream.scripts import expected_text, script

ARGUMENTS = '{"city":"Zürich","days":[1,2,3]}'
CACHED = TokenUsage(input_tokens=7, output_tokens=10, cache_creation_tokens=100, cache_read_tokens=1000)
INCLUDED: openai.types.chat.ChatCompletionStreamOptionsParam = {"include_usage": True}
USER: openai.types.chat.ChatCompletionUserMessageParam = {"role": "user", "content": "hello"}


@pytest.fixture
def client(upstream: UpstreamProcess) -> Iterator[openai.OpenAI]:
    """A client that tries once."""
    with openai.OpenAI(api_key="k", base_url=f"{upstream.urls['a']}/v1", max_retries=0) as made:
        yield made


def with_usage() -> UpstreamScript:
    """A plain script with cached tokens."""
    return replace(script(), usage=CACHED)


def test_a_chat_completion_is_complete(client: openai.OpenAI) -> None:
    """Every field that the client's model requires is there, with the right values."""
    raw = client.chat.completions.with_raw_response.create(model="grande", messages=[USER])

    completion = ChatCompletion.model_validate_json(raw.text, strict=True)
    assert completion.model == "grande"
    assert completion.choices[0].message.content == expected_text(script())
    assert completion.choices[0].finish_reason == "stop"
    assert raw.headers["x-request-id"].startswith("req_")
    assert raw.parse().choices == completion.choices


def test_a_chat_stream_is_the_completion_in_pieces(client: openai.OpenAI) -> None:
    """Role first, then one token a chunk, then the reason; all chunks belong together."""
    with client.chat.completions.create(model="m", messages=[USER], stream=True) as stream:
        chunks = list(stream)

    texts = [chunk.choices[0].delta.content or "" for chunk in chunks]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(texts) == expected_text(script())
    assert len([text for text in texts if text]) == 10
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1


def test_a_chat_stream_ends_with_its_usage(client: openai.OpenAI, upstream: UpstreamProcess) -> None:
    """The extra chunk has no choices; prompt tokens include the cached ones."""
    upstream.script("a", with_usage())
    with client.chat.completions.create(
        model="m", messages=[USER], stream=True, stream_options=INCLUDED
    ) as stream:
        *chunks, last = stream

    assert all(chunk.usage is None for chunk in chunks)
    assert last.choices == []
    assert last.usage is not None
    assert (last.usage.prompt_tokens, last.usage.completion_tokens, last.usage.total_tokens) == (
        1107,
        10,
        1117,
    )
    assert last.usage.prompt_tokens_details is not None
    assert last.usage.prompt_tokens_details.cached_tokens == 1000


def test_a_chat_tool_call_is_whole(client: openai.OpenAI, upstream: UpstreamProcess) -> None:
    """Whole or put together from deltas, it is the same call."""
    upstream.script("a", script(tool_arguments=ARGUMENTS))

    whole = client.chat.completions.create(model="m", messages=[USER]).choices[0]
    with client.chat.completions.stream(model="m", messages=[USER]) as stream:
        streamed = stream.get_final_completion().choices[0]

    assert whole.finish_reason == streamed.finish_reason == "tool_calls"
    for message in (whole.message, streamed.message):
        assert message.tool_calls is not None
        (call,) = message.tool_calls
        assert call.type == "function"
        assert (call.function.name, call.function.arguments) == ("lookup", ARGUMENTS)


def test_a_response_is_complete(client: openai.OpenAI, upstream: UpstreamProcess) -> None:
    """Every field that the client's model requires is there, with the right values."""
    upstream.script("a", with_usage())

    raw = client.responses.with_raw_response.create(model="grande", input="hello")

    response = Response.model_validate_json(raw.text)
    assert response.output_text == expected_text(script())
    assert response.usage is not None
    assert (response.usage.input_tokens, response.usage.input_tokens_details.cached_tokens) == (1107, 1000)


def test_a_response_stream_adds_up(client: openai.OpenAI) -> None:
    """The client's own accumulator accepts the order of events and finds the text."""
    with client.responses.stream(model="m", input="hello") as stream:
        numbers = [event.sequence_number for event in stream]
        final = stream.get_final_response()

    assert numbers == [*range(len(numbers))]
    assert final.output_text == expected_text(script())
    assert final.status == "completed"


def test_a_response_function_call_is_whole(client: openai.OpenAI, upstream: UpstreamProcess) -> None:
    """Whole or put together from deltas, it is the same call."""
    upstream.script("a", script(tool_arguments=ARGUMENTS))

    whole = client.responses.create(model="m", input="hello").output
    with client.responses.stream(model="m", input="hello") as stream:
        streamed = stream.get_final_response().output

    for output in (whole, streamed):
        (call,) = output
        assert isinstance(call, ResponseFunctionToolCall)
        assert (call.name, call.arguments) == ("lookup", ARGUMENTS)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (403, openai.PermissionDeniedError),
        (404, openai.NotFoundError),
        (409, openai.ConflictError),
        (422, openai.UnprocessableEntityError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (529, openai.InternalServerError),
    ],
)
def test_errors_have_their_class(
    client: openai.OpenAI, upstream: UpstreamProcess, *, status: int, error: type[openai.APIStatusError]
) -> None:
    """Each status is the client's own exception, with a message and a hint when to come again."""
    fault = Fault(kind=FaultKind.STATUS, ratio=1.0, status=status, retry_after="7", retry_after_ms="7000")
    upstream.script("a", script(faults=(fault,)))

    with pytest.raises(error) as caught:
        client.chat.completions.create(model="m", messages=[USER])

    assert isinstance(caught.value.body, dict)
    assert {"message", "type", "param", "code"} <= caught.value.body.keys()
    assert caught.value.response.headers["retry-after"] == "7"


def test_an_error_event_breaks_a_chat_stream(client: openai.OpenAI, upstream: UpstreamProcess) -> None:
    """After three good frames the client raises."""
    upstream.script("a", script(faults=(Fault(kind=FaultKind.ERROR_EVENT, ratio=1.0, after_frames=3),)))

    with client.chat.completions.create(model="m", messages=[USER], stream=True) as stream:
        good = [next(stream) for _ in range(3)]
        with pytest.raises(openai.APIError, match="overloaded"):
            next(stream)

    assert [chunk.choices[0].delta.content for chunk in good] == ["", "tok0", " tok1"]


def test_an_error_event_ends_a_response_stream(client: openai.OpenAI, upstream: UpstreamProcess) -> None:
    """The client hands it on as the last event, in its place."""
    upstream.script("a", script(faults=(Fault(kind=FaultKind.ERROR_EVENT, ratio=1.0, after_frames=5),)))

    with client.responses.create(model="m", input="hello", stream=True) as stream:
        *good, last = stream

    assert last.type == "error"
    assert (len(good), last.sequence_number) == (5, 5)


def test_the_list_of_models_is_one(client: openai.OpenAI) -> None:
    """Every field that the client's model requires is there."""
    models = [Model.model_validate_json(model.model_dump_json()) for model in client.models.list()]

    assert [model.object for model in models] == ["model", "model"]


@pytest.mark.parametrize(("status", "left"), [(429, "0"), (503, "9999")])
def test_whoever_has_no_requests_left_is_told_so(
    client: openai.OpenAI, upstream: UpstreamProcess, *, status: int, left: str
) -> None:
    """Only the status for too many requests says that none remains."""
    upstream.script("a", script(faults=(Fault(kind=FaultKind.STATUS, ratio=1.0, status=status),)))

    with pytest.raises(openai.APIStatusError) as caught:
        client.responses.create(model="m", input="hello")

    assert caught.value.response.headers["x-ratelimit-remaining-requests"] == left
