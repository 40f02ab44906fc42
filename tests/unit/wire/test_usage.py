"""Token counts are the same in every dialect, streamed and whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.model.upstream import TokenUsage
from perf.model.wire import Dialect
from perf.wire.answer import Answer
from perf.wire.build import reply_body, reply_frames
from perf.wire.sse import SseDecoder
from perf.wire.tokens import reply_tokens
from perf.wire.usage import Counts, body_counts, provider_counts, stream_counts

DIALECTS = pytest.mark.parametrize("dialect", Dialect)
COUNT = st.integers(min_value=0, max_value=1_000_000)
USAGES = st.builds(
    TokenUsage,
    input_tokens=COUNT,
    output_tokens=COUNT,
    cache_creation_tokens=COUNT,
    cache_read_tokens=COUNT,
)


def an_answer(usage: TokenUsage | None) -> Answer:
    """Two tokens."""
    return Answer(model="m", tokens=reply_tokens(2), tool_arguments="", usage=usage)


def event_data(dialect: Dialect, answer: Answer) -> list[bytes]:
    """The data of all events of the streamed answer."""
    stream = b"".join(reply_frames(dialect, answer, include_usage=True).all)
    return [data for _, data in SseDecoder().feed(stream)]


def test_cached_tokens_are_part_of_the_input() -> None:
    """Total input = input + creation + read, as Anthropic defines it and OpenAI reports it."""
    usage = TokenUsage(input_tokens=1, output_tokens=2, cache_creation_tokens=30, cache_read_tokens=400)

    assert provider_counts(usage) == Counts(431, 400, 2)


@DIALECTS
@given(usage=USAGES)
def test_counts_survive_every_dialect(dialect: Dialect, usage: TokenUsage) -> None:
    """A reader finds what the provider counted, in the body and in the stream."""
    answer = an_answer(usage)

    assert body_counts(dialect, reply_body(dialect, answer)) == provider_counts(usage)
    assert stream_counts(dialect, event_data(dialect, answer)) == provider_counts(usage)


@DIALECTS
def test_an_answer_without_usage_has_no_counts(dialect: Dialect) -> None:
    """Absent is not zero; nor is what cannot be read."""
    assert body_counts(dialect, reply_body(dialect, an_answer(None))) is None
    assert body_counts(dialect, b"{") is None
    assert stream_counts(dialect, [*event_data(dialect, an_answer(None)), b"{", b"[DONE]"]) is None
