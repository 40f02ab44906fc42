"""Payloads of OpenAI Chat Completions, streamed and whole."""

import msgspec

from perf.model.upstream import TokenUsage
from perf.wire.answer import CREATED_S, TOOL_NAME, Answer, StreamFrames

_ID = "chatcmpl-perfgate0000000000000000"
_CALL_ID = "call_perfgate0000000000000000"
_FINGERPRINT = "fp_perfgate"
_DONE = b"data: [DONE]\n\n"


def body(answer: Answer) -> bytes:
    """The body of a whole answer."""
    message: dict[str, object] = {
        "role": "assistant",
        "content": answer.text,
        "refusal": None,
        "annotations": [],
    }
    if answer.tool_arguments:
        function = {"name": TOOL_NAME, "arguments": answer.tool_arguments}
        message["content"] = None
        message["tool_calls"] = [{"id": _CALL_ID, "type": "function", "function": function}]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(answer)}
    payload = {**_envelope(answer, kind="chat.completion"), "choices": [choice]}
    if answer.usage is not None:
        payload["usage"] = usage(answer.usage)
    return msgspec.json.encode(payload)


def frames(answer: Answer, *, include_usage: bool) -> StreamFrames:
    """The events of a streamed answer: role, one delta per token, finish, usage if asked for, [DONE]."""
    envelope = _envelope(answer, kind="chat.completion.chunk")
    blank: dict[str, object] = {"usage": None} if include_usage else {}

    def chunk(delta: object, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _frame({**envelope, "choices": [choice], **blank})

    closing = [chunk({}, _finish(answer))]
    if include_usage and answer.usage is not None:
        closing.append(_frame({**envelope, "choices": [], "usage": usage(answer.usage)}))
    opening: dict[str, object] = {"role": "assistant", "content": "", "refusal": None}
    if answer.tool_arguments:
        function = {"name": TOOL_NAME, "arguments": ""}
        call = {"index": 0, "id": _CALL_ID, "type": "function", "function": function}
        opening = {"role": "assistant", "content": None, "tool_calls": [call], "refusal": None}
    deltas = tuple(chunk(_delta(answer, piece)) for piece in answer.pieces)
    return StreamFrames((chunk(opening),), deltas, (*closing, _DONE))


def usage(counts: TokenUsage) -> dict[str, object]:
    """OpenAI's usage object: here the prompt's tokens include the cached ones."""
    prompt = counts.input_tokens + counts.cache_creation_tokens + counts.cache_read_tokens
    cached = {
        "cached_tokens": counts.cache_read_tokens,
        "audio_tokens": 0,
        "cache_write_tokens": counts.cache_creation_tokens,
    }
    details = dict.fromkeys(
        ("reasoning_tokens", "audio_tokens", "accepted_prediction_tokens", "rejected_prediction_tokens"), 0
    )
    return {
        "prompt_tokens": prompt,
        "completion_tokens": counts.output_tokens,
        "total_tokens": prompt + counts.output_tokens,
        "prompt_tokens_details": cached,
        "completion_tokens_details": details,
    }


def _delta(answer: Answer, piece: str) -> dict[str, object]:
    if answer.tool_arguments:
        return {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}
    return {"content": piece}


def _envelope(answer: Answer, *, kind: str) -> dict[str, object]:
    return {
        "id": _ID,
        "object": kind,
        "created": CREATED_S,
        "model": answer.model,
        "service_tier": "default",
        "system_fingerprint": _FINGERPRINT,
    }


def _finish(answer: Answer) -> str:
    return "tool_calls" if answer.tool_arguments else "stop"


def _frame(payload: object) -> bytes:
    return b"data: %b\n\n" % msgspec.json.encode(payload)
