"""The pipe for a log: all of it gets into the file, in order, however slow the reader is for a while."""

import os
import select
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.model.units import NS_PER_S
from perf.sut.pipe import LogPipe

_FOR_EVER_NS = 3_600 * NS_PER_S
_LINE = b"one line of a log, as long as most\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A pipe, the file behind it, and a descriptor to write to it."""

    pipe: LogPipe
    log: Path
    into: int


@contextmanager
def a_pipe(folder: Path) -> Iterator[Written]:
    """One that somebody else has inherited."""
    log = folder / "gateway.log"
    pipe = LogPipe(log)
    with pipe.entrance() as entrance:
        into = os.dup(entrance)
    with ExitStack() as stack:
        stack.callback(pipe.close)
        stack.callback(os.close, into)
        yield Written(pipe=pipe, log=log, into=into)


def fill(into: int) -> int:
    """Write lines until one would have to wait; gives how many bytes went in."""
    os.set_blocking(into, False)
    written_bytes = 0
    while True:
        try:
            written_bytes += os.write(into, _LINE)
        except BlockingIOError:
            return written_bytes


@settings(max_examples=30, deadline=None)
@given(parts=st.lists(st.binary(min_size=1, max_size=9_000), max_size=20))
def test_everything_gets_into_the_file(tmp_path_factory: pytest.TempPathFactory, parts: list[bytes]) -> None:
    """In order, also what is written just before the end."""
    with a_pipe(tmp_path_factory.mktemp("log")) as one:
        for part in parts:
            assert os.write(one.into, part) == len(part)

    assert one.log.read_bytes() == b"".join(parts)


def test_a_slow_reader_lets_the_pipe_fill(tmp_path: Path) -> None:
    """Then a writer has to wait; all that was written is counted, taken or not, and is read in the end."""
    with a_pipe(tmp_path) as one:
        os.write(one.into, b"before\n")
        with one.pipe.watched(bytes_per_second=10, for_ns=_FOR_EVER_NS) as seen:
            filled_bytes = fill(one.into)
            assert not select.select([], [one.into], [], 0)[1]
        select.select([], [one.into], [])

    assert filled_bytes >= one.pipe.holds_bytes // 2
    assert seen[0].written_bytes == filled_bytes
    assert 0 < seen[0].room_bytes <= filled_bytes
    assert one.log.read_bytes() == b"before\n" + _LINE * (filled_bytes // len(_LINE))


def test_little_that_is_written_is_less_than_the_room(tmp_path: Path) -> None:
    """It says that the slowness held nobody up."""
    with (
        a_pipe(tmp_path) as one,
        one.pipe.watched(bytes_per_second=10, for_ns=_FOR_EVER_NS) as seen,
    ):
        os.write(one.into, _LINE)

    assert seen[0].written_bytes == len(_LINE) < seen[0].room_bytes


def test_slowness_ends_in_time(tmp_path: Path) -> None:
    """After it, a full pipe is read as it was before, though the load may go on."""
    with (
        a_pipe(tmp_path) as one,
        one.pipe.watched(bytes_per_second=10, for_ns=NS_PER_S // 20),
    ):
        fill(one.into)
        os.set_blocking(one.into, True)
        os.write(one.into, b"x" * one.pipe.holds_bytes)


def test_a_usual_reader_has_no_room_to_speak_of(tmp_path: Path) -> None:
    """What was written is known all the same."""
    with a_pipe(tmp_path) as one, one.pipe.watched(bytes_per_second=0, for_ns=0) as seen:
        os.write(one.into, _LINE)

    assert (seen[0].written_bytes, seen[0].room_bytes) == (len(_LINE), 0)


def test_a_drain_leaves_nothing_behind(tmp_path: Path) -> None:
    """The end of a log is in the file as soon as somebody asks for it, also from a slow reader."""
    with a_pipe(tmp_path) as one, one.pipe.watched(bytes_per_second=1, for_ns=_FOR_EVER_NS):
        os.write(one.into, b"last words\n")
        one.pipe.drain()

        assert one.log.read_bytes() == b"last words\n"


def test_closing_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    """Somebody may still hold the other end; what is in the pipe is kept."""
    with a_pipe(tmp_path) as one:
        os.write(one.into, b"last words\n")
        one.pipe.close()

        assert one.log.read_bytes() == b"last words\n"


def test_a_closed_pipe_has_nothing_left(tmp_path: Path) -> None:
    """Who asks for the end of a log after that finds it in the file."""
    with a_pipe(tmp_path) as one:
        os.write(one.into, _LINE)

    one.pipe.drain()

    assert one.log.read_bytes() == _LINE
