"""How GitHub writes down the things that the double knows; the description adds what is not stated."""

from collections.abc import Mapping

from tests.doubles.github.exchange import Asked
from tests.doubles.github.state import (
    FULL_NAME,
    REPOSITORY_ID,
    Artifact,
    Comment,
    Labelled,
    Pull,
    Run,
    Status,
)

Shape = Mapping[str, object]
_SITE = "https://github.com"
_WHEN = "2026-11-23T09:00:00Z"


def user(login: str) -> Shape:
    """A person or a bot."""
    kind = "Bot" if login.endswith("[bot]") else "User"
    return {"login": login, "id": number_of(login), "type": kind, "html_url": f"{_SITE}/{login}"}


def number_of(name: str) -> int:
    """A number that is always the same for one name."""
    return REPOSITORY_ID if name == FULL_NAME else sum(name.encode()) + 10_000


def repository(asked: Asked, name: str = FULL_NAME) -> Shape:
    """A repository, ours or a fork."""
    owner, _, short = name.partition("/")
    return {
        "id": number_of(name),
        "name": short,
        "full_name": name,
        "owner": user(owner),
        "fork": name != FULL_NAME,
        "url": f"{asked.base}/repos/{name}",
        "html_url": f"{_SITE}/{name}",
        "default_branch": asked.double.default_branch,
    }


def repository_in_run(asked: Asked, name: str, *, number: int) -> Shape:
    """The shorter form that workflow runs have."""
    whole = repository(asked, name)
    return {key: whole[key] for key in ("name", "full_name", "owner", "fork", "url", "html_url")} | {
        "id": number
    }


def comment(asked: Asked, found: Comment) -> Shape:
    """A comment."""
    return {
        "id": found.number,
        "url": f"{asked.api}/issues/comments/{found.number}",
        "html_url": f"{_SITE}/{FULL_NAME}/pull/{found.issue}#issuecomment-{found.number}",
        "body": found.body,
        "user": user(found.login),
    }


def label(asked: Asked, name: str) -> Shape:
    """A label."""
    return {"id": number_of(name), "name": name, "url": f"{asked.api}/labels/{name}", "color": "ededed"}


def labelled(asked: Asked, found: Labelled, *, number: int) -> Shape:
    """That a label was set."""
    return {
        "id": number,
        "url": f"{asked.api}/issues/events/{number}",
        "event": "labeled",
        "actor": user(found.login),
        "created_at": found.at,
        "label": {"name": found.label, "color": "ededed"},
    }


def pull(asked: Asked, found: Pull) -> Shape:
    """A pull request, with what lists and the single view share."""
    return {
        "id": number_of(str(found.number)),
        "number": found.number,
        "state": found.state,
        "title": found.title,
        "body": found.body,
        "draft": False,
        "url": f"{asked.api}/pulls/{found.number}",
        "issue_url": f"{asked.api}/issues/{found.number}",
        "html_url": f"{_SITE}/{FULL_NAME}/pull/{found.number}",
        "user": user(found.login),
        "labels": [label(asked, name) for name in found.labels],
        "merged_at": _WHEN if found.merged else None,
        "head": _end(asked, found.head_repository, branch=found.head_branch, sha=found.head_sha),
        "base": _end(asked, FULL_NAME, branch=found.base_branch, sha=found.base_sha),
    }


def issue(asked: Asked, found: Pull) -> Shape:
    """The same pull request as an issue."""
    whole = pull(asked, found)
    kept = ("id", "number", "state", "title", "body", "html_url", "user", "labels", "draft")
    links = {
        "url": f"{asked.api}/issues/{found.number}",
        "comments_url": f"{asked.api}/issues/{found.number}/comments",
        "labels_url": f"{asked.api}/issues/{found.number}/labels{{/name}}",
        "repository_url": asked.api,
    }
    return {key: whole[key] for key in kept} | links


def status(asked: Asked, found: Status, *, number: int) -> Shape:
    """A commit status."""
    return {
        "id": number,
        "url": f"{asked.api}/statuses/{found.sha}",
        "state": found.state,
        "context": found.context,
        "description": found.description,
        "target_url": found.target_url,
        "creator": user(found.login),
    }


def run(asked: Asked, found: Run) -> Shape:
    """A workflow run."""
    pulls = [asked.double.pulls[number] for number in found.pulls]
    return {
        "id": found.number,
        "name": found.path.rsplit("/", 1)[1].removesuffix(".yml"),
        "path": found.path,
        "event": found.event,
        "status": found.status,
        "conclusion": found.conclusion,
        "head_sha": found.head_sha,
        "head_branch": found.head_branch,
        "run_number": found.number,
        "run_attempt": found.attempt,
        "actor": user(found.actor),
        "triggering_actor": user(found.actor),
        "created_at": found.created_at,
        "updated_at": found.created_at,
        "run_started_at": found.started_at or found.created_at,
        "url": f"{asked.api}/actions/runs/{found.number}",
        "html_url": f"{_SITE}/{FULL_NAME}/actions/runs/{found.number}",
        "artifacts_url": f"{asked.api}/actions/runs/{found.number}/artifacts",
        "jobs_url": f"{asked.api}/actions/runs/{found.number}/jobs",
        "pull_requests": [_pull_in_run(asked, each) for each in pulls],
        "repository": repository_in_run(asked, FULL_NAME, number=found.repository_id),
        "head_repository": repository_in_run(
            asked, found.head_repository, number=number_of(found.head_repository)
        ),
    }


def artifact(asked: Asked, found: Artifact) -> Shape:
    """An artefact; its zip is one redirect further."""
    size = len(found.content) if found.told_bytes is None else found.told_bytes
    run = asked.double.runs[found.run]
    return {
        "id": found.number,
        "name": found.name,
        "size_in_bytes": size,
        "expired": found.expired,
        "url": f"{asked.api}/actions/artifacts/{found.number}",
        "archive_download_url": f"{asked.api}/actions/artifacts/{found.number}/zip",
        "created_at": _WHEN,
        "workflow_run": {"id": run.number, "head_sha": run.head_sha, "head_branch": run.head_branch},
    }


def _end(asked: Asked, name: str, *, branch: str, sha: str) -> Shape:
    owner = name.partition("/")[0]
    return {
        "label": f"{owner}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": user(owner),
        "repo": repository(asked, name) if name else None,
    }


def _pull_in_run(asked: Asked, found: Pull) -> Shape:
    def end(name: str, *, branch: str, sha: str) -> Shape:
        return {
            "ref": branch,
            "sha": sha,
            "repo": {
                "id": number_of(name),
                "url": f"{asked.base}/repos/{name}",
                "name": name.rpartition("/")[2],
            },
        }

    return {
        "id": number_of(str(found.number)),
        "number": found.number,
        "url": f"{asked.api}/pulls/{found.number}",
        "head": end(found.head_repository, branch=found.head_branch, sha=found.head_sha),
        "base": end(FULL_NAME, branch=found.base_branch, sha=found.base_sha),
    }
