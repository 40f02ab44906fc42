"""`perfgate run` that comes to no verdict."""

from pathlib import Path

import pytest

from perf.cli import main
from perf.errors import Exit


def test_a_failure_before_the_run_is_reported_in_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads only the comment learns that there is no result, in which stage, and why."""
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.delenv("GITHUB_OUTPUT", raising=False)
    comment = tmp_path / "comment.md"

    code = main(["run", "--repo", str(tmp_path), "--output", str(comment), "--quiet"])

    assert code == Exit.USAGE
    assert "**The plan failed**: this is not a git repository" in comment.read_text()
