"""A whole OpenAI answer, or error, made an Anthropic one."""

import msgspec
from msgspec import Raw

from perf.gateway.convert.messages import anthropic, openai
from perf.gateway.convert.wording import anthropic_kind
from perf.gateway.errors import GatewayError

_STOP_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "refusal",
}
_QUOTED_BYTES = 2000
_decoder = msgspec.json.Decoder(openai.ChatCompletion)
_error_decoder = msgspec.json.Decoder(openai.ErrorAnswer)
_object = msgspec.json.Decoder(dict[str, Raw])
_encoder = msgspec.json.Encoder()


def stop_reason(finish_reason: str | None) -> str:
    """Give the stop reason for a finish reason; one that is not known is the end of the turn."""
    return _STOP_REASONS.get(finish_reason or "", "end_turn")


def convert_chat_usage(usage: openai.Usage | None) -> anthropic.UsageOut:
    """Convert token counts: Anthropic's input tokens leave out what was written to and read from a cache."""
    usage = usage or openai.Usage()
    details = usage.prompt_tokens_details or openai.PromptDetails()
    read = details.cached_tokens or 0
    written = details.cache_write_tokens or 0
    return anthropic.UsageOut(
        input_tokens=max((usage.prompt_tokens or 0) - read - written, 0),
        cache_creation_input_tokens=written,
        cache_read_input_tokens=read,
        output_tokens=usage.completion_tokens or 0,
    )


def convert_completion(body: bytes) -> bytes:
    """Convert a whole answer; raises GatewayError (502) when it is not one of OpenAI's."""
    try:
        completion = _decoder.decode(body)
    except msgspec.DecodeError as error:
        raise _malformed(str(error)) from error
    if not completion.choices:
        raise _malformed("it has no choice")
    choice = completion.choices[0]
    reason = "refusal" if choice.message.refusal else stop_reason(choice.finish_reason)
    message = anthropic.MessageOut(
        id=completion.id,
        role="assistant",
        model=completion.model,
        content=_content(choice.message, cut=reason == "max_tokens"),
        stop_reason=reason,
        usage=convert_chat_usage(completion.usage),
    )
    return _encoder.encode(message)


def convert_chat_error(status: int, body: bytes) -> GatewayError:
    """Read an OpenAI error body; a body of another kind is quoted."""
    try:
        message = _error_decoder.decode(body).error.message
    except msgspec.DecodeError:
        message = body[:_QUOTED_BYTES].decode(errors="replace")
    return GatewayError(status, anthropic_kind(status), message=message or f"The upstream answered {status}")


def _content(message: openai.MessageIn, *, cut: bool) -> list[anthropic.TextOut | anthropic.ToolUseOut]:
    texts = [text for text in (message.content, message.refusal) if text]
    blocks: list[anthropic.TextOut | anthropic.ToolUseOut] = [anthropic.TextOut(text=text) for text in texts]
    for call in message.tool_calls or ():
        arguments = call.function.arguments.strip().encode() or b"{}"
        try:
            _object.decode(arguments)
        except msgspec.DecodeError as error:
            if cut:
                continue
            raise _malformed(
                f"the arguments of {call.function.name!r} are no JSON object: {error}"
            ) from error
        blocks.append(anthropic.ToolUseOut(id=call.id, name=call.function.name, input=Raw(arguments)))
    return blocks


def _malformed(why: str) -> GatewayError:
    return GatewayError(502, "api_error", message=f"The upstream's answer is malformed: {why}")
