"""One connection, fed by hand: every split of an answer gives the same sample."""

import pytest

from perf.load.connection import MOST_BYTES
from perf.load.sweep import sweep_period_ns
from perf.model.load import LoadPlan, Outcome, Timeouts
from perf.model.units import ms_to_ns
from tests.load.plans import DELTAS, DONE, FINISH, a_plan, a_template, answer, delta, stream
from tests.unit.load.bench import Bench

PLAIN = a_plan()
STREAMED = a_plan(templates=(a_template(stream=True),))
KEPT = answer(headers=("server: scripted", "content-type: application/json"))
PIECES = stream(*DELTAS, FINISH, DONE)
ENDLESS = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 1000000000000\r\n\r\n"
COMMENT = b":%b\n\n" % (b"x" * 1_021)
CLOSING = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"


@pytest.mark.parametrize(
    ("plan", "wire", "deltas"),
    [
        pytest.param(PLAIN, KEPT, 0, id="body"),
        pytest.param(STREAMED, PIECES, 3, id="stream"),
        pytest.param(STREAMED, PIECES.replace(b"\n\n", b"\r\n"), 0, id="broken-stream"),
    ],
)
def test_no_split_changes_a_sample(plan: LoadPlan, wire: bytes, deltas: int) -> None:
    """Cut in two anywhere, an answer ends as it does in one piece."""
    whole = Bench(plan)
    whole.connection.send(0, 0)
    whole.connection.data_received(wire)
    assert whole.sample().deltas == deltas

    for cut in range(1, len(wire)):
        split = Bench(plan)
        split.connection.send(0, 0)
        split.connection.data_received(wire[:cut])
        split.connection.data_received(wire[cut:])
        assert split.gist() == whole.gist(), cut


@pytest.mark.parametrize(
    ("plan", "wire"),
    [
        pytest.param(PLAIN, KEPT, id="body"),
        pytest.param(STREAMED, PIECES, id="stream"),
        pytest.param(
            STREAMED, CLOSING + b"".join((*DELTAS, FINISH, DONE)), id="stream-to-the-end-of-connection"
        ),
    ],
)
@pytest.mark.parametrize("in_order", [pytest.param(True, id="fin"), pytest.param(False, id="rst")])
def test_what_was_cut_off_is_never_ok(plan: LoadPlan, wire: bytes, in_order: bool) -> None:
    """Whatever the cut, a good answer has an end after its start, and every other one a time of its end."""
    for cut in range(len(wire) + 1):
        bench = Bench(plan)
        bench.connection.send(0, 0)
        if cut:
            bench.connection.data_received(wire[:cut])
        bench.connection.connection_lost(None if in_order else ConnectionResetError())
        sample = bench.sample()

        assert sample.ended_ns >= sample.sent_ns
        assert sample.outcome != Outcome.OK or (cut == len(wire) and sample.last_byte_ns >= sample.sent_ns)


def test_a_stream_byte_by_byte_is_the_same_stream() -> None:
    """A character of four bytes, cut between each, loses nothing."""
    text = "tok0 \N{GRINNING FACE} é"
    plan = a_plan(templates=(a_template(stream=True, text=text),))
    bench = Bench(plan)
    bench.connection.send(0, 0)
    wire = stream(*(delta(piece) for piece in ("tok0 ", "\N{GRINNING FACE}", " é")), FINISH, DONE)
    for index in range(len(wire)):
        bench.connection.data_received(wire[index : index + 1])

    assert bench.gist() == (Outcome.OK, 200, 3, len(wire))


def test_answers_that_nobody_asked_for_close_the_connection() -> None:
    """A 408 on a resting connection is no sample; the pool hears of the loss once."""
    bench = Bench(PLAIN)
    bench.connection.data_received(answer(status="408 Request Timeout"))
    bench.connection.connection_lost(None)

    assert bench.wire.is_aborted
    assert bench.owner.lost_count == 1
    assert len(bench.terms.recorder) == 0


def test_an_answer_too_many_ends_the_connection() -> None:
    """What follows the answer in the same read belongs to nobody: the sample stands, the connection goes."""
    bench = Bench(PLAIN)
    bench.connection.send(0, 0)
    bench.connection.data_received(KEPT + b"garbage")

    assert bench.sample().outcome == Outcome.OK
    assert bench.connection.closed


def test_a_reused_connection_starts_afresh() -> None:
    """Nothing of one answer shows in the next one's sample."""
    bench = Bench(PLAIN)
    for number, data in enumerate((answer(status="500 Oops"), KEPT)):
        bench.connection.send(number, 0)
        bench.connection.data_received(data)

    first, second = bench.terms.recorder.samples()[0]
    assert (first.outcome, first.status, first.bytes_in) == (
        Outcome.SERVER_5XX,
        500,
        len(answer(status="500 Oops")),
    )
    assert (second.outcome, second.status, second.bytes_in) == (Outcome.OK, 200, len(KEPT))
    assert len(bench.wire.written) == 2


def test_a_lost_connection_ends_its_request_once() -> None:
    """Silence, then the end: a reset, and nothing more."""
    bench = Bench(PLAIN)
    bench.connection.send(0, 0)
    bench.connection.connection_lost(ConnectionResetError())

    assert bench.gist() == (Outcome.RESET, 0, 0, 0)
    assert (bench.owner.finished_count, bench.owner.lost_count) == (1, 0)
    assert not list(bench.roster)


def test_a_lost_connection_has_left_whatever_fails_over_it() -> None:
    """Who waits for all connections to be gone does not wait for ever because of a defect in its owner."""
    bench = Bench(PLAIN)
    bench.owner.fails = True
    bench.connection.send(0, 0)
    with pytest.raises(RuntimeError):
        bench.connection.connection_lost(ConnectionResetError())

    assert not list(bench.roster)


def test_a_connection_lost_before_its_first_request_resets_it() -> None:
    """Nothing is written to it, and its owner gets it back closed."""
    bench = Bench(PLAIN)
    bench.connection.connection_lost(None)
    bench.connection.send(0, 0)

    assert bench.gist() == (Outcome.RESET, 0, 0, 0)
    assert bench.wire.written == []
    assert (bench.owner.finished_count, bench.owner.lost_count) == (1, 1)


def test_open_loop_samples_keep_their_intended_time() -> None:
    """The intended time is the schedule's, the sent time the clock's."""
    bench = Bench(PLAIN)
    bench.connection.send(0, 17)
    bench.connection.data_received(KEPT)

    sample = bench.sample()
    assert sample.intended_ns == 17 < sample.sent_ns <= sample.first_byte_ns == sample.last_byte_ns


@pytest.mark.parametrize(
    ("plan", "head", "more", "most_bytes", "outcome"),
    [
        pytest.param(PLAIN, ENDLESS, b"x", MOST_BYTES, Outcome.WRONG_CONTENT, id="body"),
        pytest.param(STREAMED, ENDLESS, b"x", MOST_BYTES, Outcome.MALFORMED_STREAM, id="line"),
        pytest.param(STREAMED, ENDLESS, COMMENT, MOST_BYTES, Outcome.MALFORMED_STREAM, id="comments"),
        pytest.param(PLAIN, ENDLESS[:-2], b"x", 2**20, Outcome.WRONG_CONTENT, id="head"),
    ],
)
def test_an_answer_without_an_end_is_cut_off(
    plan: LoadPlan, head: bytes, more: bytes, most_bytes: int, outcome: Outcome
) -> None:
    """At the limit the connection is closed, whatever was to come."""
    bench = Bench(plan)
    bench.connection.send(0, 0)
    piece = (more * 2**18)[: 2**18]
    bench.connection.data_received(head)
    for _ in range(most_bytes // len(piece) - 1):
        bench.connection.data_received(piece)
    assert bench.connection.busy
    bench.connection.data_received(piece)

    assert bench.wire.is_aborted
    assert bench.sample().outcome == outcome
    assert bench.sample().bytes_in == most_bytes + len(head)
    assert bench.sample().last_byte_ns == 0


@pytest.mark.parametrize(
    ("shortest_ns", "period_ns"),
    [
        pytest.param(ms_to_ns(50), ms_to_ns(5), id="not-too-often"),
        pytest.param(ms_to_ns(1_000), ms_to_ns(50), id="a-twentieth"),
        pytest.param(ms_to_ns(60_000), ms_to_ns(1_000), id="not-too-seldom"),
    ],
)
def test_the_sweep_looks_twenty_times_a_timeout(shortest_ns: int, period_ns: int) -> None:
    """Within 5 ms and a second."""
    timeouts = Timeouts(connect_ns=1, first_byte_ns=shortest_ns, total_ns=2 * shortest_ns)

    assert sweep_period_ns(timeouts) == period_ns
