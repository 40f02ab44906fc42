"""The parts of OpenAI Chat Completions that this way writes, of a request, and reads, of an answer."""

import msgspec
from msgspec import UNSET, Raw, UnsetType


class Output(msgspec.Struct, kw_only=True, gc=False):
    """A shape of a request."""


class TextPart(Output, kw_only=True, tag="text"):
    """A part of text."""

    text: str


class ImageUrl(Output, kw_only=True):
    """`image_url` of an image part."""

    url: str


class ImagePart(Output, kw_only=True, tag="image_url"):
    """A part with an image."""

    image_url: ImageUrl


class FileData(Output, kw_only=True):
    """`file` of a file part."""

    filename: str
    file_data: str


class FilePart(Output, kw_only=True, tag="file"):
    """A part with a file."""

    file: FileData


Part = TextPart | ImagePart | FilePart


class CalledFunction(Output, kw_only=True):
    """`function` of a tool call."""

    name: str
    arguments: str


class ToolCall(Output, kw_only=True, tag="function"):
    """One call that the assistant made."""

    id: str
    function: CalledFunction


class Message(Output, kw_only=True):
    """One message of any role."""

    role: str
    content: str | list[Part] | None
    tool_calls: list[ToolCall] | UnsetType = UNSET
    tool_call_id: str | UnsetType = UNSET


class Function(Output, kw_only=True):
    """A tool's description."""

    name: str
    description: str | UnsetType = UNSET
    parameters: Raw


class Tool(Output, kw_only=True, tag="function"):
    """One tool on offer."""

    function: Function


class NamedFunction(Output, kw_only=True):
    """The name in a tool choice."""

    name: str


class NamedChoice(Output, kw_only=True, tag="function"):
    """A tool choice that names one."""

    function: NamedFunction


class JsonSchema(Output, kw_only=True):
    """`json_schema` of a response format."""

    name: str
    schema: Raw
    strict: bool


class ResponseFormat(Output, kw_only=True, tag="json_schema"):
    """How the answer is to be shaped."""

    json_schema: JsonSchema


class StreamOptions(Output, kw_only=True):
    """`stream_options`."""

    include_usage: bool


class ChatRequest(Output, kw_only=True):
    """A whole request."""

    model: str
    messages: list[Message]
    max_completion_tokens: int
    stop: list[str] | UnsetType = UNSET
    stream: bool | UnsetType = UNSET
    stream_options: StreamOptions | UnsetType = UNSET
    temperature: float | UnsetType = UNSET
    top_p: float | UnsetType = UNSET
    tools: list[Tool] | UnsetType = UNSET
    tool_choice: str | NamedChoice | UnsetType = UNSET
    parallel_tool_calls: bool | UnsetType = UNSET
    response_format: ResponseFormat | UnsetType = UNSET
    user: str | UnsetType = UNSET


class Input(msgspec.Struct, kw_only=True, gc=False):
    """A shape of an answer; unknown fields are let be."""


class PromptDetails(Input, kw_only=True):
    """`prompt_tokens_details`."""

    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class Usage(Input, kw_only=True):
    """Token counts; prompt tokens include the cached ones."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: PromptDetails | None = None


class FunctionIn(Input, kw_only=True):
    """`function` of a tool call, whole."""

    name: str
    arguments: str = ""


class ToolCallIn(Input, kw_only=True):
    """One call of the answer."""

    id: str
    function: FunctionIn


class MessageIn(Input, kw_only=True):
    """The answer's message."""

    content: str | None = None
    refusal: str | None = None
    tool_calls: list[ToolCallIn] | None = None


class Choice(Input, kw_only=True):
    """One choice; only the first is asked for."""

    message: MessageIn
    finish_reason: str | None = None


class ChatCompletion(Input, kw_only=True):
    """A whole answer."""

    id: str
    model: str
    choices: list[Choice]
    usage: Usage | None = None


class FunctionDelta(Input, kw_only=True):
    """A piece of a function; the arguments stay as they are encoded."""

    name: str | None = None
    arguments: Raw = Raw()


class CallDelta(Input, kw_only=True):
    """A piece of a tool call."""

    index: int
    id: str | None = None
    function: FunctionDelta | None = None


class Delta(Input, kw_only=True):
    """A piece of the message; the texts stay as they are encoded."""

    content: Raw = Raw()
    refusal: Raw = Raw()
    tool_calls: list[CallDelta] | None = None


class ChoiceDelta(Input, kw_only=True):
    """One choice of a chunk."""

    delta: Delta | None = None
    finish_reason: str | None = None


class ErrorDetail(Input, kw_only=True):
    """`error` of an error."""

    message: str = ""
    type: str | None = None


class Chunk(Input, kw_only=True):
    """Any chunk of a stream."""

    id: str = ""
    model: str = ""
    choices: list[ChoiceDelta] = []
    usage: Usage | None = None
    error: ErrorDetail | None = None


class ErrorAnswer(Input, kw_only=True):
    """The body of an error."""

    error: ErrorDetail
