"""The parts of Anthropic Messages that this way reads, of a request, and writes, of an answer."""

import msgspec
from msgspec import Raw


class Input(msgspec.Struct, kw_only=True, gc=False):
    """A shape of a request; unknown fields are let be."""


class Text(Input, kw_only=True, tag="text"):
    """A block of text."""

    text: str


class Base64Source(Input, kw_only=True, tag="base64"):
    """A file's bytes."""

    media_type: str
    data: str


class UrlSource(Input, kw_only=True, tag="url"):
    """A file's address."""

    url: str


class TextSource(Input, kw_only=True, tag="text"):
    """A file that is plain text."""

    data: str


class Image(Input, kw_only=True, tag="image"):
    """A block with an image."""

    source: Base64Source | UrlSource


class Document(Input, kw_only=True, tag="document"):
    """A block with a document."""

    source: Base64Source | TextSource
    title: str | None = None


class Thinking(Input, kw_only=True, tag="thinking"):
    """What the assistant thought; there is no place for it at OpenAI."""


class RedactedThinking(Input, kw_only=True, tag="redacted_thinking"):
    """What the assistant thought, not to be read."""


class ToolUse(Input, kw_only=True, tag="tool_use"):
    """A call that the assistant made."""

    id: str
    name: str
    input: Raw


Part = Text | Image | Document


class ToolResult(Input, kw_only=True, tag="tool_result"):
    """What a call gave."""

    tool_use_id: str
    content: str | list[Part] = ""
    is_error: bool | None = None


Block = Text | Image | Document | Thinking | RedactedThinking | ToolUse | ToolResult


class Message(Input, kw_only=True):
    """One turn."""

    role: str
    content: str | list[Block]


class Tool(Input, kw_only=True):
    """One tool on offer; one with a type of its own is run by the provider."""

    name: str
    type: str | None = None
    description: str | None = None
    input_schema: Raw = Raw()


class ToolChoice(Input, kw_only=True):
    """Which tool to use."""

    type: str
    name: str = ""
    disable_parallel_tool_use: bool | None = None


class Metadata(Input, kw_only=True):
    """Who asks."""

    user_id: str | None = None


class OutputFormat(Input, kw_only=True):
    """How the answer is to be shaped."""

    type: str
    schema: Raw = Raw(b"{}")


class OutputConfig(Input, kw_only=True):
    """`output_config`."""

    format: OutputFormat | None = None


class MessagesRequest(Input, kw_only=True):
    """A whole request; what is `Raw` cannot be converted and is only reported."""

    model: str
    max_tokens: int | float
    messages: list[Message]
    system: str | list[Text] | None = None
    stop_sequences: list[str] | None = None
    stream: bool | None = None
    temperature: float | None = None
    top_p: float | None = None
    tools: list[Tool] | None = None
    tool_choice: ToolChoice | None = None
    metadata: Metadata | None = None
    output_config: OutputConfig | None = None
    top_k: Raw = Raw()
    thinking: Raw = Raw()
    service_tier: Raw = Raw()
    container: Raw = Raw()
    mcp_servers: Raw = Raw()
    context_management: Raw = Raw()


class Output(msgspec.Struct, kw_only=True, gc=False):
    """A shape of an answer."""


class TextOut(Output, kw_only=True, tag="text"):
    """A block of text."""

    text: str


class ToolUseOut(Output, kw_only=True, tag="tool_use"):
    """A call that the assistant makes."""

    id: str
    name: str
    input: Raw


class UsageOut(Output, kw_only=True):
    """Token counts; input, cache creation and cache read are disjoint."""

    input_tokens: int
    cache_creation_input_tokens: int
    cache_read_input_tokens: int
    output_tokens: int


class MessageOut(Output, kw_only=True, tag="message"):
    """A whole answer."""

    id: str
    role: str
    model: str
    content: list[TextOut | ToolUseOut]
    stop_reason: str | None
    stop_sequence: None = None
    usage: UsageOut
