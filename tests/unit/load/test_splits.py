"""Streams of every dialect, however they are cut on their way, are the same sample."""

from bisect import bisect_left
from itertools import accumulate

from hypothesis import given, settings

from perf.load.stream import StreamReader
from perf.model.load import Outcome
from perf.wire.usage import provider_counts
from tests.load.plans import stream
from tests.unit.load.bench import Bench, a_plan_for, sampled
from tests.unit.wire.streams import CUTS, EVERY_KIND, STREAMS, Built, cut


def facts(bench: Bench) -> tuple[Outcome, int, int, int, int, int]:
    """Outcome, status, deltas, frames, bytes and tokens of the sample: all that does not depend on time."""
    sample = bench.sample()
    counts = sample.deltas, sample.frames, sample.bytes_in, sample.output_tokens
    return Outcome(sample.outcome), sample.status, *counts


def facts_of(built: Built, *, length: int) -> tuple[Outcome, int, int, int, int, int]:
    """What they have to be where nothing was lost."""
    usage = built.answer.usage
    tokens = usage.output_tokens if usage else 0
    return Outcome.OK, 200, len(built.answer.pieces), len(built.frames), length, tokens


@EVERY_KIND
def test_an_answer_cut_in_two_anywhere_is_the_same_sample(built: Built) -> None:
    """Wherever a read ends, text, token counts, deltas and frames are those of the whole."""
    plan, wire = a_plan_for(built), stream(*built.frames)

    for place in range(1, len(wire)):
        assert facts(sampled(plan, [wire[:place], wire[place:]])) == facts_of(built, length=len(wire)), place


@EVERY_KIND
def test_an_answer_byte_by_byte_is_the_same_sample(built: Built) -> None:
    """The smallest reads that there are."""
    wire = stream(*built.frames)

    assert facts(sampled(a_plan_for(built), cut(wire, set(range(len(wire)))))) == facts_of(
        built, length=len(wire)
    )


@settings(max_examples=3 * settings().max_examples)
@given(built=STREAMS, chunks=CUTS, reads=CUTS)
def test_neither_chunks_nor_reads_change_a_sample(built: Built, chunks: set[int], reads: set[int]) -> None:
    """A gateway may cut chunks through frames, and the network reads through chunks."""
    wire = stream(*cut(built.wire, chunks))

    assert facts(sampled(a_plan_for(built), cut(wire, reads))) == facts_of(built, length=len(wire))


@settings(max_examples=3 * settings().max_examples)
@given(built=STREAMS, reads=CUTS)
def test_the_reader_finds_text_and_counts_in_any_pieces(built: Built, reads: set[int]) -> None:
    """Character by character and token by token, each frame with the time of the read that completed it."""
    reader = StreamReader(built.dialect)
    pieces = cut(built.wire, reads)
    for at_ns, piece in enumerate(pieces, 1):
        reader.feed(piece, at_ns)
    usage = built.answer.usage
    ends = list(accumulate(map(len, pieces)))
    times_ns = [bisect_left(ends, end) + 1 for end in accumulate(map(len, built.frames))]
    opening, deltas, _ = built.parts

    assert reader.text() == built.text
    assert reader.counts() == (None if usage is None else provider_counts(usage))
    assert reader.frame_times_ns == times_ns
    assert reader.delta_times_ns == times_ns[len(opening) : len(opening) + len(deltas)]


@EVERY_KIND
def test_a_stream_without_its_last_frames_is_truncated(built: Built) -> None:
    """Whole HTTP around it helps nothing: without the dialect's last frame a client waits for more."""
    plan = a_plan_for(built)

    for kept in range(len(built.frames)):
        outcome, *_ = facts(sampled(plan, [stream(*built.frames[:kept])]))
        assert outcome is Outcome.TRUNCATED_STREAM, kept


@EVERY_KIND
def test_a_stream_without_one_of_its_deltas_is_wrong(built: Built) -> None:
    """Each of them counts for the text, even if some later event repeats the whole."""
    plan, (opening, deltas, closing) = a_plan_for(built), built.parts

    for lost in range(len(deltas)):
        kept = deltas[:lost] + deltas[lost + 1 :]
        outcome, *_ = facts(sampled(plan, [stream(*opening, *kept, *closing)]))
        assert outcome is Outcome.WRONG_CONTENT, lost
