"""GitHub around the workflows of this repository: the double, a repository in it, and act as its runner."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.act.house import Ended, House, project_files
from tests.doubles.github.jobs import scopes_of
from tests.doubles.github.server import github_double
from tests.doubles.github.state import FULL_NAME, REPOSITORY_ID, GithubDouble, Pull, Run, Status
from tests.github.measured import a_measured_run, edited, texts_of, zipped
from tests.sut.gateways import git

NUMBER = 7
FOLDER = ".github/workflows"


@dataclass(slots=True, kw_only=True)
class Hub:
    """One repository on GitHub with pull request 7, whose workflows act runs."""

    house: House
    github: GithubDouble
    base: str
    pull: Pull
    runs: int = 0

    def push(self, files: Mapping[str, str]) -> str:
        """Push to the pull request's branch."""
        self.pull.head_sha = self.house.push(files, branch=self.pull.head_branch)
        return self.pull.head_sha

    def ran(self, workflow: str, *, conclusion: str = "success", event: str = "pull_request") -> Run:
        """GitHub's record of a run of the pull request's head."""
        self.runs += 1
        is_fork = self.pull.head_repository != FULL_NAME
        run = Run(
            number=self.runs,
            path=f"{FOLDER}/{workflow}",
            event=event,
            head_sha=self.pull.head_sha,
            head_branch=self.pull.head_branch,
            head_repository=self.pull.head_repository,
            conclusion=conclusion,
            pulls=() if is_fork or event != "pull_request" else (NUMBER,),
            created_at=f"2026-11-23T09:{self.runs:02}:00Z",
        )
        return self.github.ran(run)

    def measured(self, *, slowdown: float = 0.0) -> Run:
        """A run of perf-gate whose blocks are made of plain numbers, uploaded as the job does."""
        run = self.ran("perf-gate.yml", conclusion="failure" if slowdown else "success")
        made = a_measured_run(self.base, slowdown=slowdown, workflow_run=run.number)
        texts = edited(
            texts_of(made, self.house.root / f"{run.head_sha}-{run.number}"),
            head_sha=run.head_sha,
            pull_request=NUMBER,
        )
        self.github.upload(run, "perfgate-run-1", content=zipped(texts))
        return run

    def measure(self) -> tuple[Run, Ended]:
        """Run perf-gate itself on the pull request's merge commit, and keep what it uploads."""
        sha = self.house.merge(self.pull.head_branch, ref=f"refs/pull/{NUMBER}/merge")
        head = {"sha": self.pull.head_sha, "repo": {"full_name": self.pull.head_repository}}
        labels = [{"name": name} for name in self.pull.labels]
        payload = {"number": NUMBER, "pull_request": {"number": NUMBER, "labels": labels, "head": head}}
        return self._measure(payload, event="pull_request", sha=sha)

    def queue(self, *, on: str) -> tuple[Run, Ended]:
        """Queue the pull request behind a commit, as GitHub's merge queue does, and run perf-gate on it."""
        branch = f"gh-readonly-queue/main/pr-{NUMBER}-{on}"
        sha = self.house.merge(self.pull.head_branch, on=on, ref=f"refs/heads/{branch}")
        group = {
            "head_sha": sha,
            "head_ref": f"refs/heads/{branch}",
            "base_sha": on,
            "base_ref": "refs/heads/main",
        }
        self.pull.head_sha, self.pull.head_branch = sha, branch
        payload = {"action": "checks_requested", "merge_group": group}
        return self._measure(payload, event="merge_group", sha=sha)

    def _measure(self, payload: Mapping[str, object], *, event: str, sha: str) -> tuple[Run, Ended]:
        """The token is what GitHub gives to the job of the very workflow file that runs."""
        text = self.github.run_git("show", f"{sha}:{FOLDER}/perf-gate.yml").decode()
        is_fork = self.pull.head_repository != FULL_NAME
        ended = self.house.act(
            "perf-gate.yml",
            event=event,
            payload=payload,
            sha=sha,
            env={
                "GITHUB_RUN_ID": str(self.runs + 1),
                "GITHUB_RUN_ATTEMPT": "1",
                "GITHUB_API_URL": self.github.url,
            },
            token=self.github.token(scopes_of(text, "measure", from_fork=is_fork)),
        )
        run = self.ran("perf-gate.yml", conclusion=ended.conclusion, event=event)
        for name, content in ended.artifacts.items():
            self.github.upload(run, name, content=content)
        return run, ended

    def label(self, name: str, *, by: str) -> Ended:
        """Set a label, let perf-label run, and the report that it wakes."""
        run = self.ran("perf-label.yml")
        self.github.set_label(NUMBER, name, login=by, at=run.created_at)
        payload = {"action": "labeled", "label": {"name": name}, "pull_request": {"number": NUMBER}}
        woken = self.house.act("perf-label.yml", event="pull_request", payload=payload, sha=self.base, env={})
        assert woken.code == 0, woken.log
        return self.report(run)

    def report(self, run: Run, *, code: int = 0) -> Ended:
        """Run perf-report on the default branch, woken by a completed run; it must end with this code."""
        workflow = "perf-report.yml"
        token = self.github.token({"actions": "read"})
        address = f"{self.github.url}/repos/{FULL_NAME}/actions/runs/{run.number}"
        told = httpx.get(address, headers={"authorization": f"Bearer {token}"}, trust_env=False).json()
        repository = {**told["repository"], "id": REPOSITORY_ID, "default_branch": "main"}
        text = self.github.run_git("show", f"main:{FOLDER}/{workflow}").decode()
        ended = self.house.act(
            workflow,
            event="workflow_run",
            payload={"action": "completed", "workflow_run": told, "repository": repository},
            sha=self.base,
            env={"GITHUB_API_URL": self.github.url},
            token=self.github.token(scopes_of(text, "report")),
        )
        assert ended.code == code, ended.log
        return ended

    @property
    def status(self) -> Status | None:
        """The status of the pull request's head."""
        return self.github.status_of(self.pull.head_sha, "perf-gate")

    @property
    def comment(self) -> str:
        """The one comment."""
        (comment,) = self.github.comments
        return comment.body


def settled(root: Path, files: Mapping[str, str]) -> House:
    """A house whose main is the project as it is now, with these files in place of its own."""
    house = House(root=root)
    house.begin({**project_files(), **files})
    return house


@contextmanager
def hub(house: House, *, branch: str) -> Iterator[Hub]:
    """GitHub around a house, with a pull request from a branch that begins at main."""
    base = git(house.work, "rev-parse", "main")
    with github_double() as github:
        github.git = house.bare
        pull = Pull(
            number=NUMBER,
            head_repository=FULL_NAME,
            head_branch=branch,
            head_sha=base,
            base_branch="main",
            base_sha=base,
        )
        found = Hub(house=house, github=github, base=base, pull=github.open(pull))
        found.push({"notes.txt": "one\n"})
        yield found
        assert github.leaks == []
