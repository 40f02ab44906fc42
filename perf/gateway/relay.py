"""Passing an upstream's answer to the client: whole or streamed, unchanged or converted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from perf.gateway.balance import Outcome
from perf.gateway.convert.messages.stream import MessagesStreamConverter
from perf.gateway.convert.stream import StreamConverter
from perf.gateway.errors import Dialect, GatewayError, error_body, error_event
from perf.gateway.exchange import Exchange
from perf.gateway.http.client import Head
from perf.gateway.http.faults import ExchangeError
from perf.gateway.http.message import HOP_BY_HOP, end_to_end, field
from perf.gateway.http.reply import Reply
from perf.gateway.passthrough import PassThrough

Translator: TypeAlias = PassThrough | StreamConverter | MessagesStreamConverter

_NO_CONTENT = HOP_BY_HOP | {b"content-type", b"content-encoding"}
_JSON = b"content-type: application/json\r\n"
_QUOTED_BYTES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How an answer is given: in whose dialect, with which fields, and through which conversions."""

    dialect: Dialect
    new_id: Callable[[], bytes]
    extra: bytes
    convert: Callable[[bytes], bytes] | None
    convert_error: Callable[[int, bytes], GatewayError] | None
    translator: Callable[[], Translator]


async def deliver(exchange: Exchange, reply: Reply, *, delivery: Delivery) -> None:
    """Ask, and give the client what comes; raises GatewayError as long as nothing was written."""
    try:
        head = await exchange.open()
        if head.status < 300 and _is_event_stream(head):
            await _stream(exchange, reply, head=head, delivery=delivery)
        else:
            body = await exchange.read()
            _send(
                reply, head, body=body, fields=_fields(exchange, head, delivery=delivery), delivery=delivery
            )
    finally:
        exchange.close()


def _send(reply: Reply, head: Head, *, body: bytes, fields: bytes, delivery: Delivery) -> None:
    if head.status < 400:
        converted = body if delivery.convert is None else delivery.convert(body)
        reply.send(head.status, headers=fields, body=converted)
        return
    error = _told_error(head, body, delivery=delivery)
    if error is None:
        reply.send(head.status, headers=fields, body=body)
        return
    plain = end_to_end(head.headers, without=_NO_CONTENT)
    headers = b"".join((plain, _own_fields(delivery, head), _JSON))
    reply.send(error.status, headers=headers, body=error_body(error, delivery.dialect))


def _told_error(head: Head, body: bytes, *, delivery: Delivery) -> GatewayError | None:
    """Give an upstream's error in the caller's dialect; None when its body is so already."""
    if delivery.convert_error is not None:
        return delivery.convert_error(head.status, body)
    if (field(head.headers, b"content-type") or b"").startswith(b"application/json"):
        return None
    text = body[:_QUOTED_BYTES].decode(errors="replace") or f"The upstream answered {head.status}"
    return GatewayError(head.status, "upstream_error", message=text)


async def _stream(exchange: Exchange, reply: Reply, *, head: Head, delivery: Delivery) -> None:
    translator = delivery.translator()
    fault: GatewayError | None = None

    def sink(data: bytes) -> None:
        nonlocal fault
        try:
            reply.write(translator.feed(data))
        except GatewayError as error:
            fault = error
            if exchange.connection is not None:
                exchange.connection.abort()

    reply.start(head.status, headers=_fields(exchange, head, delivery=delivery))
    reply.follow(exchange.connection)
    try:
        await exchange.pipe(sink)
    except ExchangeError as error:
        fault = fault or GatewayError(
            502, "upstream_error", message=f"The upstream's stream broke off: {error}"
        )
    finally:
        reply.follow(None)
    _end(reply, translator, fault=fault, dialect=delivery.dialect)
    exchange.finish(Outcome.SUCCESS if translator.complete else Outcome.FAILURE)


def _end(reply: Reply, translator: Translator, *, fault: GatewayError | None, dialect: Dialect) -> None:
    """End a stream: a broken one with an error event, so that it never looks whole."""
    number = 0
    if isinstance(translator, PassThrough):
        reply.write(translator.flush())
        number = translator.next_number
    if not translator.complete and not translator.failed:
        missing = GatewayError(502, "upstream_error", message="The upstream ended its stream too early")
        reply.write(error_event(fault or missing, dialect, number=number))
    reply.end()


def _fields(exchange: Exchange, head: Head, *, delivery: Delivery) -> bytes:
    instance = b"x-gateway-instance: %b\r\n" % exchange.upstream.name.encode()
    return b"".join((end_to_end(head.headers), _own_fields(delivery, head), instance))


def _own_fields(delivery: Delivery, head: Head) -> bytes:
    """Give our fields; the upstream's own request id is kept."""
    fields = delivery.extra
    request_id = field(head.headers, b"x-request-id")
    if request_id is None:
        request_id = delivery.new_id()
        fields += b"x-request-id: %b\r\n" % request_id
    if delivery.dialect is Dialect.ANTHROPIC and field(head.headers, b"request-id") is None:
        fields += b"request-id: %b\r\n" % request_id
    return fields


def _is_event_stream(head: Head) -> bool:
    encoded = field(head.headers, b"content-encoding")
    kind = field(head.headers, b"content-type") or b""
    return kind.startswith(b"text/event-stream") and encoded in (None, b"identity")
