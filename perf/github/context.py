"""Where a workflow runs: repository, commits, pull request and run, from GitHub's own variables."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from perf.errors import PublishError


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One workflow run. `pull_request` is 0 without one; `from_fork` means a token that cannot write."""

    repository: str
    event: str
    sha: str
    head_sha: str
    base_sha: str
    pull_request: int
    from_fork: bool
    server_url: str
    api_url: str
    run_id: int
    run_number: int
    run_attempt: int

    @property
    def run_url(self) -> str:
        """The page of this run and attempt."""
        return f"{self.server_url}/{self.repository}/actions/runs/{self.run_id}/attempts/{self.run_attempt}"

    @property
    def run_name(self) -> str:
        """What people call the run."""
        return f"run {self.run_number}, attempt {self.run_attempt}"


class _Repository(msgspec.Struct):
    full_name: str


class _End(msgspec.Struct):
    sha: str
    repo: _Repository | None = None


class _PullRequest(msgspec.Struct):
    number: int
    head: _End
    base: _End


class _MergeGroup(msgspec.Struct):
    head_sha: str
    base_sha: str


class _Event(msgspec.Struct):
    pull_request: _PullRequest | None = None
    merge_group: _MergeGroup | None = None


def context_of(env: Mapping[str, str], event_text: str) -> Context:
    """Read the GITHUB_* variables and the text of the event file; PublishError names what is missing."""
    event = _event(event_text, where=env.get("GITHUB_EVENT_PATH", "GITHUB_EVENT_PATH"))
    repository = _needed(env, "GITHUB_REPOSITORY")
    sha = _needed(env, "GITHUB_SHA")
    head_sha, base_sha = _ends(event, sha=sha)
    return Context(
        repository=repository,
        event=_needed(env, "GITHUB_EVENT_NAME"),
        sha=sha,
        head_sha=head_sha,
        base_sha=base_sha,
        pull_request=0 if event.pull_request is None else event.pull_request.number,
        from_fork=_is_foreign(event.pull_request, repository=repository),
        server_url=env.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/"),
        api_url=env.get("GITHUB_API_URL", "https://api.github.com").rstrip("/"),
        run_id=_whole(env, "GITHUB_RUN_ID"),
        run_number=_whole(env, "GITHUB_RUN_NUMBER"),
        run_attempt=_whole(env, "GITHUB_RUN_ATTEMPT"),
    )


def _event(text: str, *, where: str) -> _Event:
    try:
        return msgspec.json.decode(text.encode("utf-8"), type=_Event)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise PublishError(
            f"the event file cannot be read: {error}",
            where=where,
            cure="Run this in a GitHub workflow, or set GITHUB_EVENT_PATH to a file with an event payload.",
        ) from error


def _ends(event: _Event, *, sha: str) -> tuple[str, str]:
    """Head and base commit; without a pull request the commit itself and ""."""
    if event.pull_request is not None:
        return event.pull_request.head.sha, event.pull_request.base.sha
    if event.merge_group is not None:
        return event.merge_group.head_sha, event.merge_group.base_sha
    return sha, ""


def _is_foreign(pull_request: _PullRequest | None, *, repository: str) -> bool:
    """A deleted fork has no repository, and is a fork all the same."""
    if pull_request is None:
        return False
    repo = pull_request.head.repo
    return repo is None or repo.full_name.lower() != repository.lower()


def _needed(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if not value:
        raise PublishError(
            f"{name} is not set",
            where="environment",
            cure="Run `perfgate publish` in a GitHub workflow, or use `--dry-run` to see the comment.",
        )
    return value


def _whole(env: Mapping[str, str], name: str) -> int:
    value = _needed(env, name)
    if not (value.isascii() and value.isdigit()):
        raise PublishError(f"{name} is not a number: {value!r:.40}", where="environment", cure="Unset it.")
    return int(value)
