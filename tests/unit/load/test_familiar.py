"""Answers known again by their bytes: the record is the one that the parser would have given."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from perf.load.familiar import Familiar
from perf.model.load import LoadPlan, Outcome
from perf.model.wire import NONCE_ECHO
from tests.load.plans import BODY, TEXT, a_plan, a_template, answer
from tests.unit.load.bench import Bench

PLAN = a_plan()
FIELDS = ("server: scripted", "x-request-id: req_%04d", "content-type: application/json", "date: %04d")
Gist = tuple[int, ...]


def numbered(number: int) -> bytes:
    """The same answer, each time with another request id and another date."""
    head, end, body = answer(headers=FIELDS).partition(b"\r\n\r\n")
    return head % (number, number) + end + body


WIRE = numbered(0)


def exchange(bench: Bench, *reads: bytes) -> None:
    """One request, whose answer comes in these reads."""
    bench.connection.send(len(bench.terms.recorder), 0)
    for data in reads:
        bench.connection.data_received(data)


def after(*answers: bytes, plan: LoadPlan = PLAN) -> Bench:
    """A connection that has had these good answers."""
    bench = Bench(plan)
    for each in answers:
        exchange(bench, each)
    return bench


def acquainted() -> Bench:
    """A connection that knows `WIRE` by its bytes, though it never came."""
    bench = after(*(numbered(number) for number in range(1, 4)))
    assert bench.terms.familiar[0].recognises(WIRE)
    return bench


def unacquainted() -> Bench:
    """One with as many answers, none of them like `WIRE`."""
    bench = after(*[answer()] * 3)
    assert not bench.terms.familiar[0].recognises(WIRE)
    return bench


def gist(bench: Bench, *reads: bytes) -> Gist:
    """What these reads come to, without the times: the sample if there is one, and the connection's state."""
    exchange(bench, *reads)
    state = (bench.connection.busy, bench.connection.closed)
    if bench.connection.busy:
        return state
    sample = bench.terms.recorder.samples()[0][-1]
    return (*state, sample.number, sample.outcome, sample.status, sample.deltas, sample.bytes_in)


@given(at=st.integers(0, len(WIRE) - 1), byte=st.integers(0, 255))
@example(at=WIRE.index(b"req_") + 1, byte=0)
@example(at=WIRE.index(b"req_") + 1, byte=13)
@example(at=WIRE.index(b"200"), byte=ord("4"))
@example(at=len(WIRE) - 1, byte=ord("]"))
def test_no_byte_is_overlooked(at: int, byte: int) -> None:
    """Whichever byte of an answer is another, the record is as if it had been parsed."""
    data = WIRE[:at] + bytes((byte,)) + WIRE[at + 1 :]

    assert gist(acquainted(), data) == gist(unacquainted(), data)


@given(cuts=st.sets(st.integers(1, len(WIRE) - 1), max_size=4))
def test_no_split_of_a_familiar_answer_changes_its_sample(cuts: set[int]) -> None:
    """In one piece it is recognised, in several it is parsed; the record is the same."""
    reads = [WIRE[start:stop] for start, stop in pairwise([0, *sorted(cuts), len(WIRE)])]

    assert gist(acquainted(), *reads) == gist(acquainted(), WIRE) == gist(unacquainted(), WIRE)


def test_an_interim_answer_before_a_familiar_one_counts() -> None:
    """Its bytes are those of the sample, whether or not both come in one read."""
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"

    apart = gist(acquainted(), interim, WIRE)

    assert apart == gist(acquainted(), interim + WIRE) == gist(unacquainted(), interim, WIRE)
    assert apart[-1] == len(interim + WIRE)


def test_what_was_left_over_spoils_a_familiar_answer() -> None:
    """Where the one before brought the start of another along, it is a part of that, as for any parser."""
    spoilt = [gist(after(numbered(1), numbered(2), WIRE + b"HTTP/1.1 200 OK\r\n"), WIRE)]
    spoilt.append(gist(after(answer(), answer(), WIRE + b"HTTP/1.1 200 OK\r\n"), WIRE))

    assert spoilt[0] == spoilt[1]
    assert Outcome.WRONG_CONTENT in spoilt[0]


def test_answers_that_hold_the_nonce_are_never_familiar() -> None:
    """What was right for one request is wrong for the next, though it be of the same bytes."""
    bench = Bench(a_plan(templates=(a_template(text=NONCE_ECHO),)))
    data = numbered(1).replace(TEXT.encode(), b"0123456789ab00000000")
    lengths = b"content-length: %d"
    body_bytes = len(data.partition(b"\r\n\r\n")[2])
    data = data.replace(lengths % len(BODY), lengths % body_bytes)

    assert Outcome.OK in gist(bench, data)
    assert Outcome.WRONG_CONTENT in gist(bench, data)


def test_an_answer_that_ends_its_connection_is_never_familiar() -> None:
    """The parser decides each time that it was the last."""
    last = answer(headers=("connection: close",))

    assert not after(last, plan=PLAN).terms.familiar[0].recognises(last)


@given(first=st.binary(max_size=60), second=st.binary(max_size=60), body=st.binary(max_size=3))
def test_learning_ends_with_what_was_learnt(first: bytes, second: bytes, body: bytes) -> None:
    """Whatever came before, the last bytes are recognised, but only if they are a head and the body."""
    familiar = Familiar()
    familiar.body = body
    for head in (first, second):
        familiar.learn(head + b"\r\n\r\n" + body)

    is_whole = (second + b"\r\n\r\n" + body).index(b"\r\n\r\n") == len(second)
    assert familiar.recognises(second + b"\r\n\r\n" + body) is is_whole
    assert not familiar.recognises(second + b"\r\n\r\n" + body + b"more")


def test_a_familiar_answer_tells_as_many_tokens() -> None:
    """Recognised or read, with its own head or a part of another's, a body has the count that it tells."""
    bodies = [BODY[:-1] + b',"usage":{"prompt_tokens":5,"completion_tokens":%d}}' % count for count in (7, 9)]
    wires = [answer(body) for body in bodies]
    bench = after(*[wires[0]] * 3)
    exchange(bench, wires[1][:-5], wires[1][-5:])
    exchange(bench, wires[0])
    exchange(bench, wires[1][:-5], wires[1][-5:])
    exchange(bench, answer())

    samples = bench.terms.recorder.samples()[0]
    assert [sample.output_tokens for sample in samples] == [7, 7, 7, 9, 7, 9, 0]


@pytest.mark.parametrize("count", [-1, 2**62, 2**70])
def test_a_count_that_is_none_is_not_told(count: int) -> None:
    """No answer can break the record."""
    bench = after(answer(BODY[:-1] + b',"usage":{"prompt_tokens":5,"completion_tokens":%d}}' % count))

    assert bench.sample().outcome == Outcome.OK
    assert bench.sample().output_tokens == 0
