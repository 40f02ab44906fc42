"""The endpoints: who may call, where a request goes, and in which dialect it is answered."""

import re
from collections.abc import Callable, Coroutine
from functools import partial
from random import Random
from typing import TypeAlias

import msgspec

from perf.gateway.assembly import Assembly
from perf.gateway.auth import KeyRing
from perf.gateway.convert.request import CachePolicy, convert_request, warnings_header
from perf.gateway.convert.response import convert_error, convert_response
from perf.gateway.convert.stream import StreamConverter
from perf.gateway.errors import Dialect, GatewayError, dialect_of, error_body, plain_error
from perf.gateway.exchange import Call, Clocks, Exchange, Provider
from perf.gateway.http.message import HOP_BY_HOP, end_to_end, field
from perf.gateway.http.reply import Reply
from perf.gateway.http.server import Request
from perf.gateway.passthrough import PassThrough
from perf.gateway.relay import Delivery, deliver
from perf.gateway.routing import Router
from perf.gateway.schema import Config

_Endpoint: TypeAlias = Callable[[Request, Reply], Coroutine[None, None, None]]

_JSON = b"content-type: application/json\r\n"
_HEALTH = b'{"status":"healthy","service":"llm-gateway","version":"0.1.0"}'
_READY = b'{"status":"ready","service":"llm-gateway"}'
_MODELS = b'{"object":"list","data":[]}'
_REPLACED = HOP_BY_HOP | frozenset({b"host", b"authorization", b"x-api-key", b"expect"})
_REPLACED_PLAIN = _REPLACED | {b"accept-encoding"}
_REPLACED_CONVERTED = _REPLACED_PLAIN | {b"anthropic-version"}
_VERSION = b"anthropic-version"
_SESSION = re.compile(r"session_([a-f0-9-]{36})$")


class ChatEnvelope(msgspec.Struct, gc=False):
    """What routing needs of a chat request."""

    model: str
    stream: bool | None = None


class Metadata(msgspec.Struct, gc=False):
    """What stickiness needs of a messages request's metadata."""

    user_id: str | None = None


class MessagesEnvelope(msgspec.Struct, gc=False):
    """What routing and stickiness need of a messages request."""

    model: str
    stream: bool | None = None
    metadata: Metadata | None = None


_decode_chat = msgspec.json.Decoder(ChatEnvelope).decode
_decode_messages = msgspec.json.Decoder(MessagesEnvelope).decode


class App:
    """Answers every request of one gateway process."""

    def __init__(self, config: Config, assembly: Assembly, *, clocks: Clocks, rng: Random) -> None:
        keys = [(each.key, each.name) for each in config.api_keys if each.enabled]
        self._keys = KeyRing(keys, secret=rng.randbytes(32))
        self._router = Router(config.routing.rules, default=config.routing.default_provider)
        self._providers = assembly.providers
        self._clocks = clocks
        self._openai = self._unchanged(Dialect.OPENAI)
        self._anthropic = self._unchanged(Dialect.ANTHROPIC)
        self._rng = rng
        caches = [each.cache for each in config.providers.anthropic if each.enabled]
        self._cache = CachePolicy(
            system=all(cache.auto_cache_system for cache in caches),
            min_system_tokens=max((cache.min_system_tokens for cache in caches), default=0),
            tools=all(cache.auto_cache_tools for cache in caches),
        )
        self._endpoints: dict[bytes, dict[bytes, _Endpoint]] = {
            b"/v1/chat/completions": {b"POST": self._chat},
            b"/v1/messages": {b"POST": self._messages},
            b"/v1/models": {b"GET": self._models},
            b"/health": {b"GET": partial(_fixed, body=_HEALTH), b"HEAD": partial(_fixed, body=_HEALTH)},
            b"/ready": {b"GET": partial(_fixed, body=_READY), b"HEAD": partial(_fixed, body=_READY)},
        }

    async def handle(self, request: Request, reply: Reply) -> None:
        """Answer one request."""
        try:
            path = request.target.partition(b"?")[0]
            methods = self._endpoints.get(path)
            if methods is None:
                raise plain_error(404)
            endpoint = methods.get(request.method)
            if endpoint is None:
                raise plain_error(405)
            await endpoint(request, reply)
        except GatewayError as error:
            body = error_body(error, dialect_of(request.target))
            fields = b"%bx-request-id: %b\r\n" % (_JSON, self._request_id())
            reply.send(error.status, headers=fields, body=body)

    async def _models(self, request: Request, reply: Reply) -> None:
        self._keys.name_of(request.headers)
        await _fixed(request, reply, body=_MODELS)

    async def _chat(self, request: Request, reply: Reply) -> None:
        key = self._keys.name_of(request.headers)
        try:
            envelope = _decode_chat(request.body)
        except msgspec.DecodeError as error:
            raise _malformed(error) from error
        name = self._router.provider_of(envelope.model)
        if name == "anthropic":
            await self._convert(request, reply, key=key)
            return
        provider = self._provider(name, serves="openai")
        replaced = _REPLACED_PLAIN if envelope.stream else _REPLACED
        call = Call(key, end_to_end(request.headers, without=replaced), body=request.body, versioned=True)
        await deliver(Exchange(provider, call), reply, delivery=self._openai)

    async def _messages(self, request: Request, reply: Reply) -> None:
        key = self._keys.name_of(request.headers)
        try:
            envelope = _decode_messages(request.body)
        except msgspec.DecodeError as error:
            raise _malformed(error) from error
        self._router.provider_of(envelope.model)
        if envelope.metadata is not None and envelope.metadata.user_id is not None:
            session = _SESSION.search(envelope.metadata.user_id)
            key = f"{key}:{session.group(1)}" if session else key
        replaced = _REPLACED_PLAIN if envelope.stream else _REPLACED
        call = Call(
            key,
            end_to_end(request.headers, without=replaced),
            body=request.body,
            versioned=field(request.headers, _VERSION) is not None,
        )
        provider = self._provider("anthropic", serves="anthropic")
        await deliver(Exchange(provider, call), reply, delivery=self._anthropic)

    async def _convert(self, request: Request, reply: Reply, *, key: str) -> None:
        converted = convert_request(request.body, cache=self._cache)
        fields = end_to_end(request.headers, without=_REPLACED_CONVERTED)
        call = Call(key, fields, body=converted.body, versioned=False)
        created = int(self._clocks.unix_seconds())
        warnings = converted.warnings
        delivery = Delivery(
            dialect=Dialect.OPENAI,
            new_id=self._request_id,
            extra=b"x-llm-gateway-warnings: %b\r\n" % warnings_header(warnings) if warnings else b"",
            convert=partial(convert_response, created=created),
            convert_error=convert_error,
            translator=partial(StreamConverter, created=created, include_usage=converted.include_usage),
        )
        provider = self._provider("anthropic", serves="anthropic")
        await deliver(Exchange(provider, call), reply, delivery=delivery)

    def _unchanged(self, dialect: Dialect) -> Delivery:
        return Delivery(
            dialect=dialect,
            new_id=self._request_id,
            extra=b"",
            convert=None,
            convert_error=None,
            translator=partial(PassThrough, dialect),
        )

    def _provider(self, name: str, *, serves: str) -> Provider:
        provider = self._providers.get(name) if name == serves else None
        if provider is None:
            raise GatewayError(503, "provider_disabled", f"Provider {name} is not served at this endpoint")
        return provider

    def _request_id(self) -> bytes:
        """Give a random UUID, version 4."""
        bits = self._rng.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62) | 0x4 << 76 | 0x2 << 62
        text = b"%032x" % bits
        return b"-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


async def _fixed(_request: Request, reply: Reply, *, body: bytes) -> None:
    reply.send(200, headers=_JSON, body=body)


def _malformed(error: msgspec.DecodeError) -> GatewayError:
    return GatewayError(400, "conversion_error", f"Failed to deserialize request: {error}")
