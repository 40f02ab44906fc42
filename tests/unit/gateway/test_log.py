"""Lines of a log: written in order, by another thread, or dropped and counted."""

import logging
import os
from collections.abc import Iterator

import pytest

from perf.gateway.log import Log, log_from, logging_to

_WHOLE_PIPE = 65_536


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    """A pipe, its reading end first."""
    reading, writing = os.pipe()
    yield reading, writing
    os.close(writing)
    os.close(reading)


@pytest.fixture(autouse=True)
def level_as_before() -> Iterator[None]:
    """The root logger is everybody's."""
    before = logging.getLogger().level
    yield
    logging.getLogger().setLevel(before)


def a_line(text: str) -> logging.LogRecord:
    """What a logger hands on."""
    return logging.makeLogRecord({"msg": text, "levelname": "INFO"})


def test_lines_are_written_in_order(ends: tuple[int, int]) -> None:
    """Those that still wait at the end, too, if their reader takes them."""
    reading, writing = ends
    with logging_to(writing, level="info") as log:
        for number in range(100):
            logging.getLogger("somebody").info("line %d", number)

    lines = os.read(reading, _WHOLE_PIPE).decode().splitlines()
    assert [line.split(" INFO ")[1] for line in lines] == [f"line {number}" for number in range(100)]
    assert log.dropped == 0


def test_what_has_no_room_is_dropped_and_counted(ends: tuple[int, int]) -> None:
    """With nobody to read, the writer holds one line, and the queue as many as it may."""
    reading, writing = ends
    os.write(writing, b"x" * _WHOLE_PIPE)
    log = Log(writing, most_lines=3)
    for number in range(20):
        log.emit(a_line(f"line {number}"))
    os.read(reading, _WHOLE_PIPE)
    log.finish()

    written = os.read(reading, _WHOLE_PIPE).decode().splitlines()
    assert len(written) + log.dropped == 20
    assert len(written) in (3, 4)


def test_a_reader_that_has_gone_stops_nobody() -> None:
    """What cannot be written at all is counted as dropped."""
    reading, writing = os.pipe()
    os.close(reading)
    log = Log(writing)
    log.emit(a_line("to nobody"))
    log.finish()
    os.close(writing)

    assert log.dropped == 1


@pytest.mark.parametrize(
    ("word", "level"),
    [("warn", logging.WARNING), ("INFO", logging.INFO), ("trace", logging.DEBUG), ("loud", logging.WARNING)],
)
def test_levels_have_the_names_that_gateways_use(word: str, level: int) -> None:
    """A word that nobody knows stands for warnings."""
    log_from(word)

    assert logging.getLogger().level == level
