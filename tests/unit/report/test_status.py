"""What a report comes to, and whether it is worth a comment."""

from dataclasses import replace

import pytest

from perf.model.speaking import CommentWhen
from perf.model.verdict import Acceptance, State
from perf.report.compose import compose, compose_failure, compose_skip
from perf.report.document import Report
from perf.report.status import speaks_up
from tests.factories import HEAD_COMMIT, a_caution, a_failure, a_run, a_verdict

QUIET = compose(a_run(), replace(a_verdict(), cautions=()))
BY_ADA = Acceptance(login="ada", sha=HEAD_COMMIT)
LOUD = {
    "failed": compose(a_run(), a_verdict(state=State.FAILED)),
    "accepted": compose(a_run(), a_verdict(state=State.FAILED), acceptance=BY_ADA),
    "inconclusive": compose(a_run(), a_verdict(state=State.INCONCLUSIVE)),
    "no result": compose_failure(a_failure()),
    "skipped": compose_skip(BY_ADA),
}


@pytest.mark.parametrize("when", [CommentWhen.ALWAYS, CommentWhen.ON_CHANGE, CommentWhen.ON_FAILURE])
@pytest.mark.parametrize("report", LOUD.values(), ids=LOUD)
def test_whatever_is_no_pass_is_told(report: Report, when: CommentWhen) -> None:
    """An acceptance and a skip too: who said so must be seen."""
    assert speaks_up(report, when)


def test_a_plain_pass_is_told_only_if_asked() -> None:
    """A pass in which nothing moved is told under `always` alone."""
    assert [when for when in CommentWhen if speaks_up(QUIET, when)] == [CommentWhen.ALWAYS]


def test_a_change_or_a_caution_is_told_on_change() -> None:
    """A number that moved within its limit, or a doubt, is a reason for `on-change`, not for `on-failure`."""
    moved = replace(QUIET, visible=LOUD["failed"].visible)
    doubted = replace(QUIET, cautions=(a_caution(),))

    for report in (moved, doubted):
        assert speaks_up(report, CommentWhen.ON_CHANGE)
        assert not speaks_up(report, CommentWhen.ON_FAILURE)


def test_never_is_never() -> None:
    """Then the commit status and the job summary have to do."""
    assert not any(speaks_up(report, CommentWhen.NEVER) for report in LOUD.values())
