"""What a report comes to: success or failure, a line of at most 140 characters, and whether to speak up."""

from typing import assert_never

from perf.model.speaking import CommentWhen
from perf.model.verdict import FAILING, UNMEASURED
from perf.report.document import Report, Row, Status
from perf.report.headline import outcome_of
from perf.report.marks import MARKS
from perf.report.neutral import visible
from perf.report.phrase import text_of

MAX_DESCRIPTION = 140
"""GitHub refuses more."""


def is_success(report: Report, *, fail_on_inconclusive: bool) -> bool:
    """Whether the change may be merged as far as this gate is concerned."""
    match report.status:
        case Status.PASSED | Status.ACCEPTED | Status.SKIPPED:
            return True
        case Status.INCONCLUSIVE:
            return not fail_on_inconclusive
        case Status.FAILED | Status.NO_RESULT:
            return False


def speaks_up(report: Report, when: CommentWhen) -> bool:
    """Whether a report is worth a comment where there is none yet.

    Whatever is not a plain pass is, unless nothing ever is: who accepted or skipped what must be seen.
    """
    match when:
        case CommentWhen.ALWAYS:
            return True
        case CommentWhen.ON_CHANGE:
            return report.status is not Status.PASSED or bool(report.visible or report.cautions)
        case CommentWhen.ON_FAILURE:
            return report.status is not Status.PASSED
        case CommentWhen.NEVER:
            return False
        case _:
            assert_never(when)


def failing_rows(report: Report) -> tuple[Row, ...]:
    """The numbers that fail the gate: measured and too bad, or demanded and gone; criteria first."""
    rows = (*report.criteria, *(row for group in report.groups for row in group.rows))
    return tuple(row for row in rows if row.finding.gating and row.finding.decision in FAILING)


def description(report: Report) -> str:
    """The line beside the status; words of the run's own logs and errors never stand in it."""
    return visible(_line(report), most=MAX_DESCRIPTION)


def _line(report: Report) -> str:
    who = "" if report.acceptance is None else f"@{report.acceptance.login}"
    match report.status:
        case Status.PASSED | Status.FAILED | Status.INCONCLUSIVE:
            return text_of(report.sentence)
        case Status.ACCEPTED:
            return f"accepted by {who}: {report.title.removesuffix(' accepted')}"
        case Status.SKIPPED:
            return f"skipped by {who}: nothing was judged"
        case Status.NO_RESULT:
            return _void(report)


def _void(report: Report) -> str:
    if report.failure is not None:
        return f"no result: {outcome_of(report.failure)}; the comment says why"
    words = {name for decision in UNMEASURED for name in (MARKS[decision].singular, MARKS[decision].plural)}
    counted = [f"{count} {name}" for name, count in report.counters if name in words]
    return f"no result: {', '.join(counted) or 'nothing was compared'}"
