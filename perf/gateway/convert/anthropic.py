"""The parts of Anthropic Messages that a conversion reads and writes."""

import msgspec
from msgspec import UNSET, Raw, UnsetType


class CacheControl(msgspec.Struct, tag_field="type", tag="ephemeral", frozen=True):
    """Marks the end of a prefix that the provider is to cache."""


class Output(msgspec.Struct, kw_only=True, gc=False):
    """A shape of a request."""


class Text(Output, kw_only=True, tag="text"):
    """A block of text."""

    text: str
    cache_control: CacheControl | UnsetType = UNSET


class Base64Source(Output, kw_only=True, tag="base64"):
    """An image's bytes."""

    media_type: str
    data: str


class UrlSource(Output, kw_only=True, tag="url"):
    """An image's address."""

    url: str


class Image(Output, kw_only=True, tag="image"):
    """A block with an image."""

    source: Base64Source | UrlSource


class ToolUse(Output, kw_only=True, tag="tool_use"):
    """A call that the assistant made."""

    id: str
    name: str
    input: Raw


class ToolResult(Output, kw_only=True, tag="tool_result"):
    """What a call gave."""

    tool_use_id: str
    content: str | list["Text | Image"]


Block = Text | Image | ToolUse | ToolResult


class Message(Output, kw_only=True):
    """One turn."""

    role: str
    content: str | list[Block]


class Tool(Output, kw_only=True):
    """One tool on offer."""

    name: str
    description: str | UnsetType = UNSET
    input_schema: Raw
    cache_control: CacheControl | UnsetType = UNSET


class ToolChoice(Output, kw_only=True):
    """Which tool to use."""

    type: str
    name: str | UnsetType = UNSET
    disable_parallel_tool_use: bool | UnsetType = UNSET


class Metadata(Output, kw_only=True):
    """Who asks."""

    user_id: str


class MessagesRequest(Output, kw_only=True):
    """A whole request."""

    model: str
    max_tokens: int
    messages: list[Message]
    system: str | list[Text] | UnsetType = UNSET
    stop_sequences: list[str] | UnsetType = UNSET
    stream: bool | UnsetType = UNSET
    temperature: float | UnsetType = UNSET
    top_p: float | UnsetType = UNSET
    tools: list[Tool] | UnsetType = UNSET
    tool_choice: ToolChoice | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET


class Input(msgspec.Struct, kw_only=True, gc=False):
    """A shape of an answer; unknown fields are let be."""


class Usage(Input, kw_only=True):
    """Token counts; input, cache creation and cache read are disjoint."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None


class AnyBlock(Input, kw_only=True):
    """A block of any type, with the fields of those that are converted."""

    type: str
    text: str = ""
    id: str = ""
    name: str = ""
    input: Raw = Raw(b"{}")


class MessagesAnswer(Input, kw_only=True):
    """A whole answer."""

    id: str
    model: str
    content: list[AnyBlock]
    stop_reason: str | None = None
    usage: Usage


class StartedMessage(Input, kw_only=True):
    """`message` of a message_start."""

    id: str
    model: str
    usage: Usage | None = None


class Delta(Input, kw_only=True):
    """`delta` of a content_block_delta or a message_delta; the texts stay as they are encoded."""

    type: str = ""
    text: Raw = Raw()
    partial_json: Raw = Raw()
    stop_reason: str | None = None


class ErrorDetail(Input, kw_only=True):
    """`error` of an error."""

    message: str = ""
    type: str = "api_error"


class StreamEvent(Input, kw_only=True):
    """Any event of a stream, with the fields of those that are converted."""

    type: str
    message: StartedMessage | None = None
    content_block: AnyBlock | None = None
    index: int = 0
    delta: Delta | None = None
    usage: Usage | None = None
    error: ErrorDetail | None = None


class ErrorAnswer(Input, kw_only=True):
    """The body of an error."""

    error: ErrorDetail
