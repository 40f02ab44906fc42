"""Recorded blocks judged again: a change in judging shows its calibration before and after."""

import os
from functools import cache
from pathlib import Path

import pytest

from perf.judge.calibration.table import calibrate, healthy
from perf.model.calibration import Calibration, End
from perf.model.policy import DEFAULT_POLICY
from perf.model.verdict import State
from perf.report.calibration import render_markdown
from perf.store.rehearsals import read_rehearsals

_BLOCKS = Path(__file__).parent / "blocks" / "two-cores.jsonl"
_PAGE = Path(__file__).parents[2] / "docs" / "reference" / "calibration.md"
_BEGIN, _END = "<!-- calibration: begin -->\n", "<!-- calibration: end -->\n"


@cache
def _calibration() -> Calibration:
    return calibrate(read_rehearsals(_BLOCKS), policy=DEFAULT_POLICY, resamples=300, seed=1)


def test_the_page_shows_what_is_judged_today() -> None:
    """`UPDATE_GOLDEN=1` writes the tables anew; read the difference before you commit it."""
    head, rest = _PAGE.read_text(encoding="utf-8").split(_BEGIN)
    _, tail = rest.split(_END)
    page = f"{head}{_BEGIN}\n{render_markdown(_calibration())}\n{_END}{tail}"
    if os.environ.get("UPDATE_GOLDEN"):
        _PAGE.write_text(page, encoding="utf-8")

    assert _PAGE.read_text(encoding="utf-8") == page


def test_unchanged_runs_are_hardly_ever_red() -> None:
    """At most one drawn run of a hundred, and no more real ones than chance allows."""
    table = _calibration()
    reds = max(table.states.get(State.FAILED, 0), table.real.ends[End.RED])

    assert table.resampled.ratio(End.RED) <= DEFAULT_POLICY.alpha
    assert healthy(reds, table.real.runs, alpha=DEFAULT_POLICY.alpha)


@pytest.mark.parametrize("metric", ["cpu-per-request", "e2e-p50", "qps"])
def test_large_losses_are_red(metric: str) -> None:
    """+10 % in any one part."""
    (large,) = [
        each for each in _calibration().detections if (each.metric.name, each.effect) == (metric, 0.10)
    ]

    assert large.red_by[-1] >= 0.95
