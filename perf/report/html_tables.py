"""The tables of the HTML report, and how text becomes harmless in it."""

from collections.abc import Sequence
from html import escape

from perf.model.verdict import Decision
from perf.report.document import Report, Row, Traffic
from perf.report.format import NOTHING, bare_title, change, interval, limit, quantities
from perf.report.marks import ARMS, MARKS, word
from perf.report.neutral import visible
from perf.report.strip import strip

_MAX_TEXT = 600
_TONES = {"🔴": "red", "🟠": "orange", "🟡": "yellow", "🟢": "green", "🔵": "blue", "⚪": "grey"}
_NUMBER = ' class="number"'


def text(words: str) -> str:
    """Text on one line, in which nothing is markup."""
    return escape(visible(words, most=_MAX_TEXT))


def code(words: str) -> str:
    """A name, or anything that someone else wrote."""
    return f"<code>{text(words)}</code>"


def comparisons(rows: Sequence[Row], *, report: Report) -> str:
    """Compared numbers, each with its blocks drawn."""
    named = ("", "Where", "Metric", "#Baseline", "#This change")
    head = (*named, "Blocks and limit", "#Change [interval]", "#Limit")
    return _grid(head, [_comparison(row, report=report) for row in rows])


def criteria(rows: Sequence[Row]) -> str:
    """Absolute demands on the candidate."""
    return _grid(("", "Where", "Criterion", "#This change", "#Required"), [_criterion(row) for row in rows])


def requests(entries: Sequence[Traffic]) -> str:
    """What became of the requests."""
    head = ("Where", "Side", "#Requests", "#OK", "#4xx", "#5xx", "#Network", "#Timeout", "#Other")
    return _grid(head, [_request(entry) for entry in entries])


def _grid(head: Sequence[str], lines: Sequence[str]) -> str:
    """A table that scrolls by itself where it is too wide; columns of numbers have a # before their name."""
    names = (f"<th{_NUMBER}>{name[1:]}</th>" if name[:1] == "#" else f"<th>{name}</th>" for name in head)
    return (
        f'<div class="scroll" tabindex="0"><table><thead><tr>{"".join(names)}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _comparison(row: Row, *, report: Report) -> str:
    finding = row.finding
    baseline, candidate = quantities([finding.baseline, finding.candidate], finding=finding)
    moved = NOTHING if finding.change is None else change(finding.change)
    bounds = interval(finding.lower, finding.upper)
    cells = (
        _number(baseline),
        _number(candidate),
        f"<td>{strip(finding, report.changes.get(finding.key, ()))}</td>",
        _number(f"{moved} {bounds}".rstrip()),
        _number(limit(finding)),
    )
    return f"{_start(row)}{''.join(cells)}</tr>"


def _criterion(row: Row) -> str:
    (value,) = quantities([row.finding.candidate], finding=row.finding)
    return f"{_start(row)}{_number(value)}{_number(limit(row.finding))}</tr>"


def _start(row: Row) -> str:
    """The look of the row, its decision, place and metric."""
    finding = row.finding
    tone = _TONES[MARKS[finding.decision].icon]
    return (
        f'<tr class="{tone}"><td><span class="mark">{text(word(finding))}</span></td>'
        f"<td>{code(row.place)}</td><td>{text(bare_title(finding))}</td>"
    )


def _request(entry: Traffic) -> str:
    answered = (entry.requests, entry.ok, entry.client_4xx, entry.server_5xx)
    numbers = (_number(f"{count:,}") for count in (*answered, entry.network, entry.timeout, entry.other))
    side = f"<tr><td>{code(entry.place)}</td><td>{ARMS[entry.arm]}</td>"
    return f"{side}{''.join(numbers)}</tr>"


def _number(words: str) -> str:
    return f"<td{_NUMBER}>{text(words)}</td>"


def met(rows: Sequence[Row]) -> int:
    """How many criteria hold."""
    return sum(1 for row in rows if row.finding.decision is Decision.MET)
