"""Payloads by dialect: the one door to the three builders."""

from typing import assert_never

from perf.model.wire import Dialect
from perf.wire import anthropic_messages, openai_chat, openai_responses
from perf.wire.answer import Answer, StreamFrames


def reply_body(dialect: Dialect, answer: Answer) -> bytes:
    """The body of a whole answer."""
    match dialect:
        case Dialect.OPENAI_CHAT:
            return openai_chat.body(answer)
        case Dialect.OPENAI_RESPONSES:
            return openai_responses.body(answer)
        case Dialect.ANTHROPIC_MESSAGES:
            return anthropic_messages.body(answer)
        case _:
            assert_never(dialect)


def reply_frames(dialect: Dialect, answer: Answer, *, include_usage: bool) -> StreamFrames:
    """The events of a streamed answer; only OpenAI Chat has to be asked for its usage."""
    match dialect:
        case Dialect.OPENAI_CHAT:
            return openai_chat.frames(answer, include_usage=include_usage)
        case Dialect.OPENAI_RESPONSES:
            return openai_responses.frames(answer)
        case Dialect.ANTHROPIC_MESSAGES:
            return anthropic_messages.frames(answer)
        case _:
            assert_never(dialect)
