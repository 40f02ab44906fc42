"""The verbs of scripts/ hold arguments and no logic."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.rules.source import ROOT

MAX_LINES = 12
LOGIC = re.compile(r"^\s*(if|for|while|until|case|function)\b|\(\)\s*\{|&&|\|\|", re.MULTILINE)
SETUP = 'source "$(dirname "${BASH_SOURCE[0]}")/.setup"'

VERBS = sorted(
    path for path in (ROOT / "scripts").iterdir() if path.is_file() and not path.name.startswith(".")
)
SHELL = [*VERBS, ROOT / "scripts" / ".setup", ROOT / ".ci" / "run"]


@pytest.mark.parametrize("path", VERBS, ids=lambda path: path.name)
def test_a_verb_is_short_and_straight(path: Path) -> None:
    """Shebang, one line that says what it does, the set-up, then commands one after the other."""
    lines = path.read_text(encoding="utf-8").splitlines()

    assert lines[0] == "#!/usr/bin/env bash"
    assert lines[1].startswith("# ")
    assert lines[2] == SETUP
    assert len(lines) <= MAX_LINES
    assert not LOGIC.search("\n".join(lines[3:]))


@pytest.mark.parametrize("path", VERBS, ids=lambda path: path.name)
def test_a_verb_can_be_run(path: Path) -> None:
    """It is executable."""
    assert os.access(path, os.X_OK)


@pytest.mark.parametrize("path", SHELL, ids=lambda path: path.name)
def test_it_is_bash(path: Path) -> None:
    """bash reads it without complaint."""
    done = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
