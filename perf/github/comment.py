"""One sticky comment on the pull request: posted once, then kept up to date."""

from dataclasses import dataclass
from enum import StrEnum

from github import GithubException
from github.Issue import Issue
from github.IssueComment import IssueComment

from perf.github.body import STICKY, Sticky, Writer, body_of, is_same, marker_of, writer_of
from perf.github.client import Asking, asked, client
from perf.github.context import Context


class Outcome(StrEnum):
    """What happened to the comment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SUPERSEDED = "superseded"
    """A later run has written already."""
    NO_PULL_REQUEST = "no-pull-request"
    NOT_POSTED = "not-posted"
    """There is none, and none was to be posted."""


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
    may_post: bool,
    sticky: Sticky = STICKY,
) -> Publication:
    """Post or update the comment; PublishError says what GitHub refused and how to allow it.

    Without `may_post` a comment that exists is brought up to date, and none is begun.
    """
    writer = Writer(number=context.run_number, attempt=context.run_attempt)
    body = body_of(report_markdown, sticky=sticky, writer=writer)
    if context.pull_request == 0:
        return Publication(outcome=Outcome.NO_PULL_REQUEST, url="", body=body)
    asking = Asking(
        what="the comment",
        where=f"{context.repository}, pull request {context.pull_request}",
        permission="pull-requests: write",
        from_fork=context.from_fork,
    )
    with asked(asking), client(token, api_url=api_url) as github:
        issue = github.get_repo(context.repository).get_issue(context.pull_request)
        ours = _ours(issue, sticky=sticky)
        if ours:
            return _update(ours, body, writer=writer)
        if not may_post:
            return Publication(outcome=Outcome.NOT_POSTED, url="", body=body)
        return _create(issue, body, sticky=sticky)


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
