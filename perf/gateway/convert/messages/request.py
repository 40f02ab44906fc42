"""An Anthropic messages request made an OpenAI chat request."""

import hashlib
from collections.abc import Iterable
from typing import TypeVar

import msgspec
from msgspec import UNSET, Raw, UnsetType

from perf.gateway.convert.messages import anthropic, openai
from perf.gateway.convert.request import Converted
from perf.gateway.errors import GatewayError

_MAX_USER_CHARACTERS = 64
_NOTHING = frozenset({b"", b"null", b'"auto"', b"[]", b'{"type":"disabled"}'})
_UNCONVERTED = ("top_k", "thinking", "service_tier", "container", "mcp_servers", "context_management")
_ROLES = frozenset({"user", "assistant"})
_T = TypeVar("_T")
_decoder = msgspec.json.Decoder(anthropic.MessagesRequest)
_encoder = msgspec.json.Encoder()


def convert_messages_request(body: bytes) -> Converted:
    """Convert a request body; raises GatewayError (400) when it is not a messages request, or says
    something that OpenAI has no words for and that may not be left out."""
    try:
        asked = _decoder.decode(body)
    except msgspec.DecodeError as error:
        raise _unreadable(f"Failed to read the request: {error}") from error
    tools = [_tool(tool) for tool in asked.tools or () if tool.type in (None, "custom")]
    request = openai.ChatRequest(
        model=asked.model,
        messages=[*_system(asked.system), *(each for turn in asked.messages for each in _messages(turn))],
        max_completion_tokens=_count(asked.max_tokens),
        stop=asked.stop_sequences or UNSET,
        stream=True if asked.stream else UNSET,
        stream_options=openai.StreamOptions(include_usage=True) if asked.stream else UNSET,
        temperature=_or_unset(asked.temperature),
        top_p=_or_unset(asked.top_p),
        tools=tools or UNSET,
        tool_choice=_tool_choice(asked.tool_choice) if tools else UNSET,
        parallel_tool_calls=False if tools and _alone(asked.tool_choice) else UNSET,
        response_format=_response_format(asked.output_config),
        user=_user(asked.metadata),
    )
    return Converted(
        body=_encoder.encode(request),
        stream=bool(asked.stream),
        include_usage=True,
        warnings=tuple(_warnings(asked)),
    )


def _count(number: float) -> int:
    """Give a whole number, which JSON may also write as 9.0."""
    if number != int(number):
        raise _unreadable(f"`max_tokens` is {number}, which is no whole number")
    return int(number)


def _unreadable(message: str) -> GatewayError:
    return GatewayError(400, "conversion_error", message=message)


def _or_unset(value: _T | None) -> _T | UnsetType:
    return UNSET if value is None else value


def _warnings(asked: anthropic.MessagesRequest) -> Iterable[str]:
    for name in _UNCONVERTED:
        value: Raw = getattr(asked, name)
        if bytes(value) not in _NOTHING:
            yield f"`{name}` has no counterpart at OpenAI and was dropped"
    for tool in asked.tools or ():
        if tool.type not in (None, "custom"):
            yield f"Tool {tool.name!r} is run by Anthropic only and was dropped"


def _system(system: str | list[anthropic.Text] | None) -> Iterable[openai.Message]:
    text = system if isinstance(system, str) else "\n\n".join(block.text for block in system or ())
    if text:
        yield openai.Message(role="system", content=text)


def _messages(turn: anthropic.Message) -> Iterable[openai.Message]:
    """Convert one turn; a user's tool results become messages of their own, before what else is said."""
    if turn.role not in _ROLES:
        raise _unreadable(f"There is no role {turn.role!r}")
    if isinstance(turn.content, str):
        return [openai.Message(role=turn.role, content=turn.content)]
    if turn.role == "assistant":
        return [_said(turn.content)]
    return _asked(turn.content)


def _said(blocks: list[anthropic.Block]) -> openai.Message:
    texts: list[str] = []
    calls: list[openai.ToolCall] = []
    for block in blocks:
        match block:
            case anthropic.Text(text=text):
                texts.append(text)
            case anthropic.ToolUse():
                calls.append(_call(block))
            case anthropic.Thinking() | anthropic.RedactedThinking():
                pass
            case _:
                raise _unreadable("An assistant's turn may hold text, thoughts and tool calls only")
    return openai.Message(
        role="assistant", content="".join(texts) if texts or not calls else None, tool_calls=calls or UNSET
    )


def _call(block: anthropic.ToolUse) -> openai.ToolCall:
    function = openai.CalledFunction(name=block.name, arguments=bytes(block.input).decode())
    return openai.ToolCall(id=block.id, function=function)


def _asked(blocks: list[anthropic.Block]) -> list[openai.Message]:
    messages: list[openai.Message] = []
    parts: list[openai.Part] = []
    for block in blocks:
        match block:
            case anthropic.ToolResult():
                messages.append(_result(block, parts))
            case anthropic.Text() | anthropic.Image() | anthropic.Document():
                parts.append(_part(block))
            case _:
                raise _unreadable("A user's turn may hold text, images, documents and tool results only")
    match parts:
        case [openai.TextPart(text=text)]:
            messages.append(openai.Message(role="user", content=text))
        case [_, *_]:
            messages.append(openai.Message(role="user", content=parts))
    return messages


def _result(block: anthropic.ToolResult, parts: list[openai.Part]) -> openai.Message:
    """Convert a tool's result; OpenAI takes only text there, so that files go to the user's `parts`."""
    if isinstance(block.content, str):
        text = block.content
    else:
        text = "".join(part.text for part in block.content if isinstance(part, anthropic.Text))
        parts.extend(_part(part) for part in block.content if not isinstance(part, anthropic.Text))
    if block.is_error:
        text = f"Error: {text}"
    return openai.Message(role="tool", content=text, tool_call_id=block.tool_use_id)


def _part(block: anthropic.Part) -> openai.Part:
    match block:
        case anthropic.Text(text=text) | anthropic.Document(source=anthropic.TextSource(data=text)):
            return openai.TextPart(text=text)
        case anthropic.Image(source=anthropic.UrlSource(url=url)):
            return openai.ImagePart(image_url=openai.ImageUrl(url=url))
        case anthropic.Image(source=anthropic.Base64Source() as source):
            return openai.ImagePart(image_url=openai.ImageUrl(url=_data_url(source)))
        case anthropic.Document(source=anthropic.Base64Source() as source, title=title):
            file = openai.FileData(filename=title or "document", file_data=_data_url(source))
            return openai.FilePart(file=file)
    raise AssertionError("the decoder lets no other part through")


def _data_url(source: anthropic.Base64Source) -> str:
    return f"data:{source.media_type};base64,{source.data}"


def _tool(tool: anthropic.Tool) -> openai.Tool:
    if not bytes(tool.input_schema):
        raise _unreadable(f"Tool {tool.name!r} has no `input_schema`")
    function = openai.Function(
        name=tool.name, description=_or_unset(tool.description), parameters=tool.input_schema
    )
    return openai.Tool(function=function)


def _tool_choice(choice: anthropic.ToolChoice | None) -> str | openai.NamedChoice | UnsetType:
    match choice:
        case None:
            return UNSET
        case anthropic.ToolChoice(type="auto" | "none" as kind):
            return kind
        case anthropic.ToolChoice(type="any"):
            return "required"
        case anthropic.ToolChoice(type="tool", name=name) if name:
            return openai.NamedChoice(function=openai.NamedFunction(name=name))
    raise _unreadable(f"There is no tool choice {choice.type!r}")


def _alone(choice: anthropic.ToolChoice | None) -> bool:
    return choice is not None and bool(choice.disable_parallel_tool_use)


def _response_format(config: anthropic.OutputConfig | None) -> openai.ResponseFormat | UnsetType:
    if config is None or config.format is None:
        return UNSET
    schema = openai.JsonSchema(name="answer", schema=config.format.schema, strict=True)
    return openai.ResponseFormat(json_schema=schema)


def _user(metadata: anthropic.Metadata | None) -> str | UnsetType:
    """Give the user's name; one that is too long for OpenAI becomes its SHA-256."""
    name = None if metadata is None else metadata.user_id
    if name is None or len(name) <= _MAX_USER_CHARACTERS:
        return _or_unset(name)
    return hashlib.sha256(name.encode()).hexdigest()
