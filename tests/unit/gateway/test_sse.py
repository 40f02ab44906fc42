"""Event streams over any split of their bytes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from perf.gateway.errors import Dialect
from perf.gateway.passthrough import PassThrough
from perf.gateway.sse import Event, EventDecoder, FrameGate

_line = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12)
_name = st.text("abc_", max_size=5)
_events = st.lists(st.tuples(_name, st.lists(_line, min_size=1, max_size=2)), max_size=6)
_ends = st.sampled_from(["\n", "\r\n", "\r"])


def encode(events: list[tuple[str, list[str]]], end: str) -> bytes:
    frames = []
    for name, lines in events:
        head = [f"event: {name}"] if name else [": a comment"]
        frames.append(end.join([*head, *(f"data: {line}" for line in lines), "", ""]))
    return "".join(frames).encode()


def split(text: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % (len(text) + 1) for cut in cuts})
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


@settings(max_examples=3 * settings().max_examples)
@given(_events, _ends, st.lists(st.integers(0, 10_000), max_size=20))
def test_events_do_not_depend_on_the_split(
    events: list[tuple[str, list[str]]], end: str, cuts: list[int]
) -> None:
    """The same events come out whatever the line end and wherever the reads end."""
    decoder = EventDecoder()
    text = encode(events, end)
    decoded = [event for part in split(text, cuts) for event in decoder.feed(part)]

    assert decoded == [Event(name=name.encode(), data="\n".join(lines).encode()) for name, lines in events]
    assert not decoder.midway


@settings(max_examples=3 * settings().max_examples)
@given(_events, _ends)
def test_events_survive_one_byte_at_a_time(events: list[tuple[str, list[str]]], end: str) -> None:
    """Also between the two bytes of a line end, and inside a character."""
    decoder = EventDecoder()
    text = encode(events, end)
    decoded = [event for byte in text for event in decoder.feed(bytes([byte]))]

    assert len(decoded) == len(events)


@settings(max_examples=3 * settings().max_examples)
@given(
    st.binary(max_size=60).map(lambda raw: raw.replace(b"x", b"\n\n")),
    st.lists(st.integers(0, 99), max_size=9),
)
def test_a_gate_loses_and_changes_nothing(text: bytes, cuts: list[int]) -> None:
    """What passed and what is held is what came in."""
    gate = FrameGate()
    passed = b"".join(gate.feed(part) for part in split(text, cuts))

    assert passed + gate.held == text
    assert not passed or passed.endswith((b"\n", b"\r"))


def test_a_gate_never_lets_half_a_frame_out() -> None:
    """The start of a frame waits for its end."""
    gate = FrameGate()

    assert gate.feed(b"data: 1\n\ndata: 2") == b"data: 1\n\n"
    assert gate.feed(b"3\n") == b""
    assert gate.feed(b"\n") == b"data: 23\n\n"


def test_a_field_without_a_space_is_read() -> None:
    """`data:x` is as good as `data: x`; a frame without data is no event."""
    assert EventDecoder().feed(b"event:e\ndata:x\n\nevent: alone\n\n") == [Event(name=b"e", data=b"x")]


def test_a_stream_is_complete_only_at_its_proper_end() -> None:
    """`[DONE]` inside a text is no end; on a line of its own it is."""
    stream = PassThrough(Dialect.OPENAI)
    stream.feed(b'data: {"content":"[DONE]"}\n\n')
    before = stream.complete
    stream.feed(b"data: [DO")
    stream.feed(b"NE]\n\n")

    assert (before, stream.complete, stream.failed) == (False, True, False)


def test_an_error_event_is_noticed() -> None:
    """A stream that ends with the upstream's own error needs no second one."""
    stream = PassThrough(Dialect.ANTHROPIC)
    stream.feed(b'event: error\ndata: {"type":"error"}\n\n')

    assert stream.failed
    assert not stream.complete


def test_an_end_without_its_blank_line_passes() -> None:
    """Some upstreams leave the last line end out."""
    stream = PassThrough(Dialect.OPENAI)

    assert stream.feed(b"data: 1\n\ndata: [DONE]\n") == b"data: 1\n\n"
    assert stream.flush() == b"data: [DONE]\n"
    assert stream.complete
