"""What makes an answer the expected one."""

from dataclasses import replace

import pytest

from perf.load.familiar import Familiar
from perf.load.fidelity import Expected
from perf.load.stream import StreamReader
from perf.model.load import Outcome
from perf.model.upstream import TokenUsage
from perf.model.wire import NONCE_ECHO, Dialect
from perf.wire.answer import Answer
from perf.wire.build import reply_body, reply_frames
from tests.load.plans import STREAM_HEAD, a_template

USAGE = TokenUsage(input_tokens=5, output_tokens=2, cache_creation_tokens=0, cache_read_tokens=70)
MINE, OTHERS = b"a" * 20, b"b" * 20
DIALECTS = pytest.mark.parametrize("dialect", Dialect)


def an_answer(*, nonce: bytes = MINE, usage: TokenUsage | None = USAGE) -> Answer:
    """Two tokens, the first of them the nonce of some request."""
    return Answer(model="m", tokens=(nonce.decode(), " end"), tool_arguments="", usage=usage)


def wanted(dialect: Dialect) -> Expected:
    """The nonce of the request, an end, and cached tokens."""
    template = replace(a_template(text=f"{NONCE_ECHO} end"), dialect=dialect, expected_usage=USAGE)
    return Expected.of(template)


def read(dialect: Dialect, answer: Answer) -> StreamReader:
    """A reader that has seen the whole stream."""
    reader = StreamReader(dialect)
    reader.feed(b"".join(reply_frames(dialect, answer, include_usage=True).all), 1)
    return reader


def of_body(dialect: Dialect, body: bytes) -> Outcome:
    """What a whole body comes to."""
    outcome, _ = wanted(dialect).of_body(body, familiar=Familiar(), nonce=MINE)
    return outcome


def of_stream(dialect: Dialect, reader: StreamReader) -> Outcome:
    """What a stream comes to that ended in order."""
    outcome, _ = wanted(dialect).of_stream(reader, head=STREAM_HEAD, nonce=MINE, whole=True)
    return outcome


@DIALECTS
def test_another_requests_answer_is_wrong(dialect: Dialect) -> None:
    """An answer bears the nonce of its own request, streamed and whole."""
    for nonce, outcome in ((MINE, Outcome.OK), (OTHERS, Outcome.WRONG_CONTENT)):
        answer = an_answer(nonce=nonce)

        assert of_body(dialect, reply_body(dialect, answer)) is outcome
        assert of_stream(dialect, read(dialect, answer)) is outcome


@DIALECTS
@pytest.mark.parametrize("usage", [None, replace(USAGE, cache_read_tokens=0)], ids=["none", "uncached"])
def test_lost_tokens_are_told_apart(dialect: Dialect, usage: TokenUsage | None) -> None:
    """The text is right, and yet somebody would pay the wrong price."""
    answer = an_answer(usage=usage)

    assert of_body(dialect, reply_body(dialect, answer)) is Outcome.WRONG_USAGE
    assert of_stream(dialect, read(dialect, answer)) is Outcome.WRONG_USAGE


def test_nothing_expected_is_nothing_checked() -> None:
    """Any body will do."""
    anything = Expected.of(replace(a_template(), expected_text="", expected_usage=None))

    assert anything.of_body(b"?", familiar=Familiar(), nonce=MINE)[0] is Outcome.OK
