"""A workflow run as GitHub itself describes it: from the event that woke us, or from the API."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from perf.errors import PublishError

MEASURED_EVENTS = frozenset({"pull_request", "merge_group"})
_QUEUED = re.compile(r"gh-readonly-queue/.+/pr-\d+-(?P<base>[0-9a-f]{40})")
"""How GitHub names the branch that it makes for a merge group: the commit in it is the group's parent."""
_Sha = Annotated[str, Meta(pattern=r"^[0-9a-f]{40}$(?!\n)")]
_Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRun:
    """One run of a workflow; nothing in it was written by the code that ran, but `path` and `head_branch`.

    A fork may run any workflow under any name, so `path` chooses a run and proves nothing.
    `started_at` is when this attempt began, `created_at` when the first one was asked for.
    `head_owner` and `head_repository_id` are "" and 0 where the fork has been deleted.
    """

    run_id: int
    number: int
    attempt: int
    path: str
    event: str
    completed: bool
    conclusion: str
    head_sha: str
    head_branch: str
    head_owner: str
    head_repository_id: int
    repository_id: int
    url: str
    created_at: datetime
    started_at: datetime
    updated_at: datetime

    @property
    def name(self) -> str:
        """What people call the run."""
        return f"run {self.number}, attempt {self.attempt}"

    @property
    def order(self) -> tuple[int, int]:
        """Later runs are greater."""
        return (self.number, self.attempt)

    @property
    def queued_on(self) -> str:
        """The commit that a merge group is to follow; "" for any other run.

        Only GitHub starts a run with this event, so here it is GitHub that named the branch.
        """
        found = _QUEUED.fullmatch(self.head_branch) if self.event == "merge_group" else None
        return "" if found is None else found["base"]

    def is_of(self, path: str) -> bool:
        """Whether it ran the workflow of this file; GitHub may add `@` and the ref."""
        return self.path.partition("@")[0] == path


class _Account(msgspec.Struct):
    login: str


class _Repository(msgspec.Struct):
    id: _Number
    owner: _Account


class _Run(msgspec.Struct):
    id: _Number
    run_number: _Number
    run_attempt: _Number
    path: str
    event: str
    status: str
    head_sha: _Sha
    html_url: str
    created_at: datetime
    updated_at: datetime
    repository: _Repository
    run_started_at: datetime | None = None
    conclusion: str | None = None
    head_branch: str | None = None
    head_repository: _Repository | None = None


class _Payload(msgspec.Struct):
    workflow_run: _Run
    repository: _Repository


def waking_run(event_text: str) -> WorkflowRun:
    """The run that a `workflow_run` event tells of; PublishError where it is another event or repository."""
    try:
        payload = msgspec.json.decode(event_text.encode("utf-8"), type=_Payload)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise PublishError(
            f"the event is not one of a completed workflow run: {error}",
            where="GITHUB_EVENT_PATH",
            cure="Run this in a workflow with `on: workflow_run`; `perfgate publish` is for other events.",
        ) from error
    if payload.workflow_run.repository.id != payload.repository.id:
        raise PublishError(
            "the run belongs to another repository",
            where=payload.workflow_run.html_url,
            cure="Nothing is to be done: only runs of this repository are judged here.",
        )
    return _facts(payload.workflow_run)


def run_of(raw: object) -> WorkflowRun:
    """The run in an answer of the API; PublishError where the answer has another shape."""
    try:
        return _facts(msgspec.convert(raw, _Run))
    except msgspec.ValidationError as error:
        raise PublishError(
            f"GitHub described a workflow run in an unknown way: {error}",
            where="GET /actions/runs",
            cure="Try again; if it stays so, update perfgate.",
        ) from error


def _facts(run: _Run) -> WorkflowRun:
    head = run.head_repository
    return WorkflowRun(
        run_id=run.id,
        number=run.run_number,
        attempt=run.run_attempt,
        path=run.path,
        event=run.event,
        completed=run.status == "completed",
        conclusion=run.conclusion or "",
        head_sha=run.head_sha,
        head_branch=run.head_branch or "",
        head_owner="" if head is None else head.owner.login,
        head_repository_id=0 if head is None else head.id,
        repository_id=run.repository.id,
        url=run.html_url,
        created_at=run.created_at,
        started_at=run.run_started_at or run.created_at,
        updated_at=run.updated_at,
    )
