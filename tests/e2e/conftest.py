"""A repository of its own for each test, made of the project's files, and `perfgate` run on it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

PROJECT = Path(__file__).resolve().parents[2]
_DEADLINE_S = 400
_QUICK = "[gate]\nlooks = [6]\nbaseline = false\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A finished perfgate."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A git repository with the reference gateway in it."""

    path: Path

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def replace(self, name: str, before: str, after: str) -> None:
        """Change a file; the place must be there exactly once."""
        text = (self.path / name).read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{name} no longer has {before!r}: the test must follow"
        self.write(name, text.replace(before, after))

    def commit(self, message: str) -> str:
        """Commit everything; returns the commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def git(self, *words: str) -> str:
        """Run git here."""
        identity = ["-c", "user.name=perfgate", "-c", "user.email=perfgate@localhost"]
        command = ["git", "-C", str(self.path), *identity, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def perfgate(self, *words: str) -> Ended:
        """Run perfgate on this repository to its end."""
        with self.start(*words) as process:
            out, err = process.communicate(timeout=_DEADLINE_S)
        return Ended(code=process.returncode, out=out, err=err)

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start perfgate on this repository."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
        return subprocess.Popen(
            [sys.executable, "-m", "perf", *words],
            cwd=self.path,
            env={**env, "PYTHONPATH": str(PROJECT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def runs(self) -> list[Path]:
        """The run directories, oldest first."""
        return sorted((self.path / ".perfgate" / "runs").iterdir())


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's files as they are now, committed once; six blocks a run, and no committed baseline."""
    path = tmp_path_factory.mktemp("pristine") / "repo"
    listing = subprocess.run(
        ["git", "-C", str(PROJECT), "ls-files", "-co", "--exclude-standard", "-z"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listing.split("\0")):
        if not name.startswith("tests/") and (PROJECT / name).is_file():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, path / name)
    repository = Repository(path=path)
    subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
    repository.write("perfgate.toml", _QUICK)
    repository.commit("The gateway as it is")
    return path


@pytest.fixture
def repository(pristine: Path, tmp_path: Path) -> Repository:
    """A copy to change; it shares the finished builds of all other copies."""
    path = tmp_path / "repo"
    subprocess.run(["git", "clone", "-q", str(pristine), str(path)], check=True)
    cache = pristine.parent / "cache"
    cache.mkdir(exist_ok=True)
    (path / ".perfgate").mkdir()
    (path / ".perfgate" / "cache").symlink_to(cache)
    return Repository(path=path)


@pytest.fixture(autouse=True)
def nothing_left_running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No gateway and no upstream outlives the perfgate that started it."""
    folder = tmp_path_factory.getbasetemp()
    before = _at_work(folder)
    yield
    _, alive = psutil.wait_procs(_at_work(folder) - before, timeout=10)

    assert [process.cmdline() for process in alive] == []


def _at_work(folder: Path) -> set[psutil.Process]:
    """The gateways and upstreams that run below a folder; others on this machine are not ours."""
    return {
        process
        for process in psutil.process_iter(["cmdline", "cwd"])
        if {"perf.gateway", "perf.upstream"} & set(process.info["cmdline"] or [])
        and Path(process.info["cwd"] or folder).is_relative_to(folder)
    }
