"""Payloads of OpenAI Responses, streamed and whole."""

from typing import Protocol

import msgspec

from perf.model.upstream import TokenUsage
from perf.wire.answer import CREATED_S, TOOL_NAME, Answer, StreamFrames

_ID = "resp_perfgate0000000000000000"
_MESSAGE_ID = "msg_perfgate0000000000000000"
_FUNCTION_ID = "fc_perfgate0000000000000000"
_CALL_ID = "call_perfgate0000000000000000"


class _Event(Protocol):
    def __call__(self, kind: str, **fields: object) -> bytes: ...


def body(answer: Answer) -> bytes:
    """The body of a whole answer."""
    return msgspec.json.encode(_response(answer, status="completed"))


def frames(answer: Answer) -> StreamFrames:
    """The events of a streamed answer, each with its sequence number."""
    event = _numbered()
    started = _response(answer, status="in_progress")
    opening: tuple[bytes, ...] = (
        event("response.created", response=started),
        event("response.in_progress", response=started),
        event("response.output_item.added", output_index=0, item=_item(answer, status="in_progress")),
    )
    opening, deltas, closing = (_call if answer.tool_arguments else _message)(answer, event, opening=opening)
    ending = (
        event("response.output_item.done", output_index=0, item=_item(answer, status="completed")),
        event("response.completed", response=_response(answer, status="completed")),
    )
    return StreamFrames(opening, deltas, closing + ending)


def usage(counts: TokenUsage) -> dict[str, object]:
    """The usage object of Responses: here the input's tokens include the cached ones."""
    total = counts.input_tokens + counts.cache_creation_tokens + counts.cache_read_tokens
    cached = {"cached_tokens": counts.cache_read_tokens, "cache_write_tokens": counts.cache_creation_tokens}
    return {
        "input_tokens": total,
        "input_tokens_details": cached,
        "output_tokens": counts.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": total + counts.output_tokens,
    }


def _message(answer: Answer, event: _Event, *, opening: tuple[bytes, ...]) -> StreamFrames:
    place = {"item_id": _MESSAGE_ID, "output_index": 0, "content_index": 0}
    added = event("response.content_part.added", **place, part=_part(""))
    deltas = tuple(
        event("response.output_text.delta", **place, delta=piece, logprobs=[]) for piece in answer.pieces
    )
    closing = (
        event("response.output_text.done", **place, text=answer.text, logprobs=[]),
        event("response.content_part.done", **place, part=_part(answer.text)),
    )
    return StreamFrames((*opening, added), deltas, closing)


def _call(answer: Answer, event: _Event, *, opening: tuple[bytes, ...]) -> StreamFrames:
    place = {"item_id": _FUNCTION_ID, "output_index": 0}
    name = "response.function_call_arguments"
    deltas = tuple(event(f"{name}.delta", **place, delta=piece) for piece in answer.pieces)
    done = event(f"{name}.done", **place, name=TOOL_NAME, arguments=answer.tool_arguments)
    return StreamFrames(opening, deltas, (done,))


def _item(answer: Answer, *, status: str) -> dict[str, object]:
    whole = status == "completed"
    if answer.tool_arguments:
        arguments = answer.tool_arguments if whole else ""
        call: dict[str, object] = {"id": _FUNCTION_ID, "type": "function_call", "status": status}
        return {**call, "call_id": _CALL_ID, "name": TOOL_NAME, "arguments": arguments}
    content = [_part(answer.text)] if whole else []
    return {"id": _MESSAGE_ID, "type": "message", "status": status, "role": "assistant", "content": content}


def _part(text: str) -> dict[str, object]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _response(answer: Answer, *, status: str) -> dict[str, object]:
    whole = status == "completed"
    return {
        "id": _ID,
        "object": "response",
        "created_at": CREATED_S,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": answer.model,
        "output": [_item(answer, status=status)] if whole else [],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": usage(answer.usage) if whole and answer.usage is not None else None,
    }


def _numbered() -> _Event:
    number = 0

    def event(kind: str, **fields: object) -> bytes:
        nonlocal number
        payload = msgspec.json.encode({"type": kind, "sequence_number": number, **fields})
        number += 1
        return b"event: %b\ndata: %b\n\n" % (kind.encode(), payload)

    return event
