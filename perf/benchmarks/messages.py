"""The bodies and frames that the micro-benchmarks feed to the gateway: a conversation of ordinary size."""

import json

WORDS = "The quick brown fox jumps over the lazy dog while the gateway counts its tokens. "
MODEL = "claude-sonnet-4-5"
USAGE = {"input_tokens": 412, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 2048}
TOOL = {
    "name": "lookup",
    "description": "Look a word up in the dictionary.",
    "parameters": {
        "type": "object",
        "properties": {"word": {"type": "string"}, "limit": {"type": "integer"}},
        "required": ["word"],
    },
}
CALL = {"id": "call_1", "type": "function", "function": {"name": "lookup", "arguments": '{"word":"fox"}'}}


def chat_request() -> bytes:
    """An OpenAI chat request of about 4 kB: system prompt, ten turns, a tool call and its result."""
    turns = [
        {"role": "user" if turn % 2 == 0 else "assistant", "content": f"{turn}: {WORDS * 3}"}
        for turn in range(10)
    ]
    messages = [
        {"role": "system", "content": WORDS * 5},
        *turns,
        {"role": "user", "content": [{"type": "text", "text": WORDS}]},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call_1", "content": WORDS},
    ]
    request = {
        "model": MODEL,
        "messages": messages,
        "max_tokens": 512,
        "temperature": 0.7,
        "tools": [{"type": "function", "function": TOOL}],
    }
    return json.dumps(request).encode()


def anthropic_answer() -> bytes:
    """A whole Anthropic answer of about 2 kB: text, then a tool call."""
    answer = {
        "id": "msg_01",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [
            {"type": "text", "text": WORDS * 20},
            {"type": "tool_use", "id": "toolu_01", "name": "lookup", "input": {"word": "fox", "limit": 3}},
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {**USAGE, "output_tokens": 96},
    }
    return json.dumps(answer).encode()


def anthropic_stream(deltas: int) -> list[bytes]:
    """The frames of an Anthropic stream with so many text deltas, each as its own bytes."""
    message = {"id": "msg_01", "type": "message", "role": "assistant", "model": MODEL, "content": []}
    block = {"index": 0, "content_block": {"type": "text", "text": ""}}
    ended = {"delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": deltas}}
    return [
        _event("message_start", {"message": {**message, "usage": {**USAGE, "output_tokens": 1}}}),
        _event("content_block_start", block),
        *(
            _event("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": f"tok{n} "}})
            for n in range(deltas)
        ),
        _event("content_block_stop", {"index": 0}),
        _event("message_delta", ended),
        _event("message_stop", {}),
    ]


def openai_stream(deltas: int) -> list[bytes]:
    """The frames of an OpenAI chat stream with so many text deltas, each as its own bytes."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": MODEL}
    choices = [{"index": 0, "delta": {"content": f"tok{n} "}, "finish_reason": None} for n in range(deltas)]
    return [f"data: {json.dumps({**head, 'choices': [choice]})}\n\n".encode() for choice in choices]


def _event(kind: str, fields: dict[str, object]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()
