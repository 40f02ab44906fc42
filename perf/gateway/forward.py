"""The endpoints that ask an upstream: to which provider a request goes, and through which conversion."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import msgspec

from perf.gateway.convert.messages.request import convert_messages_request
from perf.gateway.convert.messages.response import convert_chat_error, convert_completion
from perf.gateway.convert.messages.stream import MessagesStreamConverter
from perf.gateway.convert.request import CachePolicy, Converted, convert_request, warnings_header
from perf.gateway.convert.response import convert_error, convert_response
from perf.gateway.convert.stream import StreamConverter
from perf.gateway.errors import Dialect, GatewayError
from perf.gateway.exchange import Call, Exchange, Provider
from perf.gateway.http.message import HOP_BY_HOP, end_to_end, field
from perf.gateway.http.reply import Reply
from perf.gateway.http.server import Request
from perf.gateway.passthrough import PassThrough
from perf.gateway.relay import Delivery, deliver
from perf.gateway.routing import Router

_REPLACED = HOP_BY_HOP | frozenset({b"host", b"authorization", b"x-api-key", b"expect"})
_REPLACED_PLAIN = _REPLACED | {b"accept-encoding"}
_REPLACED_CONVERTED = _REPLACED_PLAIN | {
    b"anthropic-beta",
    b"anthropic-version",
    b"openai-beta",
    b"openai-organization",
    b"openai-project",
}
_VERSION = b"anthropic-version"
_CHAT = b"/chat/completions"
_MESSAGES = b"/messages"
_RESPONSES = b"/responses"
_OPENAI = "openai"
_ANTHROPIC = "anthropic"
_SESSION = re.compile(r"session_([a-f0-9-]{36})$")


class Envelope(msgspec.Struct, gc=False):
    """What routing needs of a request."""

    model: str
    stream: bool | None = None


class Metadata(msgspec.Struct, gc=False):
    """What stickiness needs of a messages request's metadata."""

    user_id: str | None = None


class MessagesEnvelope(Envelope, gc=False):
    """What routing and stickiness need of a messages request."""

    metadata: Metadata | None = None


_E = TypeVar("_E", bound=Envelope)
_decode = msgspec.json.Decoder(Envelope).decode
_decode_messages = msgspec.json.Decoder(MessagesEnvelope).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What forwarding needs: the rules, the providers, the cache's marks, the time, and ids for answers."""

    router: Router
    providers: Mapping[str, Provider]
    cache: CachePolicy
    unix_seconds: Callable[[], float]
    new_id: Callable[[], bytes]


class Forwarder:
    """Answers the requests of callers whose key is known, by asking an upstream."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._chat_as_it_is = self._unchanged(Dialect.OPENAI)
        self._responses_as_they_are = self._unchanged(Dialect.RESPONSES)
        self._messages_as_they_are = self._unchanged(Dialect.ANTHROPIC)

    async def chat(self, request: Request, reply: Reply, *, key: str) -> None:
        """Answer a chat completion request, from either provider."""
        envelope = _decoded(request, _decode)
        name = self._means.router.provider_of(envelope.model)
        if name == _ANTHROPIC:
            converted = convert_request(request.body, cache=self._means.cache)
            call = _converted_call(request, converted, key=key, endpoint=_MESSAGES)
            delivery = self._chat_converted(converted)
        else:
            call = _call(request, key=key, endpoint=_CHAT, stream=bool(envelope.stream))
            delivery = self._chat_as_it_is
        await deliver(Exchange(self._provider(name), call), reply, delivery=delivery)

    async def messages(self, request: Request, reply: Reply, *, key: str) -> None:
        """Answer a messages request, from either provider."""
        envelope = _decoded(request, _decode_messages)
        name = self._means.router.provider_of(envelope.model)
        key = _session_key(key, envelope.metadata)
        if name == _OPENAI:
            converted = convert_messages_request(request.body)
            call = _converted_call(request, converted, key=key, endpoint=_CHAT)
            delivery = self._messages_converted(converted)
        else:
            call = _call(request, key=key, endpoint=_MESSAGES, stream=bool(envelope.stream))
            delivery = self._messages_as_they_are
        await deliver(Exchange(self._provider(name), call), reply, delivery=delivery)

    async def responses(self, request: Request, reply: Reply, *, key: str) -> None:
        """Answer a responses request, which only OpenAI's upstreams can."""
        envelope = _decoded(request, _decode)
        name = self._means.router.provider_of(envelope.model)
        if name == _ANTHROPIC:
            raise GatewayError(
                400, "model_not_found", message=f"{envelope.model} is not offered by /v1/responses"
            )
        call = _call(request, key=key, endpoint=_RESPONSES, stream=bool(envelope.stream))
        await deliver(Exchange(self._provider(name), call), reply, delivery=self._responses_as_they_are)

    def _unchanged(self, dialect: Dialect) -> Delivery:
        return Delivery(
            dialect=dialect,
            new_id=self._means.new_id,
            extra=b"",
            convert=None,
            convert_error=None,
            translator=partial(PassThrough, dialect),
        )

    def _chat_converted(self, converted: Converted) -> Delivery:
        created = int(self._means.unix_seconds())
        return Delivery(
            dialect=Dialect.OPENAI,
            new_id=self._means.new_id,
            extra=_warnings(converted),
            convert=partial(convert_response, created=created),
            convert_error=convert_error,
            translator=partial(StreamConverter, created=created, include_usage=converted.include_usage),
        )

    def _messages_converted(self, converted: Converted) -> Delivery:
        return Delivery(
            dialect=Dialect.ANTHROPIC,
            new_id=self._means.new_id,
            extra=_warnings(converted),
            convert=convert_completion,
            convert_error=convert_chat_error,
            translator=MessagesStreamConverter,
        )

    def _provider(self, name: str) -> Provider:
        provider = self._means.providers.get(name)
        if provider is None:
            raise GatewayError(503, "provider_disabled", message=f"Provider {name} is not served")
        return provider


def _call(request: Request, *, key: str, endpoint: bytes, stream: bool) -> Call:
    """Give the call for a request that stays as it is, its query included."""
    replaced = _REPLACED_PLAIN if stream else _REPLACED
    query = request.target.partition(b"?")
    return Call(
        key,
        end_to_end(request.headers, without=replaced),
        body=request.body,
        endpoint=endpoint + query[1] + query[2] if query[1] else endpoint,
        versioned=field(request.headers, _VERSION) is not None,
    )


def _converted_call(request: Request, converted: Converted, *, key: str, endpoint: bytes) -> Call:
    fields = end_to_end(request.headers, without=_REPLACED_CONVERTED)
    return Call(key, fields, body=converted.body, endpoint=endpoint, versioned=False)


def _session_key(key: str, metadata: Metadata | None) -> str:
    """Give the sticky key: that of the session which the user id ends with, or else the caller's."""
    session = _SESSION.search(metadata.user_id) if metadata is not None and metadata.user_id else None
    return f"{key}:{session.group(1)}" if session else key


def _warnings(converted: Converted) -> bytes:
    warnings = converted.warnings
    return b"x-llm-gateway-warnings: %b\r\n" % warnings_header(warnings) if warnings else b""


def _decoded(request: Request, decode: Callable[[bytes], _E]) -> _E:
    try:
        return decode(request.body)
    except msgspec.DecodeError as error:
        raise GatewayError(
            400, "conversion_error", message=f"Failed to deserialize request: {error}"
        ) from error
