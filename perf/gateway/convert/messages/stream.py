"""An OpenAI stream made an Anthropic one: bytes in, bytes out, over any split."""

import msgspec

from perf.gateway.convert.messages import anthropic, openai
from perf.gateway.convert.messages.response import convert_chat_usage, stop_reason
from perf.gateway.convert.wording import anthropic_kind
from perf.gateway.errors import Dialect, GatewayError, error_event
from perf.gateway.sse import EventDecoder

_decoder = msgspec.json.Decoder(openai.Chunk)
_encode = msgspec.json.encode
_EMPTY = frozenset({b"", b'""', b"null"})
_ERROR_STATUSES = {"invalid_request_error": 400, "requests": 429, "tokens": 429, "rate_limit_error": 429}
_DONE = b"[DONE]"
_STOP = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'


class MessagesStreamConverter:
    """Converts one stream.

    `complete` once the stream has come to its proper end, `failed` once an error event was passed on.
    The end is held back until `[DONE]`, behind which OpenAI's usage can no longer come.
    """

    __slots__ = (
        "_block",
        "_call",
        "_decoder",
        "_reason",
        "_refused",
        "_started",
        "_text_head",
        "_usage",
        "complete",
        "failed",
    )

    def __init__(self) -> None:
        self._decoder = EventDecoder()
        self._block = -1
        self._call: int | None = None
        self._text_head = b""
        self._reason: str | None = None
        self._refused = False
        self._started = False
        self._usage: openai.Usage | None = None
        self.complete = False
        self.failed = False

    def feed(self, data: bytes) -> bytes:
        """Take upstream bytes; give the frames for the client.

        Raises GatewayError (502) when an event is malformed, or makes no Anthropic stream.
        """
        out: list[bytes] = []
        for event in self._decoder.feed(data):
            if self.complete or self.failed:
                break
            if event.data == _DONE:
                out.append(self._end())
                continue
            try:
                chunk = _decoder.decode(event.data)
            except msgspec.DecodeError as error:
                raise _broken(f"sent a malformed event: {error}") from error
            out.append(self._convert(chunk))
        return out[0] if len(out) == 1 else b"".join(out)

    def _convert(self, chunk: openai.Chunk) -> bytes:
        if chunk.error is not None:
            self.failed = True
            kind = anthropic_kind(_ERROR_STATUSES.get(chunk.error.type or "", 500))
            return error_event(GatewayError(502, kind, message=chunk.error.message), Dialect.ANTHROPIC)
        if chunk.usage is not None:
            self._usage = chunk.usage
        if not chunk.choices:
            return b""
        choice = chunk.choices[0]
        out = b"" if self._started else self._start(chunk)
        if choice.delta is not None:
            out += self._delta(choice.delta)
        if choice.finish_reason is not None:
            self._reason = stop_reason(choice.finish_reason)
        return out

    def _start(self, chunk: openai.Chunk) -> bytes:
        self._started = True
        message = anthropic.MessageOut(
            id=chunk.id,
            role="assistant",
            model=chunk.model,
            content=[],
            stop_reason=None,
            usage=convert_chat_usage(self._usage),
        )
        return b'event: message_start\ndata: {"type":"message_start","message":%b}\n\n' % _encode(message)

    def _delta(self, delta: openai.Delta) -> bytes:
        out = b""
        if bytes(delta.content) not in _EMPTY:
            out = self._text(bytes(delta.content))
        if bytes(delta.refusal) not in _EMPTY:
            self._refused = True
            out += self._text(bytes(delta.refusal))
        for call in delta.tool_calls or ():
            out += self._tool(call)
        return out

    def _text(self, text: bytes) -> bytes:
        opening = b"" if self._text_head else self._open(b'{"type":"text","text":""}')
        if opening:
            self._call = None
            self._text_head = b'%b"text_delta","text":' % self._delta_head()
        return b"%b%b%b}}\n\n" % (opening, self._text_head, text)

    def _tool(self, call: openai.CallDelta) -> bytes:
        function = call.function or openai.FunctionDelta()
        opening = b""
        if call.id is not None and call.index != self._call:
            name = function.name or ""
            block = {"type": "tool_use", "id": call.id, "name": name, "input": {}}
            opening = self._open(_encode(block))
            self._call = call.index
            self._text_head = b""
        elif call.index != self._call:
            raise _broken("went back to an earlier tool call")
        fragment = bytes(function.arguments)
        if fragment in _EMPTY:
            return opening
        return b'%b%b"input_json_delta","partial_json":%b}}\n\n' % (opening, self._delta_head(), fragment)

    def _open(self, block: bytes) -> bytes:
        """Close the block that is open and begin the next."""
        closing = self._close()
        self._block += 1
        return (
            b"%bevent: content_block_start\n"
            b'data: {"type":"content_block_start","index":%d,"content_block":%b}\n\n'
        ) % (closing, self._block, block)

    def _close(self) -> bytes:
        if self._block < 0:
            return b""
        stop = b'{"type":"content_block_stop","index":%d}' % self._block
        return b"event: content_block_stop\ndata: %b\n\n" % stop

    def _delta_head(self) -> bytes:
        head = b'{"type":"content_block_delta","index":%d,"delta":{"type":' % self._block
        return b"event: content_block_delta\ndata: " + head

    def _end(self) -> bytes:
        if not self._started or self._reason is None:
            raise _broken("ended without a finish reason")
        self.complete = True
        delta = {"stop_reason": "refusal" if self._refused else self._reason, "stop_sequence": None}
        body = {"type": "message_delta", "delta": delta, "usage": convert_chat_usage(self._usage)}
        return b"%bevent: message_delta\ndata: %b\n\n%b" % (self._close(), _encode(body), _STOP)


def _broken(what: str) -> GatewayError:
    return GatewayError(502, "api_error", message=f"The upstream's stream {what}")
