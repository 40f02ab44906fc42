"""Streams of every dialect, cut anywhere, are the same events."""

from collections.abc import Iterable

from hypothesis import given, settings

from perf.wire.read import EventKind, reader_for
from perf.wire.sse import SseDecoder, SseFrame
from tests.unit.wire.streams import CUTS, EVERY_KIND, STREAMS, Built, cut


def decoded(pieces: Iterable[bytes]) -> list[SseFrame]:
    """The events of these pieces, read one after the other; none of a frame is left."""
    decoder = SseDecoder()
    frames = [frame for piece in pieces for frame in decoder.feed(piece)]
    assert not decoder.pending
    return frames


def one_by_one(built: Built) -> list[SseFrame]:
    """The events as they were built: each frame by a decoder of its own."""
    return [event for frame in built.frames for event in decoded([frame])]


@EVERY_KIND
def test_a_stream_cut_in_two_anywhere_has_the_same_events(built: Built) -> None:
    """One event a frame, with its name and its data, wherever a read ends."""
    expected = one_by_one(built)
    assert len(expected) == len(built.frames)

    for place in range(len(built.wire) + 1):
        assert decoded([built.wire[:place], built.wire[place:]]) == expected, place


@EVERY_KIND
def test_a_stream_byte_by_byte_has_the_same_events(built: Built) -> None:
    """The smallest reads that there are."""
    assert decoded(cut(built.wire, set(range(len(built.wire))))) == one_by_one(built)


@settings(max_examples=3 * settings().max_examples)
@given(built=STREAMS, cuts=CUTS)
def test_no_set_of_cuts_changes_an_event_or_its_meaning(built: Built, cuts: set[int]) -> None:
    """Whatever the text, its language and the reads; and the text of the events is that of the answer."""
    events = decoded(cut(built.wire, cuts))
    read = reader_for(built.dialect)
    meanings = [read(name, data) for name, data in events]

    assert events == one_by_one(built)
    assert "".join(text for kind, text in meanings if kind is EventKind.TEXT) == built.text
    assert not {EventKind.MALFORMED, EventKind.ERROR} & {kind for kind, _ in meanings}
