"""The official Anthropic client against the mock provider."""

from collections.abc import Iterator
from dataclasses import replace

import anthropic
import pytest
from anthropic.types import Message, ModelInfo, TextBlock, ToolUseBlock

from perf.model.upstream import Fault, FaultKind, TokenUsage
from perf.upstream.process import UpstreamProcess
from perf.upstream.scripts import expected_text, script

ARGUMENTS = '{"city":"Zürich","days":[1,2,3]}'
CACHED = TokenUsage(input_tokens=7, output_tokens=10, cache_creation_tokens=100, cache_read_tokens=1000)
USER: anthropic.types.MessageParam = {"role": "user", "content": "hello"}


@pytest.fixture
def client(upstream: UpstreamProcess) -> Iterator[anthropic.Anthropic]:
    """A client that tries once."""
    with anthropic.Anthropic(api_key="k", base_url=upstream.urls["a"], max_retries=0) as made:
        yield made


def text_of(message: Message) -> str:
    """The message's text."""
    return "".join(block.text for block in message.content if isinstance(block, TextBlock))


def total_input(message: Message) -> int:
    """All tokens that went in."""
    usage = message.usage
    cached = (usage.cache_creation_input_tokens or 0) + (usage.cache_read_input_tokens or 0)
    return usage.input_tokens + cached


def test_a_message_is_complete(client: anthropic.Anthropic) -> None:
    """Every field that the client's model requires is there, with the right values."""
    raw = client.messages.with_raw_response.create(model="grande", max_tokens=9, messages=[USER])

    message = Message.model_validate_json(raw.http_response.text)
    assert (message.model, message.stop_reason) == ("grande", "end_turn")
    assert text_of(message) == expected_text(script())
    assert raw.headers["request-id"].startswith("req_")


def test_a_message_stream_adds_up(client: anthropic.Anthropic) -> None:
    """The client's own accumulator accepts the order of events and finds the text, a token a delta."""
    with client.messages.stream(model="m", max_tokens=9, messages=[USER]) as stream:
        texts = list(stream.text_stream)
        final = stream.get_final_message()

    assert texts == list(script().tokens)
    assert text_of(final) == expected_text(script())
    assert final.stop_reason == "end_turn"


def test_raw_events_come_in_order(client: anthropic.Anthropic) -> None:
    """Nothing stands before message_start or behind message_stop."""
    with client.messages.create(model="m", max_tokens=9, messages=[USER], stream=True) as stream:
        kinds = [event.type for event in stream]

    assert kinds[:2] == ["message_start", "content_block_start"]
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]


def test_cached_tokens_are_counted_apart(client: anthropic.Anthropic, upstream: UpstreamProcess) -> None:
    """Total input is input, creation and read together, whole or streamed."""
    upstream.script("a", replace(script(), usage=CACHED))

    whole = client.messages.create(model="m", max_tokens=9, messages=[USER])
    with client.messages.stream(model="m", max_tokens=9, messages=[USER]) as stream:
        streamed = stream.get_final_message()

    assert total_input(whole) == total_input(streamed) == 1107
    assert whole.usage.output_tokens == streamed.usage.output_tokens == 10
    assert whole.usage.cache_creation is not None
    assert whole.usage.cache_creation.ephemeral_5m_input_tokens == 100


def test_a_tool_use_is_whole(client: anthropic.Anthropic, upstream: UpstreamProcess) -> None:
    """Whole or put together from deltas, it is the same call."""
    upstream.script("a", script(tool_arguments=ARGUMENTS))

    whole = client.messages.create(model="m", max_tokens=9, messages=[USER])
    with client.messages.stream(model="m", max_tokens=9, messages=[USER]) as stream:
        streamed = stream.get_final_message()

    for message in (whole, streamed):
        (block,) = message.content
        assert isinstance(block, ToolUseBlock)
        assert (block.name, block.input) == ("lookup", {"city": "Zürich", "days": [1, 2, 3]})
        assert message.stop_reason == "tool_use"


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, anthropic.BadRequestError, "invalid_request_error"),
        (401, anthropic.AuthenticationError, "authentication_error"),
        (403, anthropic.PermissionDeniedError, "permission_error"),
        (404, anthropic.NotFoundError, "not_found_error"),
        (413, anthropic.APIStatusError, "request_too_large"),
        (429, anthropic.RateLimitError, "rate_limit_error"),
        (500, anthropic.InternalServerError, "api_error"),
        (529, anthropic.APIStatusError, "overloaded_error"),
    ],
)
def test_errors_have_their_class(
    client: anthropic.Anthropic,
    upstream: UpstreamProcess,
    *,
    status: int,
    error: type[anthropic.APIStatusError],
    kind: str,
) -> None:
    """Each status is the client's own exception, with the provider's type in its body."""
    fault = Fault(kind=FaultKind.STATUS, ratio=1.0, status=status, retry_after="7")
    upstream.script("a", script(faults=(fault,)))

    with pytest.raises(error) as caught:
        client.messages.create(model="m", max_tokens=9, messages=[USER])

    assert caught.value.status_code == status
    assert isinstance(caught.value.body, dict)
    assert caught.value.body["type"] == "error"
    assert caught.value.body["error"]["type"] == kind
    assert caught.value.response.headers["retry-after"] == "7"
    assert caught.value.body["request_id"] == caught.value.response.headers["request-id"]


def test_an_error_event_breaks_a_stream(client: anthropic.Anthropic, upstream: UpstreamProcess) -> None:
    """After three good frames the client raises, though the status was 200."""
    upstream.script("a", script(faults=(Fault(kind=FaultKind.ERROR_EVENT, ratio=1.0, after_frames=3),)))

    with (
        client.messages.stream(model="m", max_tokens=9, messages=[USER]) as stream,
        pytest.raises(anthropic.APIStatusError, match="Overloaded"),
    ):
        stream.get_final_message()


def test_an_error_event_names_its_request(client: anthropic.Anthropic, upstream: UpstreamProcess) -> None:
    """In the middle of a stream, too."""
    upstream.script("a", script(faults=(Fault(kind=FaultKind.ERROR_EVENT, ratio=1.0, after_frames=3),)))

    with (
        client.messages.stream(model="m", max_tokens=9, messages=[USER]) as stream,
        pytest.raises(anthropic.APIStatusError) as caught,
    ):
        stream.get_final_message()

    assert isinstance(caught.value.body, dict)
    assert caught.value.body["request_id"] == stream.response.headers["request-id"]


def test_the_list_of_models_is_one(client: anthropic.Anthropic) -> None:
    """Every field that the client's model requires is there."""
    page = client.models.list()

    models = [ModelInfo.model_validate_json(model.model_dump_json(exclude_unset=True)) for model in page]
    assert [model.type for model in models] == ["model", "model"]
    assert (page.first_id, page.last_id) == (models[0].id, models[-1].id)
