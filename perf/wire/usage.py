"""The token counts of an answer, as its reader finds them, in one form for all dialects."""

from collections.abc import Iterable
from typing import NamedTuple, assert_never

import msgspec

from perf.model.upstream import TokenUsage
from perf.model.wire import Dialect


class Counts(NamedTuple):
    """All input tokens, those of them that were read from the cache, and the output tokens."""

    input_tokens: int
    cached_tokens: int
    output_tokens: int


class _Details(msgspec.Struct, gc=False):
    cached_tokens: int | None = None


class _ChatUsage(msgspec.Struct, gc=False):
    prompt_tokens: int
    completion_tokens: int
    prompt_tokens_details: _Details | None = None


class _ResponsesUsage(msgspec.Struct, gc=False):
    input_tokens: int
    output_tokens: int
    input_tokens_details: _Details | None = None


class _MessagesUsage(msgspec.Struct, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None


class _Chat(msgspec.Struct, gc=False):
    usage: _ChatUsage | None = None


class _Response(msgspec.Struct, gc=False):
    usage: _ResponsesUsage | None = None


class _ResponsesEvent(msgspec.Struct, gc=False):
    response: _Response | None = None


class _Message(msgspec.Struct, gc=False):
    usage: _MessagesUsage | None = None


class _MessagesEvent(msgspec.Struct, gc=False):
    message: _Message | None = None
    usage: _MessagesUsage | None = None


_chat = msgspec.json.Decoder(_Chat).decode
_response = msgspec.json.Decoder(_Response).decode
_responses_event = msgspec.json.Decoder(_ResponsesEvent).decode
_message = msgspec.json.Decoder(_Message).decode
_messages_event = msgspec.json.Decoder(_MessagesEvent).decode


def provider_counts(usage: TokenUsage) -> Counts:
    """What a faithful gateway reports where the provider counted so."""
    total = usage.input_tokens + usage.cache_creation_tokens + usage.cache_read_tokens
    return Counts(total, usage.cache_read_tokens, usage.output_tokens)


def body_counts(dialect: Dialect, body: bytes) -> Counts | None:
    """The counts of a whole answer; None where it has none."""
    try:
        match dialect:
            case Dialect.OPENAI_CHAT:
                return _of_chat(_chat(body).usage)
            case Dialect.OPENAI_RESPONSES:
                return _of_responses(_response(body).usage)
            case Dialect.ANTHROPIC_MESSAGES:
                return _of_messages([_message(body).usage])
            case _:
                assert_never(dialect)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def stream_counts(dialect: Dialect, events: Iterable[bytes]) -> Counts | None:
    """The counts of a stream, from the data of its events that hold no text; None where they have none."""
    found: Counts | None = None
    told: list[_MessagesUsage | None] = []
    for data in events:
        try:
            match dialect:
                case Dialect.OPENAI_CHAT:
                    found = _of_chat(_chat(data).usage) or found
                case Dialect.OPENAI_RESPONSES:
                    response = _responses_event(data).response
                    found = _of_responses(response.usage if response else None) or found
                case Dialect.ANTHROPIC_MESSAGES:
                    event = _messages_event(data)
                    told += [event.message.usage if event.message else None, event.usage]
                case _:
                    assert_never(dialect)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
    return _of_messages(told) if dialect is Dialect.ANTHROPIC_MESSAGES else found


def _of_chat(usage: _ChatUsage | None) -> Counts | None:
    if usage is None:
        return None
    cached = usage.prompt_tokens_details.cached_tokens if usage.prompt_tokens_details else None
    return Counts(usage.prompt_tokens, cached or 0, usage.completion_tokens)


def _of_responses(usage: _ResponsesUsage | None) -> Counts | None:
    if usage is None:
        return None
    cached = usage.input_tokens_details.cached_tokens if usage.input_tokens_details else None
    return Counts(usage.input_tokens, cached or 0, usage.output_tokens)


def _of_messages(told: Iterable[_MessagesUsage | None]) -> Counts | None:
    """Each later word replaces the earlier ones: the counts of a stream are running totals."""
    latest: dict[str, int] = {}
    for usage in told:
        for name in _MessagesUsage.__struct_fields__ if usage else ():
            count = getattr(usage, name)
            if count is not None:
                latest[name] = count
    if "output_tokens" not in latest:
        return None
    read = latest.get("cache_read_input_tokens", 0)
    total = latest.get("input_tokens", 0) + latest.get("cache_creation_input_tokens", 0) + read
    return Counts(total, read, latest["output_tokens"])
