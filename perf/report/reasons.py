"""Why a row stands where it does, for those whose numbers do not say it."""

from perf.model.verdict import Decision
from perf.report.document import Report, Row
from perf.report.phrase import text_of, told

_WORDLESS = frozenset(
    {
        Decision.INVALID,
        Decision.COLLAPSED,
        Decision.MISSING,
        Decision.CHANGED_UNIT,
        Decision.NEW,
        Decision.UNMEASURABLE,
        Decision.WAIVED,
    }
)


def explained(report: Report) -> tuple[Row, ...]:
    """The visible rows that need a word, unless the sentence has said it."""
    said = text_of(report.sentence)
    return tuple(
        row
        for row in report.visible
        if row.finding.decision in _WORDLESS
        and row.finding.text
        and text_of(told(row.finding.text)) not in said
    )
