"""What a person reads about how a command ended."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.sut.process import Ended, log_tail


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (Ended(code=0, refused=""), "exited with status 0"),
        (Ended(code=-11, refused=""), "was killed by SIGSEGV"),
        (Ended(code=127, refused="cannot execute x: No such file"), "could not be started: cannot execute x"),
        (Ended(code=None, refused=""), "was killed together with its guard"),
    ],
    ids=["exit", "signal", "refused", "guard"],
)
def test_an_end_reads_as_a_sentence(ended: Ended, words: str) -> None:
    """Status, signal and refusal each have their own words."""
    assert str(ended).startswith(words)


@settings(max_examples=30)
@given(
    lines=st.lists(st.from_regex(r"[a-z]{1,9}", fullmatch=True), max_size=40),
    wanted=st.integers(min_value=1, max_value=30),
)
def test_a_tail_is_the_last_lines(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], wanted: int
) -> None:
    """A tail has at most as many lines as asked, and they are the last."""
    log = tmp_path_factory.getbasetemp() / "log"
    log.write_text("\n".join(lines) + "\n\n")

    assert log_tail(log, wanted) == tuple(lines[-wanted:])


def test_a_log_that_does_not_exist_has_no_tail(tmp_path: Path) -> None:
    """Nothing was written yet."""
    assert log_tail(tmp_path / "log", 5) == ()


def test_a_tail_of_a_huge_log_is_cut(tmp_path: Path) -> None:
    """Only the end of a log is read, and bytes that are no text do no harm."""
    log = tmp_path / "log"
    log.write_bytes(b"\xff" * 10_000_000 + b"\nlast\n")

    assert log_tail(log, 1) == ("last",)
