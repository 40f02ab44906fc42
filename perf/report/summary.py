"""The report as a list of scenarios, each passed, failed or skipped, as test runners show their tests."""

from collections.abc import Iterator

from perf.model.verdict import FAILING, OPEN, UNMEASURED, Basis, Decision
from perf.report.document import Report, Row
from perf.report.line import message
from perf.report.marks import MARKS
from perf.report.neutral import visible
from perf.report.paint import BOLD, DIM, GREEN, RED, SIGNS, YELLOW, Paint, coloured, plain
from perf.report.phrase import text_of
from perf.report.timeline import drawing

_PASSED, _FAILED, _UNDECIDED, _UNKNOWN, _SKIPPED = "passed", "failed", "undecided", "not measured", "skipped"
_LOOKS = {
    _PASSED: ("✓", GREEN),
    _FAILED: ("✗", RED),
    _UNDECIDED: ("?", YELLOW),
    _UNKNOWN: ("!", RED),
    _SKIPPED: ("-", DIM),
}
_FINE = frozenset({Decision.MET, Decision.EQUIVALENT, Decision.IMPROVED})
_MAX_LINE = 300


def render(report: Report) -> str:
    """Plain text."""
    return _render(report, paint=plain)


def render_coloured(report: Report) -> str:
    """With ANSI colours; the words are the same."""
    return _render(report, paint=coloured)


def _render(report: Report, *, paint: Paint) -> str:
    states: dict[str, str] = {}
    lines: list[str] = []
    for scenario, rows in _by_scenario(report).items():
        states[scenario] = _state(rows)
        lines.append(_heading(scenario, states[scenario], paint=paint))
        lines.extend(_row(row, paint=paint) for row in rows)
        for timeline in report.timelines:
            if timeline.scenario == scenario:
                lines.extend(f"    {visible(line, most=_MAX_LINE)}" for line in drawing(timeline))
    for skip in report.header.skips if report.header else ():
        states[skip.place] = _SKIPPED
        text = f"{skip.place}: {visible(skip.reason, most=_MAX_LINE)}"
        lines.append(_heading(text, _SKIPPED, paint=paint))
    lines.extend(("", _counts(list(states.values()), paint=paint)))
    lines.append(visible(text_of(report.sentence), most=2_000))
    return "\n".join(lines) + "\n"


def _by_scenario(report: Report) -> dict[str, list[Row]]:
    """What is judged of each scenario: criteria first, comparisons after them."""
    compared = [row for group in report.groups for row in group.rows if row.finding.gating]
    rows: dict[str, list[Row]] = {}
    for row in (*report.criteria, *compared):
        rows.setdefault(row.finding.key.scenario, []).append(row)
    order = report.header.scenarios if report.header else ()
    known = [scenario for scenario in order if scenario in rows]
    return {scenario: rows[scenario] for scenario in dict.fromkeys((*known, *rows))}


def _state(rows: list[Row]) -> str:
    decisions = {row.finding.decision for row in rows}
    if decisions & FAILING:
        return _FAILED
    if decisions & UNMEASURED:
        return _UNKNOWN
    return _UNDECIDED if decisions & OPEN else _PASSED


def _heading(text: str, state: str, *, paint: Paint) -> str:
    sign, colour = _LOOKS[state]
    return f"{paint(sign, colour)} {paint(text, DIM if state == _SKIPPED else BOLD)}"


def _row(row: Row, *, paint: Paint) -> str:
    mark, finding = MARKS[row.finding.decision], row.finding
    told = f"{visible(finding.key.part, most=40)}: {message(row)}"
    explained = finding.basis is Basis.CRITERION and finding.decision in _FINE
    text = told.removesuffix(f": {finding.text}") if explained else told
    text = f"{text}; {visible(finding.note, most=_MAX_LINE)}" if finding.note else text
    sign = "✓" if finding.decision in _FINE else mark.sign
    return f"    {paint(sign, GREEN if sign == '✓' else SIGNS[mark.sign])} {text}"


def _counts(states: list[str], *, paint: Paint) -> str:
    return "  ".join(_count(state, states.count(state), paint=paint) for state in _shown(states))


def _shown(states: list[str]) -> Iterator[str]:
    """Passed, failed and skipped are always told; the others when there are any."""
    return (state for state in _LOOKS if state in (_PASSED, _FAILED, _SKIPPED) or state in states)


def _count(state: str, count: int, *, paint: Paint) -> str:
    text = f"{state.capitalize()}: {count}"
    return paint(text, _LOOKS[state][1]) if count else text
