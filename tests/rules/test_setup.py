"""What scripts/.setup promises to every verb, with a stand-in for uv that only takes notes."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.rules.source import ROOT

UV = f"""#!/bin/bash
echo "$1 $2" >>"$NOTES"
if [[ $1 == venv ]]; then mkdir -p .venv/bin && ln -sf {sys.executable} .venv/bin/python; fi
"""
BROKEN_UV = "#!/bin/bash\necho 'no network' >&2\nexit 1\n"
VERB = """#!/usr/bin/env bash
source "$(dirname "${BASH_SOURCE[0]}")/.setup"
echo "result in $PWD"
"""
TOOLS = ("bash", "cat", "cut", "dirname", "env", "flock", "ln", "mkdir", "rm", "sha256sum")


class Clone:
    """A repository with a lock, the set-up and one verb, and a PATH with nothing else on it."""

    def __init__(self, root: Path) -> None:
        self.root = root / "clone"
        self.tools = root / "tools"
        self.notes = root / "notes"
        (self.root / "scripts").mkdir(parents=True)
        (self.root / ".ci" / "lock").mkdir(parents=True)
        self.tools.mkdir()
        self.lock = self.root / ".ci" / "lock" / "dev.txt"
        self.lock.write_text("one==1\n")
        (self.root / "pyproject.toml").touch()
        shutil.copy(ROOT / "scripts" / ".setup", self.root / "scripts" / ".setup")
        self.verb = self._program(self.root / "scripts" / "verb", VERB)
        for tool in TOOLS:
            (self.tools / tool).symlink_to(shutil.which(tool) or tool)

    def install_uv(self, text: str) -> None:
        """Put a stand-in for uv on the PATH."""
        self._program(self.tools / "uv", text)

    def run(self) -> "subprocess.CompletedProcess[str]":
        """Run the verb from another folder, without a HOME."""
        env = {"PATH": str(self.tools), "NOTES": str(self.notes)}
        return subprocess.run(
            [self.verb], cwd=self.tools, env=env, capture_output=True, text=True, check=False
        )

    def installed(self) -> int:
        """How often packages were installed."""
        return self.notes.read_text().count("pip --quiet") // 2 if self.notes.exists() else 0

    def _program(self, path: Path, text: str) -> Path:
        path.write_text(text)
        path.chmod(0o755)
        return path


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A fresh clone on a machine with uv."""
    fresh = Clone(tmp_path)
    fresh.install_uv(UV)
    return fresh


def test_the_first_verb_installs_and_the_next_is_quiet(clone: Clone) -> None:
    """Standard output holds the verb's own result, in the repository's root, and nothing else."""
    first, second = clone.run(), clone.run()

    assert (first.stdout, first.returncode) == (f"result in {clone.root}\n", 0)
    assert "installing" in first.stderr
    assert (second.stdout, second.stderr) == (first.stdout, "")
    assert clone.installed() == 1


def test_verbs_at_the_same_time_install_once(clone: Clone) -> None:
    """The others wait for the first, and find its work done."""
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: clone.run(), range(4)))

    assert [one.returncode for one in done] == [0, 0, 0, 0]
    assert clone.installed() == 1


def test_another_lock_installs_again(clone: Clone) -> None:
    """What is installed follows the lock of the commit that is checked out."""
    clone.run()
    clone.lock.write_text("one==2\n")

    clone.run()

    assert clone.installed() == 2


def test_a_failed_install_is_no_result_and_is_tried_again(clone: Clone) -> None:
    """It ends with 3, says what to do, and leaves nothing that looks finished."""
    clone.install_uv(BROKEN_UV)

    failed = clone.run()

    assert (failed.returncode, failed.stdout) == (3, "")
    assert "next:" in failed.stderr
    clone.install_uv(UV)
    assert clone.run().returncode == 0


def test_no_python_is_no_result(tmp_path: Path) -> None:
    """Without uv and without Python 3.11 it ends with 3 and names what to install."""
    failed = Clone(tmp_path).run()

    assert (failed.returncode, failed.stdout) == (3, "")
    assert "Python 3.11" in failed.stderr
