"""One sticky comment on the pull request: posted once, then kept up to date."""

from dataclasses import dataclass
from enum import StrEnum

from github import Auth, Github, GithubException, GithubRetry, RateLimitExceededException
from github.Issue import Issue
from github.IssueComment import IssueComment
from requests.exceptions import RequestException

from perf.errors import PublishError
from perf.github.body import STICKY, Sticky, Writer, body_of, is_same, marker_of, writer_of
from perf.github.context import Context

_TIMEOUT_S = 20
_RETRIES = 4
_MAX_RATE_WAIT_S = 60
_SAFE_TO_REPEAT = frozenset({"GET", "HEAD", "PATCH", "DELETE"})
"""Not POST: a comment whose answer got lost would be posted twice."""
_PERMISSION = "permissions:\n  pull-requests: write"


class Outcome(StrEnum):
    """What happened to the comment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SUPERSEDED = "superseded"
    """A later run has written already."""
    NO_PULL_REQUEST = "no-pull-request"
    DRY_RUN = "dry-run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The outcome, the comment's address ("" if there is none) and its text."""

    outcome: Outcome
    url: str
    body: str


def publish(
    report_markdown: str,
    context: Context,
    *,
    token: str,
    api_url: str,
    dry_run: bool,
    sticky: Sticky = STICKY,
) -> Publication:
    """Post or update the comment; PublishError says what GitHub refused and how to allow it."""
    writer = Writer(number=context.run_number, attempt=context.run_attempt)
    body = body_of(report_markdown, sticky=sticky, writer=writer)
    if context.pull_request == 0:
        return Publication(outcome=Outcome.NO_PULL_REQUEST, url="", body=body)
    if dry_run:
        return Publication(outcome=Outcome.DRY_RUN, url="", body=body)
    try:
        with _client(token, api_url=api_url) as client:
            issue = client.get_repo(context.repository).get_issue(context.pull_request)
            return _place(issue, body, sticky=sticky, writer=writer)
    except (GithubException, RequestException) as error:
        raise _refusal(error, context=context) from error


def _client(token: str, *, api_url: str) -> Github:
    if not token:
        raise PublishError(
            "there is no token", where="GITHUB_TOKEN", cure="Set it: `GITHUB_TOKEN: ${{ github.token }}`."
        )
    return Github(
        auth=Auth.Token(token),
        base_url=api_url,
        lazy=True,
        per_page=100,
        timeout=_TIMEOUT_S,
        retry=GithubRetry(
            total=_RETRIES, max_rate_limit_wait=_MAX_RATE_WAIT_S, allowed_methods=_SAFE_TO_REPEAT
        ),
        seconds_between_requests=None,
        seconds_between_writes=None,
        user_agent="perfgate",
    )


def _place(issue: Issue, body: str, *, sticky: Sticky, writer: Writer) -> Publication:
    ours = _ours(issue, sticky=sticky)
    if not ours:
        return _create(issue, body, sticky=sticky)
    return _update(ours, body, writer=writer)


def _ours(issue: Issue, *, sticky: Sticky) -> list[IssueComment]:
    """Our comments, oldest first, from all pages. The marker alone proves nothing: anyone can write it."""
    marker = marker_of(sticky)
    found = [
        comment
        for comment in issue.get_comments()
        if comment.user.login == sticky.author and comment.body.startswith(marker)
    ]
    return sorted(found, key=lambda comment: comment.id)


def _create(issue: Issue, body: str, *, sticky: Sticky) -> Publication:
    """Post, then look again: a lost answer or a run at the same moment may have posted as well."""
    try:
        comment = issue.create_comment(body)
    except GithubException as error:
        ours = _ours(issue, sticky=sticky) if error.status >= 500 else []
        if not ours:
            raise
        return Publication(outcome=Outcome.CREATED, url=ours[0].html_url, body=body)
    ours = _ours(issue, sticky=sticky)
    if len(ours) > 1:
        return _update(ours, body, writer=writer_of(body))
    return Publication(outcome=Outcome.CREATED, url=comment.html_url, body=body)


def _update(ours: list[IssueComment], body: str, *, writer: Writer) -> Publication:
    """Keep the oldest and remove the others, so that links to it stay good; the latest writer wins."""
    kept = ours[0]
    latest = max(ours, key=lambda comment: writer_of(comment.body))
    superseded = writer_of(latest.body) > writer
    wanted = latest.body if superseded else body
    changed = not is_same(kept.body, wanted)
    if changed:
        kept.edit(wanted)
    for twin in ours[1:]:
        twin.delete()
    if superseded:
        return Publication(outcome=Outcome.SUPERSEDED, url=kept.html_url, body=wanted)
    outcome = Outcome.UPDATED if changed else Outcome.UNCHANGED
    return Publication(outcome=outcome, url=kept.html_url, body=wanted)


def _refusal(error: GithubException | RequestException, *, context: Context) -> PublishError:
    where = f"{context.repository}, pull request {context.pull_request}"
    if isinstance(error, RequestException):
        return PublishError(
            f"GitHub could not be reached: {error}", where=where, cure="Run `perfgate publish` again."
        )
    if isinstance(error, RateLimitExceededException):
        return PublishError("GitHub's rate limit is used up", where=where, cure="Publish again in an hour.")
    told = error.message or "no reason given"
    return PublishError(
        f"GitHub refused the comment: {error.status} {told}", where=where, cure=_cure(error, context)
    )


def _cure(error: GithubException, context: Context) -> str:
    match error.status:
        case 401:
            return "The token is wrong or has expired; pass `${{ github.token }}`."
        case 403 if context.from_fork:
            return (
                "Runs of a fork's pull request get a token that only reads; "
                "the job summary has the report. A `workflow_run` workflow can post it."
            )
        case 403:
            return f"Add to the job:\n{_PERMISSION}"
        case 404:
            return f"Check the repository and the pull request's number, and add to the job:\n{_PERMISSION}"
        case 422:
            return "The comment is too long or malformed; this is a fault of perfgate, please report it."
        case _:
            return "Run `perfgate publish` again; if it stays so, look at https://www.githubstatus.com."
