"""What is refused on the command line before anything is measured."""

import subprocess
from pathlib import Path

import pytest

from perf.cli import main
from perf.errors import Exit

_ALONE = ("run", "--no-base", "--no-baseline", "--scenario", "1")


@pytest.mark.parametrize("text", ["", "30", "m", "-5m", "1.5h", "0s", "30x"])
def test_a_duration_is_a_number_and_a_unit(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Anything else is refused with the cure."""
    assert main([*_ALONE, f"--duration={text}"]) == Exit.USAGE
    assert "30m" in capsys.readouterr().err


def test_a_duration_is_for_what_lasts(capsys: pytest.CaptureFixture[str]) -> None:
    """Scenario 1 has none to choose, in a stress run neither."""
    assert main(["stress", "--scenario", "1", "--duration", "2m"]) == Exit.USAGE
    assert "Add --scenario 8" in capsys.readouterr().err


def test_wrk_cross_checks_only_where_it_can(capsys: pytest.CaptureFixture[str]) -> None:
    """Scenario 1 is not repeated by wrk, and nobody is left to believe it was."""
    assert main([*_ALONE, "--engine", "wrk"]) == Exit.USAGE
    assert "--scenario 2" in capsys.readouterr().err


def test_a_missing_wrk_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Said at once, with the way to install it."""
    for name in ("git",):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert main(["run", "--no-base", "--no-baseline", "--scenario", "2", "--engine", "wrk"]) == Exit.NO_RESULT
    assert "apt-get install wrk" in capsys.readouterr().err


def test_one_block_is_refused_where_something_is_compared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing could be told from noise, so the run is not even begun."""
    (tmp_path / "perfgate.toml").write_text("[gate]\nlooks = [1, 4]\nbaseline = false\n")
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    for words in (("init", "--quiet"), ("add", "."), (*who, "commit", "--quiet", "--message=first")):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)

    assert main(["run", "--repo", str(tmp_path), "--base", "HEAD"]) == Exit.USAGE
    told = capsys.readouterr().err
    assert "gate.looks = [1, 4]" in told
    assert "after 2 blocks or more" in told
