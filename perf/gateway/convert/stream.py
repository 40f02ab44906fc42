"""An Anthropic stream made an OpenAI one: bytes in, bytes out, over any split."""

import msgspec

from perf.gateway.convert import anthropic
from perf.gateway.convert.response import convert_usage, finish_reason
from perf.gateway.convert.wording import anthropic_status, openai_status, openai_words
from perf.gateway.errors import Dialect, GatewayError, error_event
from perf.gateway.sse import EventDecoder

_decoder = msgspec.json.Decoder(anthropic.StreamEvent)
_encode = msgspec.json.encode
_EMPTY = frozenset({b"", b'""', b"null"})
_IDLE = frozenset({b"ping", b"content_block_stop"})


class StreamConverter:
    """Converts one stream.

    `complete` once the stream has come to its proper end, `failed` once an error event was passed on.
    """

    __slots__ = (
        "_begun",
        "_calls",
        "_created",
        "_decoder",
        "_include_usage",
        "_prefix",
        "_suffix",
        "_usage",
        "complete",
        "failed",
    )

    def __init__(self, *, created: int, include_usage: bool) -> None:
        self._decoder = EventDecoder()
        self._created = created
        self._include_usage = include_usage
        self._calls = -1
        self._begun = False
        self._usage = anthropic.Usage()
        self._prefix = b""
        tail = b',"usage":null}\n\n' if include_usage else b"}\n\n"
        self._suffix = b',"logprobs":null,"finish_reason":null}]' + tail
        self.complete = False
        self.failed = False

    def feed(self, data: bytes) -> bytes:
        """Take upstream bytes; give the frames for the client.

        Raises GatewayError (502) when an event is malformed.
        """
        out: list[bytes] = []
        for event in self._decoder.feed(data):
            if event.name in _IDLE or self.complete or self.failed:
                continue
            try:
                decoded = _decoder.decode(event.data)
            except msgspec.DecodeError as error:
                message = f"The upstream sent a malformed event: {error}"
                raise GatewayError(502, "conversion_error", message=message) from error
            out.append(self._convert(decoded))
        return out[0] if len(out) == 1 else b"".join(out)

    def _convert(self, event: anthropic.StreamEvent) -> bytes:
        match event:
            case anthropic.StreamEvent(type="content_block_delta", delta=anthropic.Delta() as delta):
                return self._delta(delta)
            case anthropic.StreamEvent(
                type="content_block_start", content_block=anthropic.AnyBlock() as block
            ):
                return self._block(block)
            case anthropic.StreamEvent(type="message_start", message=anthropic.StartedMessage() as message):
                return self._start(message)
            case anthropic.StreamEvent(type="message_delta"):
                return self._finish(event)
            case anthropic.StreamEvent(type="message_stop"):
                self.complete = True
                return self._usage_chunk() + b"data: [DONE]\n\n"
            case anthropic.StreamEvent(type="error"):
                self.failed = True
                detail = event.error or anthropic.ErrorDetail(message="The upstream failed")
                words = openai_words(openai_status(anthropic_status(detail.type)))
                error = GatewayError(502, words.kind, message=detail.message, code=words.code)
                return error_event(error, Dialect.OPENAI)
        return b""

    def _start(self, message: anthropic.StartedMessage) -> bytes:
        head = {
            "id": message.id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": message.model,
        }
        self._prefix = b"data: " + _encode(head)[:-1] + b',"choices":['
        self._add_usage(message.usage)
        return b""

    def _role(self, block_type: str) -> bytes:
        """Give the first chunk, which waits for the first block: with a call there is no content."""
        if self._begun:
            return b""
        self._begun = True
        content = b"null" if block_type == "tool_use" else b'""'
        return self._chunk(b'{"role":"assistant","content":%b,"refusal":null}' % content)

    def _chunk(self, delta: bytes) -> bytes:
        return b'%b{"index":0,"delta":%b%b' % (self._prefix, delta, self._suffix)

    def _delta(self, delta: anthropic.Delta) -> bytes:
        text = bytes(delta.text)
        if text:
            return self._chunk(b'{"content":%b}' % text)
        fragment = bytes(delta.partial_json)
        if fragment in _EMPTY:
            return b""
        call = b'{"tool_calls":[{"index":%d,"function":{"arguments":%b}}]}' % (self._calls, fragment)
        return self._chunk(call)

    def _block(self, block: anthropic.AnyBlock) -> bytes:
        role = self._role(block.type)
        if block.type == "text" and block.text:
            return role + self._chunk(b'{"content":%b}' % _encode(block.text))
        if block.type != "tool_use":
            return role
        self._calls += 1
        arguments = bytes(block.input).decode() if bytes(block.input).strip() not in (b"{}", b"") else ""
        function = {"name": block.name, "arguments": arguments}
        call = {"index": self._calls, "id": block.id, "type": "function", "function": function}
        return role + self._chunk(_encode({"tool_calls": [call]}))

    def _finish(self, event: anthropic.StreamEvent) -> bytes:
        self._add_usage(event.usage)
        if event.delta is None or event.delta.stop_reason is None:
            return b""
        reason = finish_reason(event.delta.stop_reason).encode()
        usage = b',"usage":null' if self._include_usage else b""
        choice = b'{"index":0,"delta":{},"logprobs":null,"finish_reason":"%b"}]%b}\n\n' % (reason, usage)
        return self._role("text") + self._prefix + choice

    def _usage_chunk(self) -> bytes:
        if not self._include_usage:
            return b""
        return b'%b],"usage":%b}\n\n' % (self._prefix, _encode(convert_usage(self._usage)))

    def _add_usage(self, usage: anthropic.Usage | None) -> None:
        """Take the newest counts: those of a message_delta are totals, and may leave some out."""
        if usage is None:
            return
        for name in usage.__struct_fields__:
            count = getattr(usage, name)
            if count is not None:
                setattr(self._usage, name, count)
