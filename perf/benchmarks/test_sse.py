"""Decoding server-sent events, a hundred frames at a time."""

from collections.abc import Sequence

import pytest

from perf.benchmarks.messages import openai_stream
from perf.benchmarks.rounds import Benchmark, timed
from perf.gateway.sse import EventDecoder

FRAMES = 100
PIECE_BYTES = 1_000
FRAME_BY_FRAME = openai_stream(FRAMES)
STREAM = b"".join(FRAME_BY_FRAME)
PIECES = [STREAM[start : start + PIECE_BYTES] for start in range(0, len(STREAM), PIECE_BYTES)]


@pytest.mark.parametrize(
    "pieces", [pytest.param(FRAME_BY_FRAME, id="whole-frames"), pytest.param(PIECES, id="split-frames")]
)
def test_sse_decoding(benchmark: Benchmark, pieces: Sequence[bytes]) -> None:
    """A hundred frames are decoded, however the network cut them."""

    def decoded() -> int:
        decoder = EventDecoder()
        return sum(len(decoder.feed(piece)) for piece in pieces)

    assert timed(benchmark, decoded, calls=5) == FRAMES
