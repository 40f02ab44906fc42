"""Workflows run by act on this machine: repositories, stand-ins for GitHub's actions, and one run of it."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.doubles.github.state import FULL_NAME
from tests.sut.gateways import commit, git

PROJECT = Path(__file__).resolve().parents[2]
STUBS = Path(__file__).with_name("stubs")
ACT = Path(sys.executable).with_name("act")
USES = re.compile(r"uses: (?P<action>actions/[\w-]+)@(?P<sha>[0-9a-f]{40})")
PERFGATE = "perfgate/perfgate"
RUNNERS = ("ubuntu-24.04", "ubuntu-slim")
_DEADLINE_S = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A finished workflow run: act's exit code, what the jobs printed, and what they uploaded."""

    code: int
    log: str
    artifacts: Mapping[str, bytes]

    @property
    def conclusion(self) -> str:
        """As GitHub words it."""
        return "failure" if self.code else "success"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A folder with bare repositories, a home of its own for act, and the code that workflows check out."""

    root: Path

    @property
    def bare(self) -> Path:
        """The repository that the workflows belong to, as GitHub has it."""
        return self.root / "repositories" / f"{FULL_NAME}.git"

    @property
    def work(self) -> Path:
        """A clone of it to commit in."""
        return self.root / "work"

    def begin(self, files: Mapping[str, str]) -> str:
        """The first commit of main."""
        git(self.root, "init", "-q", "--bare", str(self.bare))
        git(self.root, "init", "-q", str(self.work))
        git(self.work, "remote", "add", "origin", str(self.bare))
        return self.push(files)

    @property
    def perfgate(self) -> Path:
        """The repository of perfgate beside it, where there is one."""
        return self.root / "perfgate"

    @property
    def own_commit(self) -> str:
        """The commit of perfgate that others pin."""
        return git(self.perfgate, "rev-parse", "HEAD")

    def bring_perfgate(self) -> None:
        """Give others perfgate as it is now to use, as an action and as a workflow."""
        bare = self.root / "repositories" / f"{PERFGATE}.git"
        git(self.root, "init", "-q", str(self.perfgate))
        write(self.perfgate, project_files())
        commit(self.perfgate, {})
        git(self.root, "clone", "-q", "--bare", str(self.perfgate), str(bare))

    def push(self, files: Mapping[str, str], *, branch: str = "main") -> str:
        """Commit on a branch, which starts at main where it is not there yet, and push it."""
        known = git(self.work, "branch", "--list", branch)
        if branch != "main":
            git(self.work, "checkout", "-q", *(() if known else ("-b",)), branch)
        write(self.work, files)
        sha = commit(self.work, {})
        git(self.work, "push", "-q", "origin", f"HEAD:refs/heads/{branch}")
        git(self.work, "checkout", "-q", "main")
        return sha

    def merge(self, branch: str, *, ref: str, on: str = "main") -> str:
        """A merge commit as GitHub makes it, behind a commit that is its first parent; `ref` points at it."""
        git(self.work, "checkout", "-q", "--detach", on)
        git(self.work, "merge", "-q", "--no-ff", "-m", f"Merge {branch}", branch)
        git(self.work, "push", "-q", "-f", "origin", f"HEAD:{ref}")
        sha = git(self.work, "rev-parse", "HEAD")
        git(self.work, "checkout", "-q", "main")
        return sha

    def act(
        self,
        workflow: str,
        *,
        event: str,
        payload: Mapping[str, object],
        sha: str,
        env: Mapping[str, str],
        token: str = "none",
    ) -> Ended:
        """Run a workflow file as it is at a commit, on the event with this payload."""
        here = Path(tempfile.mkdtemp(prefix="act-", dir=self.root))
        for name in ("home", "artifacts", "temp"):
            (here / name).mkdir(parents=True)
        git(self.root, "clone", "-q", str(self.bare), str(here / "checkout"))
        git(here / "checkout", "fetch", "-q", "origin", sha)
        git(here / "checkout", "checkout", "-q", "--detach", sha)
        git(here / "checkout", "remote", "set-url", "origin", f"https://github.com/{FULL_NAME}.git")
        (here / "event.json").write_text(json.dumps(payload))
        words = [
            *("--workflows", f".github/workflows/{workflow}", "--eventpath", str(here / "event.json")),
            *("--action-offline-mode", "--no-cache-server", "--no-skip-checkout"),
            *("--action-cache-path", str(here / "actions"), "-s", f"GITHUB_TOKEN={token}"),
            *(word for runner in RUNNERS for word in ("-P", f"{runner}=-self-hosted")),
            *(word for each in self._local(here / "checkout") for word in ("--local-repository", each)),
            *(word for name, value in self._env(here, env) for word in ("--env", f"{name}={value}")),
        ]
        done = subprocess.run(
            [str(ACT), event, *words],
            cwd=here / "checkout",
            env={"PATH": os.environ["PATH"], "HOME": str(here / "home"), "TMPDIR": str(here / "temp")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_DEADLINE_S,
            check=False,
        )
        artifacts = {path.stem: path.read_bytes() for path in (here / "artifacts").iterdir()}
        return Ended(code=done.returncode, log=done.stdout + done.stderr, artifacts=artifacts)

    def _env(self, here: Path, env: Mapping[str, str]) -> Sequence[tuple[str, str]]:
        stubs = {
            "STUB_REPOSITORIES": str(self.root / "repositories"),
            "STUB_ARTIFACTS": str(here / "artifacts"),
            "STUB_PYTHON": sys.executable,
        }
        return tuple({**stubs, **env}.items())

    def _local(self, checkout: Path) -> Sequence[str]:
        """Each pinned action of the workflows and of ours, with the stand-in for it."""
        ours = [PROJECT / "action.yml", PROJECT / ".github" / "workflows" / "gate.yml"]
        places = [*checkout.rglob("*.yml"), *checkout.glob(".github/**/*.yml"), *ours]
        found = {match.groups() for path in places for match in USES.finditer(path.read_text())}
        stubs = [f"{action}@{sha}={STUBS / action.partition('/')[2]}" for action, sha in sorted(found)]
        if not self.perfgate.exists():
            return stubs
        return [*stubs, f"{PERFGATE}@{self.own_commit}={self.perfgate}"]


def project_files() -> dict[str, str]:
    """The project as it is now, without tests and baselines, and with a set-up that installs nothing."""
    listing = subprocess.run(
        ["git", "-C", str(PROJECT), "ls-files", "-co", "--exclude-standard", "-z"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    files = {
        name: (PROJECT / name).read_text(encoding="utf-8")
        for name in filter(None, listing.split("\0"))
        if not name.startswith(("tests/", "baselines/", ".ci/lock/")) and (PROJECT / name).is_file()
    }
    return {**files, "scripts/.setup": (STUBS / "setup.sh").read_text(encoding="utf-8")}


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder; verbs can be run."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if name.startswith("scripts/"):
            path.chmod(0o755)
