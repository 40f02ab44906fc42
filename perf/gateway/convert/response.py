"""A whole Anthropic answer, or error, made an OpenAI one."""

import msgspec
from msgspec import UNSET

from perf.gateway.convert import anthropic, openai
from perf.gateway.convert.wording import openai_status, openai_words
from perf.gateway.errors import GatewayError

_FINISH_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
_QUOTED_BYTES = 2000
_decoder = msgspec.json.Decoder(anthropic.MessagesAnswer)
_error_decoder = msgspec.json.Decoder(anthropic.ErrorAnswer)
_encoder = msgspec.json.Encoder()


def finish_reason(stop_reason: str | None) -> str:
    """Give the finish reason for a stop reason; one that is not known is a stop."""
    return _FINISH_REASONS.get(stop_reason or "", "stop")


def convert_usage(usage: anthropic.Usage) -> openai.Usage:
    """Convert token counts: OpenAI's prompt tokens include what was written to and read from the cache."""
    cached = usage.cache_read_input_tokens or 0
    written = usage.cache_creation_input_tokens or 0
    prompt = (usage.input_tokens or 0) + written + cached
    completion = usage.output_tokens or 0
    return openai.Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        prompt_tokens_details=openai.PromptDetails(cached_tokens=cached, cache_write_tokens=written),
    )


def convert_response(body: bytes, *, created: int) -> bytes:
    """Convert a whole answer; raises GatewayError (502) when it is not one of Anthropic's."""
    try:
        answer = _decoder.decode(body)
    except msgspec.DecodeError as error:
        raise GatewayError(
            502, "conversion_error", message=f"The upstream's answer is malformed: {error}"
        ) from error
    texts = [block.text for block in answer.content if block.type == "text"]
    calls = [_call(block) for block in answer.content if block.type == "tool_use"]
    message = openai.MessageOut(
        role="assistant",
        content="".join(texts) if texts or not calls else None,
        tool_calls=calls or UNSET,
    )
    choice = openai.Choice(
        index=0, message=message, logprobs=None, finish_reason=finish_reason(answer.stop_reason)
    )
    completion = openai.ChatCompletion(
        id=answer.id,
        object="chat.completion",
        created=created,
        model=answer.model,
        choices=[choice],
        usage=convert_usage(answer.usage),
    )
    return _encoder.encode(completion)


def _call(block: anthropic.AnyBlock) -> openai.ToolCallOut:
    function = openai.FunctionOut(name=block.name, arguments=bytes(block.input).decode())
    return openai.ToolCallOut(id=block.id, type="function", function=function)


def convert_error(status: int, body: bytes) -> GatewayError:
    """Read an Anthropic error body; a body of another kind is quoted."""
    try:
        message = _error_decoder.decode(body).error.message
    except msgspec.DecodeError:
        message = body[:_QUOTED_BYTES].decode(errors="replace")
    told = openai_status(status)
    words = openai_words(told)
    message = message or f"The upstream answered {status}"
    return GatewayError(told, words.kind, message=message, code=words.code)
