"""One finding on one line, for places that have no table."""

from perf.report.document import Row
from perf.report.format import bare_title, change, interval, limit, quantities
from perf.report.marks import word


def message(row: Row) -> str:
    """One line that says how a number changed and what was allowed."""
    finding = row.finding
    baseline, candidate = quantities([finding.baseline, finding.candidate], finding=finding)
    allowed = f", limit {limit(finding)}" if finding.limit is not None else ""
    if finding.change is None:
        told = f": {finding.text}" if finding.text else ""
        value = f" at {candidate}" if finding.candidate is not None else ""
        return f"{bare_title(finding)} {word(finding)}{value}{allowed}{told}"
    bounds = interval(finding.lower, finding.upper)
    moved = f"{baseline} → {candidate}, {change(finding.change)} {bounds}"
    return f"{bare_title(finding)} {word(finding)}: {moved}{allowed}"
