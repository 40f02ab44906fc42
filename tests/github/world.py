"""The trusted side at work: a checkout of the default branch, and GitHub with one pull request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from perf.commands.publish_run import MEASURING, publish_run
from perf.errors import Exit
from perf.model.run import Run as MeasuredRun
from perf.model.speaking import CommentWhen
from perf.model.verdict import State
from tests.doubles.github.state import REPOSITORY_ID, GithubDouble, Pull, Run, Status
from tests.github.measured import HEAD_SHA, a_measured_run, texts_of, zipped
from tests.judged import a_verdict

SCOPES = {"actions": "read", "contents": "read", "pull-requests": "write", "statuses": "write"}
LABELLING = ".github/workflows/perf-label.yml"
EARLIER, LATER = "2026-11-23T08:00:00Z", "2026-11-23T09:30:00Z"


@dataclass(slots=True, kw_only=True)
class World:
    """A repository with pull request 7, whose measuring run is number 5."""

    github: GithubDouble
    repo: Path
    base: str
    folder: Path
    run: Run
    pull: Pull

    def measured(self, *, slowdown: float = 0.0) -> dict[str, str]:
        """The files of a sound run."""
        return self.texts(a_measured_run(self.base, slowdown=slowdown))

    def texts(self, run: MeasuredRun, *, said: State = State.PASSED) -> dict[str, str]:
        """The files of any run."""
        self.folder = self.folder / "next"
        return texts_of(run, self.folder, verdict=a_verdict(state=said))

    def upload(self, content: bytes | dict[str, str]) -> None:
        """Let run 5 leave an artifact."""
        packed = content if isinstance(content, bytes) else zipped(content)
        self.github.upload(self.run, f"perfgate-run-{self.run.attempt}", content=packed)

    def wake(
        self,
        waking: Run | None = None,
        *,
        scopes: dict[str, str] | None = None,
        comment: CommentWhen | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Exit:
        """Run the command as perf-report does once `waking` is complete, with `more` variables."""
        env = {**self.env(waking, scopes=SCOPES if scopes is None else scopes), **(more or {})}
        return publish_run(self.repo, workflow=MEASURING, comment=comment, dry_run=False, env=env)

    def env(self, waking: Run | None = None, *, scopes: dict[str, str] = SCOPES) -> dict[str, str]:
        """GitHub's variables in perf-report."""
        number = (waking or self.run).number
        token = self.github.token({"actions": "read"})
        told = httpx.get(
            f"{self.github.url}/repos/acme/gateway/actions/runs/{number}",
            headers={"authorization": f"Bearer {token}"},
            trust_env=False,
        ).json()
        event = self.folder.parent / "event.json"
        repository = {**told["repository"], "id": REPOSITORY_ID}
        event.write_text(json.dumps({"workflow_run": told, "repository": repository}))
        return {
            "GITHUB_TOKEN": self.github.token(scopes),
            "GITHUB_API_URL": self.github.url,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_EVENT_NAME": "workflow_run",
            "GITHUB_REPOSITORY": "acme/gateway",
            "GITHUB_SHA": self.base,
            "GITHUB_RUN_ID": "99",
            "GITHUB_RUN_NUMBER": "99",
            "GITHUB_RUN_ATTEMPT": "1",
        }

    @property
    def status(self) -> Status:
        """The commit status of the head."""
        found = self.github.status_of(HEAD_SHA, "perf-gate")
        assert found is not None
        return found

    @property
    def comment(self) -> str:
        """The one comment."""
        (comment,) = self.github.comments
        return comment.body

    def labelled(self) -> Run:
        """The run of perf-label that a label starts."""
        return self.github.ran(replace(self.run, number=6, path=LABELLING, created_at=LATER))
