"""What the trusted side asks of GitHub about a repository, and what it writes besides comments."""

from dataclasses import dataclass
from datetime import datetime

from github import GithubException, UnknownObjectException
from github.IssueEvent import IssueEvent
from github.PullRequest import PullRequest
from requests.exceptions import RequestException

from perf.errors import StatusError
from perf.github.artifact import fetch_artifact
from perf.github.client import REPEAT_ALL, Asking, asked, client
from perf.github.runs import MEASURED_EVENTS, WorkflowRun, run_of

_WRITERS = frozenset({"admin", "maintain", "write"})
_READS_PULLS = "pull-requests: read"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPull:
    """An open pull request; `base_sha` is where its base branch was when GitHub last looked."""

    number: int
    base_ref: str
    base_sha: str
    from_fork: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelling:
    """Who set a label that is on the pull request now, and when."""

    login: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitStatus:
    """A commit status: `state` is success or failure; `description` has at most 140 characters."""

    state: str
    description: str
    context: str
    target_url: str


class Forge:
    """One repository on GitHub, asked and written to with one token."""

    def __init__(self, name: str, *, token: str, api_url: str) -> None:
        self.name = name
        self.token = token
        self.api_url = api_url
        self._repository = client(token, api_url=api_url).get_repo(name)

    def newest_run(self, waking: WorkflowRun, *, path: str) -> WorkflowRun | None:
        """The latest run of the measuring workflow for the commit that woke us; None without."""
        asking = Asking(what="the list of workflow runs", where=waking.url, permission="actions: read")
        with asked(asking):
            listed = [
                run_of(run.raw_data) for run in self._repository.get_workflow_runs(head_sha=waking.head_sha)
            ]
        fitting = [run for run in [waking, *listed] if _measures(run, waking, path=path)]
        return max(fitting, key=lambda run: (run.order, run.completed), default=None)

    def artifact(self, run: WorkflowRun) -> bytes | None:
        """The zip that this attempt uploaded; None if it left none, ArtifactError if it is refused."""
        api = f"{self.api_url}/repos/{self.name}"
        return fetch_artifact(self._repository, run, token=self.token, api=api)

    def open_pulls(self, run: WorkflowRun) -> tuple[OpenPull, ...]:
        """Every open pull request whose head is this run's commit, in this run's repository or fork.

        Asked by owner and branch, which works for forks; what is found must have the very commit.
        """
        if not run.head_owner:
            return ()
        asking = Asking(what="the list of pull requests", where=run.url, permission=_READS_PULLS)
        with asked(asking):
            found = self._repository.get_pulls(state="open", head=f"{run.head_owner}:{run.head_branch}")
            return tuple(_open(pull, run) for pull in found if _is_of(pull, run))

    def changed_files(self, number: int) -> tuple[str, ...]:
        """The paths that a pull request touches, those that it moves away included."""
        asking = Asking(
            what="the list of changed files", where=f"pull request {number}", permission=_READS_PULLS
        )
        with asked(asking):
            files = list(self._repository.get_pull(number).get_files())
            # Not given for a file that was not moved, whatever the type says.
            former: list[str | None] = [file.previous_filename for file in files]
        return tuple(sorted({*(file.filename for file in files), *(path for path in former if path)}))

    def labels(self, number: int) -> dict[str, Labelling]:
        """The labels that are on a pull request now, each with who set it last; asked at this moment."""
        asking = Asking(what="the labels", where=f"pull request {number}", permission=_READS_PULLS)
        with asked(asking):
            issue = self._repository.get_issue(number)
            live = {label.name for label in issue.get_labels()}
            events = [event for event in issue.get_events() if event.event == "labeled"] if live else []
            given = [(event.label.name, _labelling(event)) for event in events if event.label.name in live]
        return dict(sorted(given, key=lambda one: one[1].at))

    def merged_as(self, sha: str) -> tuple[int, ...]:
        """The pull requests that were merged as this commit."""
        asking = Asking(what="the merged pull request", where=f"commit {sha[:9]}", permission=_READS_PULLS)
        with asked(asking):
            found = self._repository.get_commit(sha).get_pulls()
            return tuple(pull.number for pull in found if pull.merged_at is not None)

    def may_write(self, login: str) -> bool:
        """Whether this person may push; setting labels takes less than that."""
        asking = Asking(what=f"the permission of {login}", where="collaborators", permission="contents: read")
        with asked(asking):
            try:
                return self._repository.get_collaborator_permission(login) in _WRITERS
            except UnknownObjectException:
                return False

    def remove_label(self, number: int, *, label: str) -> None:
        """Take a label off a pull request; that it is off already is fine."""
        asking = Asking(
            what="to remove a label", where=f"pull request {number}", permission="pull-requests: write"
        )
        with asked(asking):
            try:
                self._repository.get_issue(number).remove_from_labels(label)
            except UnknownObjectException:
                return

    def set_status(self, status: CommitStatus, *, sha: str) -> None:
        """Set a commit status; StatusError where GitHub refuses. Repeating it changes nothing."""
        try:
            with client(self.token, api_url=self.api_url, repeated=REPEAT_ALL) as github:
                github.get_repo(self.name).get_commit(sha).create_status(
                    state=status.state,
                    target_url=status.target_url,
                    description=status.description,
                    context=status.context,
                )
        except (GithubException, RequestException) as error:
            raise StatusError(
                f"GitHub refused the commit status: {error}",
                where=f"{self.name}, commit {sha[:9]}",
                cure="Add to the job:\npermissions:\n  statuses: write\nand run it again.",
            ) from error


def _measures(run: WorkflowRun, waking: WorkflowRun, *, path: str) -> bool:
    return (
        run.is_of(path)
        and run.event in MEASURED_EVENTS
        and (run.head_sha, run.head_repository_id) == (waking.head_sha, waking.head_repository_id)
        and run.repository_id == waking.repository_id
    )


def _is_of(pull: PullRequest, run: WorkflowRun) -> bool:
    # The repository of a deleted fork is null, whatever the type says.
    head_repository: object = pull.head.repo
    return (
        head_repository is not None
        and pull.head.sha == run.head_sha
        and pull.head.repo.id == run.head_repository_id
        and pull.base.repo.id == run.repository_id
    )


def _labelling(event: IssueEvent) -> Labelling:
    # A deleted account is null, whatever the type says.
    actor: object = event.actor
    return Labelling(login="" if actor is None else event.actor.login, at=event.created_at)


def _open(pull: PullRequest, run: WorkflowRun) -> OpenPull:
    return OpenPull(
        number=pull.number,
        base_ref=pull.base.ref,
        base_sha=pull.base.sha,
        from_fork=run.head_repository_id != run.repository_id,
    )
