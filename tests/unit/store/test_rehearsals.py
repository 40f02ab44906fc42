"""Books of rehearsals on disk: what is written is read, and damage is named with its line."""

from dataclasses import replace
from pathlib import Path

import pytest

from perf.errors import BaselineError
from perf.model.metric import CPU_PER_REQUEST, E2E_P50, Key
from perf.model.rehearsal import Rehearsal, RehearsalBlock, RehearsalBook
from perf.model.verdict import State
from perf.store.rehearsals import read_rehearsals, write_rehearsals
from tests.factories import an_environment


def _block(number: int) -> RehearsalBlock:
    values = (1.5, None) if number else ()
    return RehearsalBlock(number=number, duration_ns=7, steal_ratio=0.01, baseline=values, candidate=values)


_BOOK = RehearsalBook(
    recorded_at="2026-11-23T20:45:00+00:00",
    commit="4be0a77c1d",
    target="reference",
    suite="fast",
    environment=an_environment(),
    keys=(Key("a", "b", E2E_P50.name), Key("a", "b", CPU_PER_REQUEST.name)),
    counted=frozenset({Key("a", "b", CPU_PER_REQUEST.name)}),
    rehearsals=(
        Rehearsal(planted=False, state=State.PASSED, reasons=(), blocks=(_block(0), _block(1), _block(2))),
        Rehearsal(planted=False, state=State.PASSED, reasons=(), blocks=(_block(1),)),
        Rehearsal(planted=True, state=State.FAILED, reasons=("regressed: a/b/e2e-p50",), blocks=(_block(1),)),
    ),
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Rehearsals stay apart, and what could not be measured stays so."""
    write_rehearsals(tmp_path / "book.jsonl", _BOOK)

    assert read_rehearsals(tmp_path / "book.jsonl") == _BOOK


def test_values_have_six_digits(tmp_path: Path) -> None:
    """Far below any noise; the file stays small."""
    long = replace(_block(1), baseline=(1.23456789, None))
    write_rehearsals(
        tmp_path / "book.jsonl",
        replace(
            _BOOK, rehearsals=(Rehearsal(planted=False, state=State.PASSED, reasons=(), blocks=(long,)),)
        ),
    )

    assert read_rehearsals(tmp_path / "book.jsonl").rehearsals[0].blocks[0].baseline == (1.23457, None)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        pytest.param('"planted":false', '"planted":0', "line 2", id="type"),
        pytest.param("[1.5,null]", "[1.5]", "a value for each key", id="too few values"),
        pytest.param(E2E_P50.name, "e2e-p51", "e2e-p51", id="unknown metric"),
        pytest.param('"schema_version":1', '"schema_version":2', "schema version 2", id="version"),
        pytest.param('"commit":"4be0a77c1d",', "", "commit", id="missing field"),
    ],
)
def test_damage_is_named(tmp_path: Path, before: str, after: str, words: str) -> None:
    """One clear error, with the file and what to do."""
    path = tmp_path / "book.jsonl"
    write_rehearsals(path, _BOOK)
    path.write_text(path.read_text().replace(before, after, 1))

    with pytest.raises(BaselineError) as refused:
        read_rehearsals(path)
    assert words in str(refused.value)
    assert "calibrate --record" in str(refused.value)


@pytest.mark.parametrize("content", [pytest.param(None, id="absent"), pytest.param("", id="empty")])
def test_no_book_is_said(tmp_path: Path, content: str | None) -> None:
    """Neither a traceback nor an empty table."""
    path = tmp_path / "book.jsonl"
    if content is not None:
        path.write_text(content)

    with pytest.raises(BaselineError, match="cannot be read"):
        read_rehearsals(path)
