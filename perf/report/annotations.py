"""The report as workflow commands: an error line per failing number, where GitHub shows them."""

from perf.model.verdict import FAILING, UNMEASURED
from perf.report.document import Report, Row, Status
from perf.report.line import message
from perf.report.neutral import visible
from perf.report.phrase import text_of

MAX_LINES = 9
"""GitHub drops, without a word, what goes beyond ten errors in a step, and its own failure is one."""
_MOST = 300


def render(report: Report) -> str:
    """At most nine `::error` lines, or one `::warning` when nothing is decided; "" for a pass."""
    match report.status:
        case Status.PASSED:
            return ""
        case Status.ACCEPTED | Status.INCONCLUSIVE | Status.SKIPPED:
            return _line(
                "warning", title="Performance gate", text=f"{report.title}: {text_of(report.sentence)}"
            )
        case Status.FAILED | Status.NO_RESULT:
            return _errors(report)


def _errors(report: Report) -> str:
    rows = [*report.criteria, *(row for group in report.groups for row in group.rows)]
    bad = [row for row in rows if row.finding.gating and row.finding.decision in FAILING | UNMEASURED]
    if not bad:
        return _line("error", title="Performance gate", text=f"{report.title}: {text_of(report.sentence)}")
    shown = bad if len(bad) <= MAX_LINES else bad[: MAX_LINES - 1]
    lines = [_error(row) for row in shown]
    if len(bad) > len(shown):
        lines.append(_line("error", title="Performance gate", text=f"and {len(bad) - len(shown)} more"))
    return "".join(lines)


def _error(row: Row) -> str:
    return _line("error", title=f"Performance gate, {row.place}", text=message(row))


def _line(command: str, *, title: str, text: str) -> str:
    return f"::{command} title={_property(title)}::{_data(text)}\n"


def _data(text: str) -> str:
    return visible(text, most=_MOST).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
