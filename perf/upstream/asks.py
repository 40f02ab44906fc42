"""Reading what a request asks for, as cheaply as its answer allows."""

from functools import lru_cache
from typing import assert_never

import msgspec

from perf.model.wire import NONCE_BODY_MARK, NONCE_LENGTH, Dialect
from perf.upstream.replies import Ask

VERSION_HEADER = b"anthropic-version"
_CACHE_SIZE = 1_024
_MARK = NONCE_BODY_MARK.encode()
_DIALECTS = (
    ("/chat/completions", Dialect.OPENAI_CHAT),
    ("/responses", Dialect.OPENAI_RESPONSES),
    ("/messages", Dialect.ANTHROPIC_MESSAGES),
)


class _StreamOptions(msgspec.Struct, gc=False):
    include_usage: bool | None = None


class _Chat(msgspec.Struct, gc=False):
    model: str
    messages: list[msgspec.Raw]
    stream: bool | None = None
    stream_options: _StreamOptions | None = None


class _Responses(msgspec.Struct, gc=False):
    model: str
    input: msgspec.Raw
    stream: bool | None = None


class _Messages(msgspec.Struct, gc=False):
    model: str
    messages: list[msgspec.Raw]
    max_tokens: float
    stream: bool | None = None


_chat = msgspec.json.Decoder(_Chat).decode
_responses = msgspec.json.Decoder(_Responses).decode
_messages = msgspec.json.Decoder(_Messages).decode


@lru_cache(maxsize=_CACHE_SIZE)
def path_of(url: bytes) -> str:
    """The path of a request's target, without its query."""
    return url.partition(b"?")[0].decode("latin-1")


@lru_cache(maxsize=_CACHE_SIZE)
def dialect_of(path: str) -> Dialect | None:
    """The dialect that a path speaks, whatever stands before its last words; None for an unknown one."""
    for ending, dialect in _DIALECTS:
        if path.endswith(ending):
            return dialect
    return None


def read_ask(dialect: Dialect, body: bytes) -> Ask | None:
    """What the body asks for; None where it is no request, or lacks a field that the provider demands."""
    try:
        match dialect:
            case Dialect.OPENAI_CHAT:
                chat = _chat(body)
                options = chat.stream_options
                wants_usage = options is not None and bool(options.include_usage)
                return Ask(dialect, chat.model, bool(chat.stream), wants_usage)
            case Dialect.OPENAI_RESPONSES:
                response = _responses(body)
                return Ask(dialect, response.model, bool(response.stream), include_usage=False)
            case Dialect.ANTHROPIC_MESSAGES:
                message = _messages(body)
                return Ask(dialect, message.model, bool(message.stream), include_usage=False)
            case _:
                assert_never(dialect)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


@lru_cache(maxsize=_CACHE_SIZE)
def credential_of(authorization: bytes, api_key: bytes) -> str:
    """The key a request came with: its bearer token, or else its `x-api-key`; "" if it has neither."""
    scheme, _, token = authorization.partition(b" ")
    return (token if scheme.lower() == b"bearer" else api_key).decode("latin-1")


def body_nonce(body: bytes) -> str:
    """The nonce behind the first mark in the body, "" where there is none."""
    start = body.find(_MARK)
    if start < 0:
        return ""
    nonce = body[start + len(_MARK) : start + len(_MARK) + NONCE_LENGTH]
    return nonce.decode("latin-1") if len(nonce) == NONCE_LENGTH else ""
