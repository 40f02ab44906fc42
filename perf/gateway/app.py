"""The endpoints: who may call, and who answers."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Protocol, TypeAlias

from perf.gateway.assembly import Assembly
from perf.gateway.auth import KeyRing
from perf.gateway.convert.request import CachePolicy
from perf.gateway.errors import Dialect, GatewayError, dialect_of, error_body, plain_error
from perf.gateway.exchange import Clocks
from perf.gateway.exposition import CONTENT_TYPE
from perf.gateway.forward import Forwarder, Means
from perf.gateway.http.message import field
from perf.gateway.http.reply import Reply
from perf.gateway.http.server import Request
from perf.gateway.listing import Listing
from perf.gateway.routing import Router
from perf.gateway.schema import Config
from perf.gateway.tally import CLIENT_GONE, Tally

_Endpoint: TypeAlias = Callable[[Request, Reply], Coroutine[None, None, None]]

_JSON = b"content-type: application/json\r\n"
_HEALTH = b'{"status":"healthy","service":"llm-gateway","version":"0.1.0"}'
_DESCRIPTION = Path(__file__).with_name("openapi.json").read_bytes()
_READY = b'{"status":"ready","service":"llm-gateway"}'


class _Forward(Protocol):
    def __call__(self, request: Request, reply: Reply, *, key: str) -> Coroutine[None, None, None]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an app finds in its process: time, randomness, counts, and the page that shows them."""

    clocks: Clocks
    rng: Random
    tally: Tally
    metrics: Callable[[], bytes]


class App:
    """Answers every request of one gateway process, under one configuration."""

    def __init__(self, config: Config, assembly: Assembly, *, surroundings: Surroundings) -> None:
        keys = [(each.key, each.name) for each in config.api_keys if each.enabled]
        self._rng = surroundings.rng
        self._tally = surroundings.tally
        self._monotonic_ns = surroundings.clocks.monotonic_ns
        self._metrics_page = surroundings.metrics
        self._keys = KeyRing(keys, secret=self._rng.randbytes(32))
        router = Router(config.routing.rules, default=config.routing.default_provider)
        self.listing = Listing(
            assembly.providers,
            router,
            settings=config.routing.discovery,
            timeout_seconds=config.resilience.probe_timeout_seconds,
        )
        self._forwarder = Forwarder(
            Means(
                router=router,
                providers=assembly.providers,
                cache=_cache_policy(config),
                unix_seconds=surroundings.clocks.unix_seconds,
                new_id=self._request_id,
            )
        )
        self._endpoints = self._table()

    async def handle(self, request: Request, reply: Reply) -> None:
        """Answer one request, and count it."""
        started_ns = self._monotonic_ns()
        path = request.target.partition(b"?")[0]
        methods = self._endpoints.get(path)
        self._tally.under_way += 1
        status = 500
        try:
            if methods is None:
                raise plain_error(404)
            endpoint = methods.get(request.method)
            if endpoint is None:
                raise plain_error(405)
            await endpoint(request, reply)
            status = reply.status
        except GatewayError as error:
            status = error.status
            body = error_body(error, dialect_of(request.target))
            fields = self._error_fields(request.target)
            if status == 405 and methods is not None:
                fields += b"allow: %b\r\n" % b", ".join(methods)
            reply.send(status, headers=fields, body=body)
        except asyncio.CancelledError:
            status = CLIENT_GONE
            raise
        finally:
            self._tally.under_way -= 1
            self._tally.answered(
                "other" if methods is None else path.decode(),
                status,
                duration_ns=self._monotonic_ns() - started_ns,
            )

    def _table(self) -> dict[bytes, dict[bytes, _Endpoint]]:
        forwarder = self._forwarder
        health = partial(_fixed, headers=_JSON, body=_HEALTH)
        ready = partial(_fixed, headers=_JSON, body=_READY)
        return {
            b"/v1/chat/completions": {b"POST": self._with_key(forwarder.chat)},
            b"/v1/messages": {b"POST": self._with_key(forwarder.messages)},
            b"/v1/responses": {b"POST": self._with_key(forwarder.responses)},
            b"/v1/models": {b"GET": self._models},
            b"/openapi.json": {b"GET": partial(_fixed, headers=_JSON, body=_DESCRIPTION)},
            b"/metrics": {b"GET": self._metrics},
            b"/health": {b"GET": health, b"HEAD": health},
            b"/ready": {b"GET": ready, b"HEAD": ready},
        }

    def _with_key(self, forward: _Forward) -> _Endpoint:
        async def answer(request: Request, reply: Reply) -> None:
            await forward(request, reply, key=self._keys.name_of(request.headers))

        return answer

    async def _models(self, request: Request, reply: Reply) -> None:
        self._keys.name_of(request.headers)
        versioned = field(request.headers, b"anthropic-version") is not None
        body = await self.listing.page(Dialect.ANTHROPIC if versioned else Dialect.OPENAI)
        reply.send(200, headers=_JSON, body=body)

    async def _metrics(self, _request: Request, reply: Reply) -> None:
        reply.send(200, headers=CONTENT_TYPE, body=self._metrics_page())

    def _error_fields(self, target: bytes) -> bytes:
        request_id = self._request_id()
        fields = b"%bx-request-id: %b\r\n" % (_JSON, request_id)
        if dialect_of(target) is Dialect.ANTHROPIC:
            return b"%brequest-id: %b\r\n" % (fields, request_id)
        return fields

    def _request_id(self) -> bytes:
        """Give a random UUID, version 4."""
        bits = self._rng.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62) | 0x4 << 76 | 0x2 << 62
        text = b"%032x" % bits
        return b"-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


async def _fixed(_request: Request, reply: Reply, *, headers: bytes, body: bytes) -> None:
    reply.send(200, headers=headers, body=body)


def _cache_policy(config: Config) -> CachePolicy:
    caches = [each.cache for each in config.providers.anthropic if each.enabled]
    return CachePolicy(
        system=all(cache.auto_cache_system for cache in caches),
        min_system_tokens=max((cache.min_system_tokens for cache in caches), default=0),
        tools=all(cache.auto_cache_tools for cache in caches),
    )
