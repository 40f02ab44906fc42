"""The parts of OpenAI Chat Completions that a conversion reads and writes."""

from typing import Literal

import msgspec
from msgspec import UNSET, Raw, UnsetType


class Input(msgspec.Struct, kw_only=True, gc=False):
    """A shape of a request; unknown fields are let be."""


class ImageUrl(Input, kw_only=True):
    """`image_url` of an image part."""

    url: str


class TextPart(Input, kw_only=True, tag="text"):
    """A part of text."""

    text: str


class ImagePart(Input, kw_only=True, tag="image_url"):
    """A part with an image."""

    image_url: ImageUrl


class RefusalPart(Input, kw_only=True, tag="refusal"):
    """A part that says no."""

    refusal: str


Content = str | list[TextPart | ImagePart | RefusalPart] | None


class CalledFunction(Input, kw_only=True):
    """`function` of a tool call."""

    name: str
    arguments: str = ""


class ToolCall(Input, kw_only=True):
    """One call that the assistant made."""

    id: str
    function: CalledFunction


class Message(Input, kw_only=True):
    """One message of any role."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Content = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None


class Function(Input, kw_only=True):
    """A tool's description."""

    name: str
    description: str | None = None
    parameters: Raw = Raw()


class Tool(Input, kw_only=True):
    """One tool on offer."""

    function: Function


class NamedFunction(Input, kw_only=True):
    """The name in a tool choice."""

    name: str


class NamedChoice(Input, kw_only=True):
    """A tool choice that names one."""

    function: NamedFunction


class JsonSchema(Input, kw_only=True):
    """`json_schema` of a response format."""

    schema: Raw = Raw()


class ResponseFormat(Input, kw_only=True):
    """How the answer is to be shaped."""

    type: str
    json_schema: JsonSchema | None = None


class StreamOptions(Input, kw_only=True):
    """`stream_options`."""

    include_usage: bool | None = None


class ChatRequest(Input, kw_only=True):
    """A chat completion request; what is `Raw` cannot be converted and is only reported."""

    model: str
    messages: list[Message]
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    n: int | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    stop: str | list[str] | None = None
    tools: list[Tool] | None = None
    tool_choice: Literal["auto", "required", "none"] | NamedChoice | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    user: str | None = None
    presence_penalty: Raw = Raw()
    frequency_penalty: Raw = Raw()
    seed: Raw = Raw()
    logprobs: Raw = Raw()
    top_logprobs: Raw = Raw()
    logit_bias: Raw = Raw()
    service_tier: Raw = Raw()


class Output(msgspec.Struct, kw_only=True, omit_defaults=False, gc=False):
    """A shape of an answer."""


class PromptDetails(Output, kw_only=True):
    """`prompt_tokens_details`."""

    cached_tokens: int
    cache_write_tokens: int


class Usage(Output, kw_only=True):
    """Token counts; prompt tokens include the cached ones."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptDetails


class FunctionOut(Output, kw_only=True):
    """`function` of a tool call."""

    name: str
    arguments: str


class ToolCallOut(Output, kw_only=True):
    """One call of the answer."""

    id: str
    type: str
    function: FunctionOut


class MessageOut(Output, kw_only=True):
    """The answer's message."""

    role: str
    content: str | None
    refusal: None = None
    tool_calls: list[ToolCallOut] | UnsetType = UNSET


class Choice(Output, kw_only=True):
    """The only choice."""

    index: int
    message: MessageOut
    logprobs: None
    finish_reason: str


class ChatCompletion(Output, kw_only=True):
    """A whole answer."""

    id: str
    object: str
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
