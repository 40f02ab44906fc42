"""Whole streams as the mock providers build them: every dialect, text and tools, with and without usage."""

import json
from dataclasses import dataclass
from itertools import pairwise, product

import pytest
from hypothesis import strategies as st

from perf.model.upstream import TokenUsage
from perf.model.wire import Dialect
from perf.wire.answer import Answer, StreamFrames
from perf.wire.build import reply_frames

USAGE = TokenUsage(input_tokens=7, output_tokens=3, cache_creation_tokens=100, cache_read_tokens=1000)
ARGUMENTS = '{"city":"Zürich 🎈","days":[1,2]}'
TOKENS = ("tok0", " zwei – ü", " 🎈\n\ndata: no\r\n")
"""Among them what takes two, three and four bytes, and what would end a frame if it were not JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """One stream: the answer that it brings, and its frames before, with and after the content."""

    dialect: Dialect
    answer: Answer
    parts: StreamFrames

    @property
    def frames(self) -> tuple[bytes, ...]:
        """All frames in order."""
        return self.parts.all

    @property
    def text(self) -> str:
        """What a client makes of it."""
        return "".join(self.answer.pieces)

    @property
    def wire(self) -> bytes:
        """All bytes."""
        return b"".join(self.frames)


def a_stream(
    dialect: Dialect, *, tool_arguments: str, usage: TokenUsage | None, tokens: tuple[str, ...] = TOKENS
) -> Built:
    """The stream of one answer; usage is asked for where it is to come."""
    answer = Answer(model="m", tokens=tokens, tool_arguments=tool_arguments, usage=usage)
    parts = reply_frames(dialect, answer, include_usage=usage is not None)
    return Built(dialect=dialect, answer=answer, parts=parts)


KINDS = [
    pytest.param(
        a_stream(dialect, tool_arguments=arguments, usage=usage),
        id=f"{dialect}-{'tool' if arguments else 'text'}-{'usage' if usage else 'no-usage'}",
    )
    for dialect, arguments, usage in product(Dialect, ("", ARGUMENTS), (None, USAGE))
]
"""One stream of each kind."""

EVERY_KIND = pytest.mark.parametrize("built", KINDS)

STREAMS = st.builds(
    a_stream,
    st.sampled_from(Dialect),
    tool_arguments=st.just("") | st.text(max_size=8).map(lambda city: json.dumps({"city": city})),
    usage=st.none() | st.just(USAGE),
    tokens=st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=4).map(tuple),
)
"""Streams of any text."""


def cut(data: bytes, cuts: set[int]) -> list[bytes]:
    """The data in pieces that end at these places; places behind its end count from its start again."""
    edges = sorted({0, len(data), *(place % len(data) for place in cuts)})
    return [data[start:end] for start, end in pairwise(edges)]


CUTS = st.sets(st.integers(0, 20_000), max_size=16)
"""Any set of places to cut at."""
