"""Reading answers: what one stream event means, and the text of a whole body."""

from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple, assert_never

import msgspec

from perf.model.wire import Dialect


class EventKind(IntEnum):
    """What one stream event means to a client."""

    QUIET = 0
    """Nothing a client shows: role, ping, start and stop of blocks, usage."""
    TEXT = 1
    """A content delta: text, or a piece of a tool call's arguments; the text may be empty."""
    FINISH = 2
    """The finish or stop reason; some gateways send the last text along."""
    TERMINATOR = 3
    """[DONE], message_stop, response.completed or response.incomplete: the stream is whole."""
    ERROR = 4
    """An error after a good start; the text is its JSON."""
    MALFORMED = 5
    """Not what the dialect allows; the text says why."""
    CLOSED = 6
    """[DONE] where the dialect needs none: official clients read no further, whatever came before."""


class StreamEvent(NamedTuple):
    """One event as a client understands it."""

    kind: EventKind
    text: str


Meaning = tuple[EventKind, str]
"""What a reader gives: the fields of a `StreamEvent`, whose making would be a tenth of a frame's cost."""

Reader = Callable[[bytes, bytes], Meaning]
"""From an event's name and data to its meaning."""

_TEXT, _FINISHED = EventKind.TEXT, EventKind.FINISH
"""Bound once: CPython 3.11 finds a member of an enum by way of a failed attribute look-up."""

_QUIET: Meaning = (EventKind.QUIET, "")
_FINISH: Meaning = (EventKind.FINISH, "")
_TERMINATOR: Meaning = (EventKind.TERMINATOR, "")
_CLOSED: Meaning = (EventKind.CLOSED, "")


_DONE = b"[DONE]"


class _Function(msgspec.Struct, gc=False):
    arguments: str | None = None


class _ToolCall(msgspec.Struct, gc=False):
    function: _Function | None = None


class _Delta(msgspec.Struct, gc=False):
    content: str | None = None
    tool_calls: list[_ToolCall] | None = None


class _Choice(msgspec.Struct, gc=False):
    delta: _Delta | None = None
    message: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(msgspec.Struct, gc=False):
    choices: list[_Choice] | None = None
    error: msgspec.Raw = msgspec.Raw()


class _Part(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None


class _Item(msgspec.Struct, gc=False):
    content: list[_Part] | None = None
    arguments: str | None = None


class _Body(msgspec.Struct, gc=False):
    output: list[_Item]


class _Block(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None
    input: msgspec.Raw = msgspec.Raw()


class _Message(msgspec.Struct, gc=False):
    content: list[_Block]


class _BlockDelta(msgspec.Struct, gc=False):
    text: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None


class _MessagesEvent(msgspec.Struct, gc=False):
    type: str
    delta: _BlockDelta | None = None
    error: msgspec.Raw = msgspec.Raw()


class _ResponsesEvent(msgspec.Struct, gc=False):
    type: str
    delta: msgspec.Raw = msgspec.Raw()


_chunk = msgspec.json.Decoder(_Chunk).decode
_messages_event = msgspec.json.Decoder(_MessagesEvent).decode
_responses_event = msgspec.json.Decoder(_ResponsesEvent).decode
_string = msgspec.json.Decoder(str).decode
_body = msgspec.json.Decoder(_Body).decode
_message = msgspec.json.Decoder(_Message).decode


def reader_for(dialect: Dialect) -> Reader:
    """The function that reads this dialect's events; bind it once, call it for each frame."""
    match dialect:
        case Dialect.OPENAI_CHAT:
            return _read_chat
        case Dialect.OPENAI_RESPONSES:
            return _read_responses
        case Dialect.ANTHROPIC_MESSAGES:
            return _read_messages
        case _:
            assert_never(dialect)


def stream_event(dialect: Dialect, data: bytes, *, event_name: bytes = b"") -> StreamEvent:
    """What one event means in this dialect."""
    return StreamEvent(*reader_for(dialect)(event_name, data))


def body_text(dialect: Dialect, body: bytes) -> str | None:
    """The whole text of a body, tool arguments included; None where the body is not such an answer.

    Anthropic's tool input is an object: its text is the object as compact JSON, its keys in their order.
    """
    try:
        match dialect:
            case Dialect.OPENAI_CHAT:
                return _chat_text(body)
            case Dialect.OPENAI_RESPONSES:
                return _responses_text(body)
            case Dialect.ANTHROPIC_MESSAGES:
                return _messages_text(body)
            case _:
                assert_never(dialect)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _malformed(why: object) -> Meaning:
    return (EventKind.MALFORMED, str(why))


def _delta_text(delta: _Delta | None) -> str | None:
    if delta is None:
        return None
    if delta.tool_calls:
        calls = (call.function.arguments or "" for call in delta.tool_calls if call.function is not None)
        return (delta.content or "") + "".join(calls)
    return delta.content


def _read_chat(_event: bytes, data: bytes) -> Meaning:
    """Official clients decode every event, so one without data ends them; requests ask for one choice."""
    if data[:6] == _DONE and data.rstrip() == _DONE:
        return _TERMINATOR
    try:
        chunk = _chunk(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _malformed(error)
    if chunk.error and bytes(chunk.error) != b"null":
        return (EventKind.ERROR, bytes(chunk.error).decode())
    if not chunk.choices:
        return _malformed("a chunk without choices") if chunk.choices is None else _QUIET
    choice = chunk.choices[0]
    text = _delta_text(choice.delta)
    if choice.finish_reason:
        return (_FINISHED, text or "")
    return (_TEXT, text) if text else _QUIET


def _read_messages(event: bytes, data: bytes) -> Meaning:
    """Official clients skip an event without a name, so its text is lost to them and here."""
    if not event or not data:
        return _QUIET
    try:
        read = _messages_event(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _malformed(error)
    if read.type.encode() != event:
        return _malformed(f"the event is named {event.decode(errors='replace')}, its type is {read.type}")
    if read.type == "content_block_delta":
        text = (read.delta.text or read.delta.partial_json) if read.delta else None
        return (_TEXT, text) if text else _QUIET
    if read.type == "message_stop":
        return _TERMINATOR
    if read.type == "error":
        return (EventKind.ERROR, bytes(read.error).decode())
    return _FINISH if read.type == "message_delta" and read.delta and read.delta.stop_reason else _QUIET


_RESPONSES_TEXT = {"response.output_text.delta", "response.function_call_arguments.delta"}
_RESPONSES_END = {"response.completed": _TERMINATOR, "response.incomplete": _TERMINATOR}
_RESPONSES_FINISH = {"response.output_text.done", "response.function_call_arguments.done"}


def _read_responses(_event: bytes, data: bytes) -> Meaning:
    if data[:6] == _DONE and data.rstrip() == _DONE:
        return _CLOSED
    try:
        read = _responses_event(data)
        if read.type in _RESPONSES_TEXT:
            text = _string(read.delta)
            return (_TEXT, text) if text else _QUIET
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _malformed(error)
    if read.type in {"error", "response.failed"}:
        return (EventKind.ERROR, data.decode(errors="replace"))
    if read.type in _RESPONSES_FINISH:
        return _FINISH
    return _RESPONSES_END.get(read.type, _QUIET)


def _chat_text(body: bytes) -> str | None:
    choices = _chunk(body).choices
    message = choices[0].message if choices else None
    return None if message is None else (_delta_text(message) or "")


def _responses_text(body: bytes) -> str:
    texts = []
    for item in _body(body).output:
        texts += [part.text or "" for part in item.content or () if part.type == "output_text"]
        texts.append(item.arguments or "")
    return "".join(texts)


def _messages_text(body: bytes) -> str:
    return "".join(_block_text(block) for block in _message(body).content)


def _block_text(block: _Block) -> str:
    if block.type == "tool_use":
        return msgspec.json.encode(msgspec.json.decode(block.input)).decode()
    return (block.text or "") if block.type == "text" else ""
