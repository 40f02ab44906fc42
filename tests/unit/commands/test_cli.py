"""The command line as a whole."""

import pytest

from perf.cli import main
from perf.errors import Exit
from perf.scenarios import SCENARIOS


def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` of each command names the exit codes."""
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    names = (
        "run",
        "stress",
        "build",
        "baseline",
        "calibrate",
        "report",
        "replay",
        "publish",
        "ingest",
        "explain",
        "scenarios",
        "targets",
    )

    assert ended.value.code == 0
    assert all(name in capsys.readouterr().out for name in names[:1])
    for name in names:
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        assert ended.value.code == 0
        assert "130 interrupted" in capsys.readouterr().out


def test_a_wrong_argument_exits_2() -> None:
    """As argparse does, and as documented."""
    with pytest.raises(SystemExit) as ended:
        main(["run", "--no-such-option"])

    assert ended.value.code == Exit.USAGE


def test_scenarios_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """One line each, with number and name."""
    assert main(["scenarios"]) == Exit.PASS
    lines = capsys.readouterr().out.splitlines()

    assert any(line.startswith("1B ") and "rig-latency" in line for line in lines)
    assert any(line.startswith("7 ") and "failover" in line for line in lines)


def test_criteria_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """One line each below two of heading, with the target in its unit, and those of the rig marked."""
    assert main(["scenarios", "--criteria"]) == Exit.PASS
    lines = capsys.readouterr().out.splitlines()

    assert len(lines) == 2 + sum(len(each.criteria) for each in SCENARIOS)
    assert any("overhead-p50" in line and "≤ 5 ms" in line for line in lines)
    assert any(line.startswith("1B ") and line.endswith("in every block, of the rig") for line in lines)
