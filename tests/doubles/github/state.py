"""What the double knows: one repository with its pull requests, comments, labels, statuses and runs."""

import os
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

BOT = "github-actions[bot]"
FULL_NAME = "acme/gateway"
REPOSITORY_ID = 4711
READ, WRITE = "read", "write"


@dataclass(slots=True, kw_only=True)
class Comment:
    """One comment of an issue or a pull request."""

    number: int
    login: str
    body: str
    issue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """That somebody set a label; it stays on record when the label goes."""

    label: str
    login: str
    at: str


@dataclass(slots=True, kw_only=True)
class Pull:
    """One pull request; `head_repository` is "" once the fork is deleted."""

    number: int
    head_repository: str
    head_branch: str
    head_sha: str
    base_branch: str
    base_sha: str
    title: str = "A change"
    body: str = ""
    login: str = "ada"
    state: str = "open"
    merged: bool = False
    labels: list[str] = field(default_factory=list)
    labelled: list[Labelled] = field(default_factory=list)
    files: tuple[str, ...] = ()
    merge_sha: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One commit status; they are only ever added."""

    sha: str
    state: str
    context: str
    description: str
    target_url: str
    login: str


@dataclass(slots=True, kw_only=True)
class Run:
    """One workflow run."""

    number: int
    path: str
    event: str
    head_sha: str
    head_branch: str
    head_repository: str = FULL_NAME
    status: str = "completed"
    conclusion: str | None = "success"
    attempt: int = 1
    actor: str = "ada"
    pulls: tuple[int, ...] = ()
    created_at: str = "2026-11-23T09:00:00Z"
    started_at: str = ""
    """When this attempt began, where that is not when the run was created."""
    repository_id: int = REPOSITORY_ID


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """What a run uploaded: the bytes of a zip."""

    number: int
    run: int
    name: str
    content: bytes
    expired: bool = False
    told_bytes: int | None = None
    """The size that GitHub tells, where it differs from the truth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Who asks, and which scopes the job was granted: `pull-requests` -> `write`."""

    login: str
    scopes: Mapping[str, str]

    def allows(self, scope: str, level: str) -> bool:
        """Whether this token may; write includes read, and metadata can be read by all."""
        granted = self.scopes.get(scope, READ if scope == "metadata" else "none")
        return granted in (WRITE, level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The next request with this method, and this text in its path, gets this answer.

    With `applied` it takes effect all the same; with `held` the answer waits until the event is set;
    with status 0 the request is only held, then answered as usual.
    """

    method: str
    status: int
    message: str = "Server Error"
    headers: tuple[tuple[str, str], ...] = ()
    applied: bool = False
    path: str = ""
    held: threading.Event | None = None


@dataclass(slots=True, kw_only=True)
class GithubDouble:
    """The state of one repository, and what was asked of it. `git` is its bare repository, if it has code."""

    git: Path | None = None
    default_branch: str = "main"
    comments: list[Comment] = field(default_factory=list)
    pulls: dict[int, Pull] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    runs: dict[int, Run] = field(default_factory=dict)
    artifacts: list[Artifact] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=lambda: {"ada": "write", "root": "admin"})
    tokens: dict[str, Token] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """Answers of ours that GitHub's description forbids; a test that ends with any fails."""
    leaks: list[str] = field(default_factory=list)
    """Downloads to which the caller sent its token."""
    url: str = ""

    def token(self, scopes: Mapping[str, str], *, login: str = BOT) -> str:
        """Mint a token with these scopes."""
        name = f"ghs_{len(self.tokens) + 1:04d}_of_the_double"
        self.tokens[name] = Token(login=login, scopes=dict(scopes))
        return name

    def add(self, body: str, *, login: str = BOT, issue: int = 7) -> Comment:
        """Write a comment past the API."""
        number = max((comment.number for comment in self.comments), default=0) + 1
        comment = Comment(number=number, login=login, body=body, issue=issue)
        self.comments.append(comment)
        return comment

    def open(self, pull: Pull) -> Pull:
        """Add a pull request."""
        self.pulls[pull.number] = pull
        return pull

    def set_label(self, number: int, label: str, *, login: str, at: str = "2026-11-23T09:30:00Z") -> None:
        """Set a label as this person, at this time."""
        pull = self.pulls[number]
        pull.labels = [*(name for name in pull.labels if name != label), label]
        pull.labelled.append(Labelled(label=label, login=login, at=at))

    def ran(self, run: Run) -> Run:
        """Add a workflow run."""
        self.runs[run.number] = run
        return run

    def upload(self, run: Run, name: str, *, content: bytes, told_bytes: int | None = None) -> Artifact:
        """Add an artefact to a run."""
        number = len(self.artifacts) + 1
        artifact = Artifact(number=number, run=run.number, name=name, content=content, told_bytes=told_bytes)
        self.artifacts.append(artifact)
        return artifact

    def count(self, method: str) -> int:
        """How many requests had this method."""
        return sum(1 for request in self.requests if request.startswith(f"{method} "))

    def status_of(self, sha: str, context: str) -> Status | None:
        """The status that counts: the last one of its context."""
        found = [status for status in self.statuses if (status.sha, status.context) == (sha, context)]
        return found[-1] if found else None

    def run_git(
        self, *arguments: str, given: bytes | None = None, env: Mapping[str, str] | None = None
    ) -> bytes:
        """What git prints, run in the bare repository."""
        assert self.git is not None, "this double has no code"
        command = ["git", "-C", str(self.git), *arguments]
        return subprocess.run(
            command, input=given, env={**os.environ, **(env or {})}, check=True, capture_output=True
        ).stdout

    def commit_of(self, branch: str) -> str:
        """The commit that a branch points at."""
        return self.run_git("rev-parse", "--verify", f"refs/heads/{branch}").decode().strip()
