"""Recorded blocks judged again: a change in judging shows its calibration before and after."""

from functools import cache
from pathlib import Path

import pytest

from perf.judge.calibration.table import calibrate, healthy
from perf.model.calibration import Calibration, End
from perf.model.policy import DEFAULT_POLICY
from perf.model.verdict import State
from perf.report.calibration import render_markdown
from perf.store.rehearsals import read_rehearsals
from tests.golden.golden import assert_section

_BLOCKS = Path(__file__).parent / "blocks"
_PAGE = Path(__file__).parents[2] / "docs" / "reference" / "calibration.md"
_BOOKS = tuple(sorted(path.stem for path in _BLOCKS.glob("*.jsonl")))
_GOALS = (("cpu-per-request", 0.03), ("e2e-p50", 0.05), ("instructions-per-request", 0.01))


@cache
def _calibration(book: str) -> Calibration:
    policy, path = DEFAULT_POLICY, _BLOCKS / f"{book}.jsonl"
    return calibrate(read_rehearsals(path), policy=policy, resamples=300, seed=1)


@pytest.mark.parametrize("book", _BOOKS)
def test_the_page_shows_what_is_judged_today(book: str) -> None:
    """`UPDATE_GOLDEN=1` writes the tables anew; read the difference before you commit it."""
    assert_section(_PAGE, f"calibration {book}", render_markdown(_calibration(book)))


@pytest.mark.parametrize("book", _BOOKS)
def test_unchanged_runs_are_hardly_ever_red(book: str) -> None:
    """Neither drawn nor real ones more often than a rate of one in a hundred makes believable."""
    table = _calibration(book)
    reds = max(table.states.get(State.FAILED, 0), table.real.ends[End.RED])

    assert healthy(table.resampled.ends[End.RED], table.resampled.runs, alpha=DEFAULT_POLICY.alpha)
    assert healthy(reds, table.real.runs, alpha=DEFAULT_POLICY.alpha)


@pytest.mark.parametrize(("metric", "effect"), _GOALS)
def test_a_loss_as_large_as_the_limit_is_red(metric: str, effect: float) -> None:
    """In at least 95 of 100 drawn runs, where one part has it."""
    found = [
        each
        for book in _BOOKS
        for each in _calibration(book).detections
        if (each.metric.name, each.effect) == (metric, effect)
    ]

    assert [each.red_by[-1] for each in found if each.red_by[-1] < 0.95] == []
    assert len(found) == 1
