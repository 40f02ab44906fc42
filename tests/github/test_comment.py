"""The sticky comment against a double of GitHub on 127.0.0.1."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from perf.errors import Exit, PublishError
from perf.github.body import STICKY, Sticky, Writer, body_of
from perf.github.comment import Outcome, Publication, publish
from perf.github.context import Context
from tests.doubles.github.server import github_double
from tests.doubles.github.state import Fault, GithubDouble

CONTEXT = Context(
    repository="acme/gateway",
    event="pull_request",
    sha="c" * 40,
    head_sha="a" * 40,
    base_sha="b" * 40,
    pull_request=7,
    from_fork=False,
    server_url="https://github.com",
    api_url="https://api.github.com",
    run_id=1,
    run_number=12,
    run_attempt=1,
)


@pytest.fixture
def github() -> Iterator[GithubDouble]:
    with github_double() as double:
        yield double


def _publish(
    github: GithubDouble,
    report: str = "### passed\n",
    *,
    context: Context = CONTEXT,
    may_post: bool = True,
    level: str = "write",
) -> Publication:
    token = github.token({"pull-requests": level})
    return publish(report, context, token=token, api_url=github.url, may_post=may_post)


def _written_by(number: int, report: str = "### older\n") -> str:
    return body_of(report, sticky=STICKY, writer=Writer(number=number, attempt=1))


def test_first_report_is_posted_once(github: GithubDouble) -> None:
    """The body starts with the marker, and one comment exists."""
    publication = _publish(github)

    assert publication.outcome is Outcome.CREATED
    assert publication.url.endswith("#issuecomment-1")
    assert [comment.body for comment in github.comments] == [publication.body]
    assert publication.body.startswith("<!-- perfgate:v1 key=default -->\n")


def test_second_run_updates_the_comment(github: GithubDouble) -> None:
    """The pull request keeps one comment, with the newer text."""
    _publish(github)

    publication = _publish(github, "### failed\n", context=replace(CONTEXT, run_number=13))

    assert publication.outcome is Outcome.UPDATED
    assert len(github.comments) == 1
    assert "### failed" in github.comments[0].body
    assert github.count("POST") == 1


def test_unchanged_report_is_not_written_again(github: GithubDouble) -> None:
    """Publishing the same run twice sends no second write, even when GitHub changed the line ends."""
    _publish(github)
    github.comments[0].body = github.comments[0].body.replace("\n", "\r\n")

    publication = _publish(github)

    assert publication.outcome is Outcome.UNCHANGED
    assert github.count("PATCH") == 0


@pytest.mark.parametrize(("number", "attempt"), [(13, 1), (12, 2)], ids=["later run", "later attempt"])
def test_older_run_never_overwrites_a_newer_one(github: GithubDouble, number: int, attempt: int) -> None:
    """A slow run that finishes last leaves the newer verdict alone."""
    _publish(github, "### newer\n", context=replace(CONTEXT, run_number=number, run_attempt=attempt))

    publication = _publish(github, "### older\n")

    assert publication.outcome is Outcome.SUPERSEDED
    assert "### newer" in github.comments[0].body


def test_spoofed_marker_is_ignored(github: GithubDouble) -> None:
    """A comment of somebody else with our marker is neither edited nor taken for ours."""
    spoofed = github.add(_written_by(99), login="mallory")

    publication = _publish(github)

    assert publication.outcome is Outcome.CREATED
    assert spoofed.body == _written_by(99)
    assert len(github.comments) == 2


def test_quoted_marker_is_ignored(github: GithubDouble) -> None:
    """Another comment of the same bot that only quotes the marker is not ours."""
    github.add(f"> {_written_by(3)}")

    assert _publish(github).outcome is Outcome.CREATED


def test_other_key_is_another_comment(github: GithubDouble) -> None:
    """Two gates of one repository do not overwrite each other."""
    _publish(github)

    publication = publish(
        "### b\n",
        CONTEXT,
        token=github.token({"pull-requests": "write"}),
        api_url=github.url,
        may_post=True,
        sticky=Sticky(key="b", author=STICKY.author),
    )

    assert publication.outcome is Outcome.CREATED
    assert len(github.comments) == 2


def test_comment_is_found_behind_131_others(github: GithubDouble) -> None:
    """All pages are read before anything is posted."""
    for number in range(131):
        github.add(f"review {number}", login="ada")
    github.add(_written_by(3))

    publication = _publish(github)

    assert publication.outcome is Outcome.UPDATED
    assert len(github.comments) == 132
    assert github.count("GET") == 2


def test_twins_are_merged_into_the_oldest(github: GithubDouble) -> None:
    """Where two of our comments exist, the older stays with the newest text."""
    github.add(_written_by(3))
    github.add(_written_by(5))

    publication = _publish(github)

    assert publication.outcome is Outcome.UPDATED
    assert [comment.number for comment in github.comments] == [1]
    assert github.comments[0].body == publication.body


def test_twin_of_a_newer_run_is_not_lost(github: GithubDouble) -> None:
    """Merging keeps the text of the latest run, whichever comment it stands in."""
    github.add(_written_by(3))
    github.add(_written_by(99, "### newest\n"))

    publication = _publish(github)

    assert publication.outcome is Outcome.SUPERSEDED
    assert [comment.number for comment in github.comments] == [1]
    assert "### newest" in github.comments[0].body


def test_post_whose_answer_was_lost_is_not_repeated(github: GithubDouble) -> None:
    """A 502 after the comment was written leaves one comment, found by looking again."""
    github.faults.append(Fault(method="POST", status=502, applied=True))

    publication = _publish(github)

    assert publication.outcome is Outcome.CREATED
    assert len(github.comments) == 1


def test_post_that_failed_is_an_error(github: GithubDouble) -> None:
    """A 502 without a comment is told, not retried."""
    github.faults.append(Fault(method="POST", status=502))

    with pytest.raises(PublishError, match="502"):
        _publish(github)

    assert github.count("POST") == 1


def test_reading_survives_a_502(github: GithubDouble) -> None:
    """Requests that change nothing are repeated."""
    github.faults.append(Fault(method="GET", status=502))

    assert _publish(github).outcome is Outcome.CREATED


def test_editing_survives_a_502(github: GithubDouble) -> None:
    """An edit may be repeated: doing it twice is doing it once."""
    github.add(_written_by(3))
    github.faults.append(Fault(method="PATCH", status=502))

    assert _publish(github).outcome is Outcome.UPDATED


def test_secondary_rate_limit_is_told(github: GithubDouble) -> None:
    """A POST that meets the secondary rate limit ends with advice and without a second try."""
    told = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    github.faults.append(Fault(method="POST", status=403, message=told, headers=(("Retry-After", "60"),)))

    with pytest.raises(PublishError, match="rate limit"):
        _publish(github)

    assert github.count("POST") == 1


def test_missing_permission_names_the_line_to_add(github: GithubDouble) -> None:
    """The error has the very lines that the workflow lacks."""
    with pytest.raises(PublishError, match="Resource not accessible by integration") as caught:
        _publish(github, level="read")

    assert "permissions:\n  pull-requests: write" in caught.value.cure


def test_fork_is_told_apart_from_a_missing_permission(github: GithubDouble) -> None:
    """No permission line helps a fork's pull request, so the advice is another."""
    with pytest.raises(PublishError) as caught:
        _publish(github, context=replace(CONTEXT, from_fork=True), level="read")

    assert "fork" in caught.value.cure
    assert "permissions:" not in caught.value.cure


def test_too_long_comment_is_told(github: GithubDouble) -> None:
    """What GitHub refuses with 422 is an error of ours and says so."""
    with pytest.raises(PublishError, match="422"):
        _publish(github, "x" * 65_536)


def test_refusal_never_changes_the_verdict(github: GithubDouble) -> None:
    """A comment that could not be posted leaves the exit code of the command at 0."""
    with pytest.raises(PublishError) as caught:
        _publish(github, level="read")

    assert caught.value.exit_code is Exit.PASS


def test_unreachable_github_is_told() -> None:
    """A refused connection is a PublishError with advice."""
    with github_double() as gone:
        pass

    with pytest.raises(PublishError, match="could not be reached"):
        _publish(gone)


def test_nothing_to_say_begins_no_comment(github: GithubDouble) -> None:
    """Where none may be posted, GitHub is only asked whether there is one."""
    publication = _publish(github, may_post=False)

    assert publication.outcome is Outcome.NOT_POSTED
    assert (github.comments, github.count("POST")) == ([], 0)


def test_nothing_to_say_updates_what_was_said(github: GithubDouble) -> None:
    """A comment that exists is brought up to date all the same."""
    github.add(_written_by(3, "### failed\n"))

    publication = _publish(github, may_post=False)

    assert publication.outcome is Outcome.UPDATED
    assert "### passed" in github.comments[0].body


def test_run_without_pull_request_writes_nothing(github: GithubDouble) -> None:
    """A merge queue's run has no pull request to comment on."""
    publication = _publish(github, context=replace(CONTEXT, pull_request=0))

    assert publication.outcome is Outcome.NO_PULL_REQUEST
    assert github.requests == []
