"""The table of targets and scenarios, from what was tried before."""

import subprocess
from pathlib import Path

import pytest

from perf.cli import main
from perf.commands.ordering import STATE_FOLDER
from perf.errors import Exit
from perf.model.trial import Outcome, Trial, Trials
from perf.pipeline.proving import SHOWN
from perf.store.trials import write_trials
from tests.rules.source import ROOT


def test_what_failed_for_one_reason_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each scenario has its cell; a reason that many share stands below with all their names."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    failed = [
        Trial(scenario=name, outcome=Outcome.FAILED, reason="not built")
        for name in ("failover", "drain-rate")
    ]
    works = Trial(scenario="overload", outcome=Outcome.WORKS, reason="")
    partly = Trial(scenario="config-scale", outcome=Outcome.PARTLY, reason="without routes: not claimed")
    tried = Trials(
        target="portkey",
        tried_at="2026-11-23T10:00:00+00:00",
        source="Portkey",
        trials=(*failed, works, partly),
    )
    write_trials(tmp_path / STATE_FOLDER, tried)
    code = main(["targets", "--repo", str(tmp_path), "--target", "portkey"])
    told = capsys.readouterr().out

    assert code == Exit.PASS
    assert "  failover, drain-rate: not built\n" in told
    assert "  config-scale: without routes: not claimed\n" in told
    assert {
        "7 failover                   FAILED",
        "12 overload                  works",
        "20 config-scale              works in part",
    } <= {line.rstrip() for line in told.splitlines()}
    assert "3 sticky-sessions            not tried" in told


def test_the_table_says_what_its_words_mean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Below it stands what was seen where a scenario works, and what was not tried; the page has the same."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    main(["targets", "--repo", str(tmp_path), "--target", "reference"])
    told = " ".join(capsys.readouterr().out.split())
    page = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")

    assert "works: one request of each part was answered well" in told
    assert "sticky-by-key (3, 3F, 3L): 5 keys ask" in told
    assert "not tried, whatever a cell says: time, cost, load" in told
    assert [what for what in SHOWN.values() if what not in told] == []
    assert [name for name, what in SHOWN.items() if f"| `{name}` | {what} |" not in page] == []
