"""An OpenAI chat request made an Anthropic messages request."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import msgspec
from msgspec import UNSET, Raw, UnsetType

from perf.gateway.convert import anthropic, openai
from perf.gateway.errors import GatewayError

_DEFAULT_MAX_TOKENS = 4096
_MAX_TEMPERATURE = 1.0
_CHARACTERS_PER_TOKEN = 4
_DATA_URL = re.compile(r"data:([^;,]+);base64,(.*)", re.DOTALL)
_NOTHING = frozenset({b"", b"null", b"false"})
_NO_PARAMETERS = Raw(b'{"type":"object","properties":{}}')
_UNCONVERTED = (
    "presence_penalty",
    "frequency_penalty",
    "seed",
    "logprobs",
    "top_logprobs",
    "logit_bias",
    "service_tier",
)
_T = TypeVar("_T")
_decoder = msgspec.json.Decoder(openai.ChatRequest)
_encoder = msgspec.json.Encoder()
_arguments = msgspec.json.Decoder(dict[str, Raw])


@dataclass(frozen=True, slots=True, kw_only=True)
class CachePolicy:
    """What is marked for the provider's cache without being asked for."""

    system: bool
    min_system_tokens: int
    tools: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """A request for Anthropic, and what its answer's conversion needs to know."""

    body: bytes
    stream: bool
    include_usage: bool
    warnings: tuple[str, ...]


def convert_request(body: bytes, *, cache: CachePolicy) -> Converted:
    """Convert a request body; raises GatewayError (400) when it is not a chat request."""
    try:
        chat = _decoder.decode(body)
    except msgspec.DecodeError as error:
        raise GatewayError(400, "conversion_error", message=f"Failed to read the request: {error}") from error
    request = anthropic.MessagesRequest(
        model=chat.model,
        max_tokens=chat.max_completion_tokens or chat.max_tokens or _DEFAULT_MAX_TOKENS,
        messages=_turns(chat.messages),
        system=_system(chat, cache),
        stop_sequences=_or_unset([chat.stop] if isinstance(chat.stop, str) else chat.stop),
        stream=True if chat.stream else UNSET,
        temperature=UNSET if chat.temperature is None else min(chat.temperature, _MAX_TEMPERATURE),
        top_p=_or_unset(chat.top_p),
        tools=_tools(chat.tools, cache) if chat.tools else UNSET,
        tool_choice=_tool_choice(chat) if chat.tools else UNSET,
        metadata=anthropic.Metadata(user_id=chat.user) if chat.user else UNSET,
    )
    options = chat.stream_options
    return Converted(
        body=_encoder.encode(request),
        stream=bool(chat.stream),
        include_usage=options is not None and bool(options.include_usage),
        warnings=tuple(_warnings(chat)),
    )


def warnings_header(warnings: tuple[str, ...]) -> bytes:
    """Give the value of `x-llm-gateway-warnings`."""
    return _encoder.encode([{"level": "warning", "message": text} for text in warnings])


def _or_unset(value: _T | None) -> _T | UnsetType:
    return UNSET if value is None else value


def _warnings(chat: openai.ChatRequest) -> Iterable[str]:
    for name in _UNCONVERTED:
        value: Raw = getattr(chat, name)
        if bytes(value) not in _NOTHING:
            yield f"`{name}` has no counterpart at Anthropic and was dropped"
    if chat.n is not None and chat.n > 1:
        yield "`n` is 1 at Anthropic; one choice is given"
    if chat.temperature is not None and chat.temperature > _MAX_TEMPERATURE:
        yield "`temperature` was lowered to 1, the most that Anthropic takes"


def _system(chat: openai.ChatRequest, cache: CachePolicy) -> str | list[anthropic.Text] | UnsetType:
    texts = [_text(each.content) for each in chat.messages if each.role in ("system", "developer")]
    instruction = _format_instruction(chat.response_format)
    if instruction:
        texts.append(instruction)
    system = "\n\n".join(text for text in texts if text)
    if not system:
        return UNSET
    if cache.system and len(system) >= cache.min_system_tokens * _CHARACTERS_PER_TOKEN:
        return [anthropic.Text(text=system, cache_control=anthropic.CacheControl())]
    return system


def _format_instruction(wanted: openai.ResponseFormat | None) -> str:
    if wanted is None or wanted.type == "text":
        return ""
    schema = "" if wanted.json_schema is None else bytes(wanted.json_schema.schema).decode()
    if schema not in ("", "null"):
        return f"Answer only with JSON that is valid under this JSON Schema: {schema}"
    return "Answer only with one valid JSON object."


def _turns(messages: list[openai.Message]) -> list[anthropic.Message]:
    """Convert the turns; neighbours of one role become one turn, as Anthropic wants tool results."""
    turns: list[anthropic.Message] = []
    for message in messages:
        if message.role in ("system", "developer"):
            continue
        role = "assistant" if message.role == "assistant" else "user"
        content = _content(message)
        if turns and turns[-1].role == role:
            turns[-1].content = [*_as_blocks(turns[-1].content), *_as_blocks(content)]
        elif content:
            turns.append(anthropic.Message(role=role, content=content))
    return turns


def _as_blocks(content: str | list[anthropic.Block]) -> list[anthropic.Block]:
    if isinstance(content, str):
        return [anthropic.Text(text=content)] if content else []
    return content


def _content(message: openai.Message) -> str | list[anthropic.Block]:
    if message.role == "tool":
        if message.tool_call_id is None:
            raise GatewayError(400, "conversion_error", message="A tool message has no `tool_call_id`")
        parts = message.content
        result = parts if isinstance(parts, str) else _parts(parts)
        return [anthropic.ToolResult(tool_use_id=message.tool_call_id, content=result)]
    if message.tool_calls:
        said: list[anthropic.Block] = (
            _as_blocks(message.content) if isinstance(message.content, str) else [*_parts(message.content)]
        )
        return [*said, *(_tool_use(call) for call in message.tool_calls)]
    return message.content if isinstance(message.content, str) else [*_parts(message.content)]


def _tool_use(call: openai.ToolCall) -> anthropic.ToolUse:
    arguments = call.function.arguments.encode() or b"{}"
    try:
        _arguments.decode(arguments)
    except msgspec.DecodeError as error:
        message = f"The arguments of tool call {call.id!r} are not a JSON object: {error}"
        raise GatewayError(400, "conversion_error", message=message) from error
    return anthropic.ToolUse(id=call.id, name=call.function.name, input=Raw(arguments))


def _parts(content: openai.Content) -> list[anthropic.Text | anthropic.Image]:
    if content is None or isinstance(content, str):
        return [anthropic.Text(text=content)] if content else []
    return [_part(part) for part in content]


def _part(part: openai.TextPart | openai.ImagePart | openai.RefusalPart) -> anthropic.Text | anthropic.Image:
    match part:
        case openai.TextPart(text=text) | openai.RefusalPart(refusal=text):
            return anthropic.Text(text=text)
        case openai.ImagePart(image_url=image):
            return anthropic.Image(source=_source(image.url))


def _source(url: str) -> anthropic.Base64Source | anthropic.UrlSource:
    match = _DATA_URL.fullmatch(url)
    if match is not None:
        return anthropic.Base64Source(media_type=match.group(1), data=match.group(2))
    if url.startswith(("http://", "https://")):
        return anthropic.UrlSource(url=url)
    raise GatewayError(
        400, "conversion_error", message="An image is neither a base64 data URL nor an http(s) URL"
    )


def _text(content: openai.Content) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    return "".join(part.text for part in content if isinstance(part, openai.TextPart))


def _tools(tools: list[openai.Tool], cache: CachePolicy) -> list[anthropic.Tool]:
    converted = [
        anthropic.Tool(
            name=tool.function.name,
            description=_or_unset(tool.function.description),
            input_schema=_NO_PARAMETERS
            if bytes(tool.function.parameters) in _NOTHING
            else tool.function.parameters,
        )
        for tool in tools
    ]
    if cache.tools:
        converted[-1].cache_control = anthropic.CacheControl()
    return converted


def _tool_choice(chat: openai.ChatRequest) -> anthropic.ToolChoice | UnsetType:
    alone = True if chat.parallel_tool_calls is False else UNSET
    match chat.tool_choice:
        case None if alone is UNSET:
            return UNSET
        case None | "auto":
            return anthropic.ToolChoice(type="auto", disable_parallel_tool_use=alone)
        case "required":
            return anthropic.ToolChoice(type="any", disable_parallel_tool_use=alone)
        case "none":
            return anthropic.ToolChoice(type="none")
        case openai.NamedChoice(function=function):
            return anthropic.ToolChoice(type="tool", name=function.name, disable_parallel_tool_use=alone)
