"""Payloads of Anthropic Messages, streamed and whole."""

import msgspec

from perf.model.upstream import TokenUsage
from perf.wire.answer import TOOL_NAME, Answer, StreamFrames

_ID = "msg_01perfgate00000000000000"
_TOOL_ID = "toolu_01perfgate0000000000"


def body(answer: Answer) -> bytes:
    """The body of a whole answer."""
    block: dict[str, object] = {"type": "text", "text": answer.text}
    if answer.tool_arguments:
        block = {**_tool_use(), "input": msgspec.Raw(answer.tool_arguments.encode())}
    payload = _message(answer, content=[block], stop_reason=_stop_reason(answer))
    if answer.usage is not None:
        payload["usage"] = usage(answer.usage)
    return msgspec.json.encode(payload)


def frames(answer: Answer) -> StreamFrames:
    """The events of a streamed answer, with a ping behind the first block's start, as the provider does."""
    start = _message(answer, content=[], stop_reason=None)
    end: dict[str, object] = {"delta": {"stop_reason": _stop_reason(answer), "stop_sequence": None}}
    if answer.usage is not None:
        start["usage"] = {**usage(answer.usage), "output_tokens": 1}
        end["usage"] = _cumulative(answer.usage)
    tool = bool(answer.tool_arguments)
    block = {**_tool_use(), "input": {}} if tool else {"type": "text", "text": ""}
    opening = (
        _frame("message_start", message=start),
        _frame("content_block_start", index=0, content_block=block),
        _frame("ping"),
    )
    kind, field = ("input_json_delta", "partial_json") if tool else ("text_delta", "text")
    deltas = tuple(
        _frame("content_block_delta", index=0, delta={"type": kind, field: piece}) for piece in answer.pieces
    )
    closing = (
        _frame("content_block_stop", index=0),
        _frame("message_delta", **end),
        _frame("message_stop"),
    )
    return StreamFrames(opening, deltas, closing)


def usage(counts: TokenUsage) -> dict[str, object]:
    """Anthropic's usage object: here the input's tokens leave out the cached ones."""
    creation = counts.cache_creation_tokens
    return {
        "input_tokens": counts.input_tokens,
        "cache_creation_input_tokens": creation,
        "cache_read_input_tokens": counts.cache_read_tokens,
        "cache_creation": {"ephemeral_5m_input_tokens": creation, "ephemeral_1h_input_tokens": 0},
        "output_tokens": counts.output_tokens,
        "service_tier": "standard",
    }


def _cumulative(counts: TokenUsage) -> dict[str, object]:
    return {
        "input_tokens": counts.input_tokens,
        "cache_creation_input_tokens": counts.cache_creation_tokens,
        "cache_read_input_tokens": counts.cache_read_tokens,
        "output_tokens": counts.output_tokens,
    }


def _message(
    answer: Answer, *, content: list[dict[str, object]], stop_reason: str | None
) -> dict[str, object]:
    return {
        "id": _ID,
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": None,
    }


def _tool_use() -> dict[str, object]:
    return {"type": "tool_use", "id": _TOOL_ID, "name": TOOL_NAME}


def _stop_reason(answer: Answer) -> str:
    return "tool_use" if answer.tool_arguments else "end_turn"


def _frame(kind: str, **fields: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), msgspec.json.encode({"type": kind, **fields}))
