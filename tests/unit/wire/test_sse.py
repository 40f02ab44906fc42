"""The decoder of server-sent events."""

import re
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.wire.sse import SseDecoder, SseFrame

BLANK = ["", ""]
USUAL = ["data: one", "data: zwei – ü 🎈", 'data: {"a":"b: c"}', "event: ping", "event: message_start"]
ODD = [
    "data:tight",
    "data:  two spaces",
    "data",
    "data: ",
    ": a comment",
    "id: 7",
    "retry: 10",
    "datax: no",
    "x",
]
LINES = st.sampled_from(BLANK + USUAL + ODD)
ENDINGS = st.sampled_from(["\n", "\n", "\r\n", "\r"])


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """Lines of all kinds with all kinds of endings, perhaps behind a byte order mark."""
    lines = draw(st.lists(st.tuples(LINES, ENDINGS), max_size=12))
    mark = draw(st.sampled_from(["", "", "\ufeff"]))
    return (mark + "".join(line + ending for line, ending in lines)).encode()


def by_the_standard(stream: bytes) -> list[SseFrame]:
    """WHATWG HTML 9.2.6 word for word, over a whole stream."""
    frames, event, data = [], "", ""
    text = stream.decode().removeprefix("\ufeff")
    for line in re.split("\r\n|\r|\n", text)[:-1]:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                frames.append((event.encode(), data.removesuffix("\n").encode()))
            event = data = ""
        elif field == "event":
            event = value
        elif field == "data":
            data += value + "\n"
    return frames


@settings(max_examples=3 * settings().max_examples)
@given(stream=streams(), cuts=st.lists(st.integers(0, 200), max_size=8))
def test_every_split_gives_the_frames_of_the_standard(stream: bytes, cuts: list[int]) -> None:
    """Wherever reads end, the frames are those that the standard finds in the whole."""
    decoder = SseDecoder()
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    parts = [stream[start:end] for start, end in pairwise(edges)]

    assert [frame for part in parts for frame in decoder.feed(part)] == by_the_standard(stream)


@settings(max_examples=3 * settings().max_examples)
@given(stream=streams())
def test_single_bytes_give_the_frames_of_the_standard(stream: bytes) -> None:
    """Not even a read of one byte after the other changes a frame."""
    decoder = SseDecoder()

    frames = [frame for number in range(len(stream)) for frame in decoder.feed(stream[number : number + 1])]

    assert frames == by_the_standard(stream)


def test_a_character_cut_in_two_survives() -> None:
    """Frames stay bytes until they are whole."""
    decoder = SseDecoder()
    whole = "data: ü\n\n".encode()

    assert [*decoder.feed(whole[:7]), *decoder.feed(whole[7:])] == [(b"", "ü".encode())]


@pytest.mark.parametrize(
    ("stream", "pending"),
    [
        pytest.param(b"", False, id="nothing"),
        pytest.param(b"data: a\n\n", False, id="whole"),
        pytest.param(b"data: a\n", True, id="no-blank-line"),
        pytest.param(b"data: a\n\nda", True, id="cut-name"),
        pytest.param(b"\n", False, id="blank"),
        pytest.param(b"data: a\n\n: bye\n: b", False, id="comments"),
        pytest.param(b"data: a\n\n: bye\nda", True, id="cut-name-behind-a-comment"),
    ],
)
def test_pending_tells_a_cut_frame(stream: bytes, pending: bool) -> None:
    """What is left at the end of a stream was cut off."""
    decoder = SseDecoder()

    decoder.feed(stream)

    assert decoder.pending is pending


@pytest.mark.parametrize("line", [b"x" * 4_096, b"data: %b\n" % (b"x" * 4_089)], ids=["line", "block"])
def test_what_has_no_end_is_not_copied(line: bytes) -> None:
    """Of 20 MB that came as the same piece again and again, no second one is made before the end."""
    decoder = SseDecoder()
    tracemalloc.start()
    try:
        frames = [frame for _ in range(5_000) for frame in decoder.feed(line)]
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert frames == []
    assert decoder.pending
    assert peak_bytes < 1_000_000
