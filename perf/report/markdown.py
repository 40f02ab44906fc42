"""The pull-request comment and the job summary: a verdict, the changed rows, the rest folded away."""

import re
from collections.abc import Callable
from enum import StrEnum

from perf.model.verdict import Decision
from perf.report.document import Report, Row, Status, Step
from perf.report.format import bare_title
from perf.report.marks import MARKS
from perf.report.neutral import code_span, fence, markdown, prose
from perf.report.phrase import told
from perf.report.reasons import explained
from perf.report.tables import (
    NO_BREAK,
    changed_table,
    criteria_table,
    group_table,
    instance_lines,
    traffic_table,
)
from perf.report.timeline import drawing

BUDGET = 60_000
"""Characters. GitHub refuses a comment over 65,536; the rest is for the marker and for safety."""
_RUN_URL = re.compile(r"https?://[A-Za-z0-9.:-]+/[\w.-]+/[\w.-]+/actions/runs/\d+(/attempts/\d+)?", re.ASCII)
_UNIT = re.compile(r"(?<=[\d\]]) (?=%|[nµm]?s\b|[KMG]iB\b)")
"""Between a number and its unit no line is broken."""
_PADDING = re.compile(r" {2,}|-{3,}")
_MAX_CAUTIONS = 10
_LOG_LINES = 15
_TIMELINE_LINES = 40
_ICONS = {
    Status.PASSED: "✅",
    Status.FAILED: "❌",
    Status.INCONCLUSIVE: "⚠️",
    Status.NO_RESULT: "🚫",
    Status.ACCEPTED: "☑️",
    Status.SKIPPED: "⏭️",
}
_LEGEND = {
    Decision.MISSED: "🔴 worse than allowed: fails",
    Decision.REGRESSED: "🔴 worse than allowed: fails",
    Decision.MISSING: "🔴 worse than allowed: fails",
    Decision.CHANGED_UNIT: "🔴 worse than allowed: fails",
    Decision.INVALID: "🟠 not measured: never a pass",
    Decision.COLLAPSED: "🟠 not measured: never a pass",
    Decision.INCONCLUSIVE: "🟡 undecided, or worse but within the limit",
    Decision.UNMEASURABLE: "🟡 undecided, or worse but within the limit",
    Decision.SUSPECT: "🟡 undecided, or worse but within the limit",
    Decision.WAIVED: "🟡 waived: worse, as the base allows for a while",
    Decision.IMPROVED: "🟢 better",
    Decision.NEW: "🔵 new: not in the baseline yet",
}


class Cut(StrEnum):
    """What can be left out of a report that is too long, the least important first."""

    TIMELINES = "timelines"
    TRAFFIC = "requests"
    INFORMATIONAL = "rows that are only shown"
    UNCHANGED = "rows within their limits"
    CRITERIA = "criteria"
    MEASUREMENTS = "measurements"
    FACTS = "facts"


def render(report: Report) -> str:
    """The report as Markdown for GitHub, at most BUDGET characters long."""
    return render_within(report, budget=BUDGET)


def render_within(report: Report, *, budget: int) -> str:
    """The report as Markdown, whole sections left out in the order of `Cut` until it fits."""
    cuts: list[Cut] = []
    page = _page(report, cuts=frozenset())
    if len(page) > budget:
        page = _unpadded(page)
    for cut in Cut:
        if len(page) <= budget:
            break
        cuts.append(cut)
        page = _unpadded(_page(report, cuts=frozenset(cuts)))
    return page


def _unpadded(page: str) -> str:
    """The same tables without the spaces and dashes that only line up their source."""
    lines = (_PADDING.sub(_narrow, line) if line.startswith("|") else line for line in page.split("\n"))
    return "\n".join(lines)


def _narrow(found: re.Match[str]) -> str:
    return found[0][:2] if found[0].startswith("-") else " "


def _page(report: Report, *, cuts: frozenset[Cut]) -> str:
    sections = [
        f"### {_ICONS[report.status]} Performance gate: {report.title}",
        _sentence(report),
        _changed(report, cuts=cuts),
        "\n".join(f"- {_reason(row)}" for row in explained(report)),
        _cautions(report),
        _where(report),
        *(_steps_line(step) for step in report.steps),
        _log(report),
        _criteria(report, cuts=cuts),
        _measurements(report, cuts=cuts),
        _traffic(report, cuts=cuts),
        _timelines(report, cuts=cuts),
        _facts(report, cuts=cuts),
        _omissions(cuts),
        _footer(report),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _sentence(report: Report) -> str:
    said = _UNIT.sub(NO_BREAK, markdown(report.sentence))
    if report.acceptance is None:
        return said
    accepted = report.acceptance
    word = "Skipped" if report.status is Status.SKIPPED else "Accepted"
    return f"{said}\n\n{word} by {code_span(accepted.login)} for {code_span(accepted.sha[:7])}."


def _changed(report: Report, *, cuts: frozenset[Cut]) -> str:
    if not report.visible:
        return ""
    place = "the artifact" if Cut.MEASUREMENTS in cuts else "the list of measurements below"
    more = f"\n\n{report.more_changed} more changed rows are in {place}." if report.more_changed else ""
    decisions = (row.finding.decision for row in report.visible)
    legend = " · ".join(dict.fromkeys(_LEGEND[decision] for decision in decisions if decision in _LEGEND))
    return f"{changed_table(report.visible)}{more}\n\n<sub>{legend}</sub>"


def _reason(row: Row) -> str:
    icon = MARKS[row.finding.decision].icon
    return (
        f"{icon} {code_span(row.place)} {prose(bare_title(row.finding))}: {markdown(told(row.finding.text))}"
    )


def _cautions(report: Report) -> str:
    if not report.cautions:
        return ""
    # An empty item would turn the line above it into a heading.
    words = [markdown(told(caution.text)).strip() or "(no words)" for caution in report.cautions]
    shown = [f"> - {text}" for text in words[:_MAX_CAUTIONS]]
    left = len(report.cautions) - len(shown)
    more = [f"> - and {left} more, in the full result"] if left else []
    return "\n".join(["> [!WARNING]", *shown, *more])


def _where(report: Report) -> str:
    return "" if report.failure is None else f"Where: {code_span(report.failure.where)}"


def _log(report: Report) -> str:
    if report.failure is None or not report.failure.log:
        return ""
    return _folded("Last lines of the log", fence(report.failure.log, most=_LOG_LINES))


def _steps_line(step: Step) -> str:
    command = f"\n\n```sh\n{step.command}\n```" if step.command else ""
    paste = f"\n\n```toml\n{step.paste}\n```" if step.paste else ""
    return f"**{step.case}** {markdown(step.text)}{command}{paste}"


def _criteria(report: Report, *, cuts: frozenset[Cut]) -> str:
    if not report.criteria or Cut.CRITERIA in cuts:
        return ""
    met = sum(1 for row in report.criteria if row.finding.decision is Decision.MET)
    name = f"Criteria: {met} of {len(report.criteria)} met"
    return _folded(name, criteria_table(report.criteria))


def _measurements(report: Report, *, cuts: frozenset[Cut]) -> str:
    keep = _keeper(cuts)
    tables: list[str] = []
    count = 0
    for group in report.groups:
        rows = tuple(row for row in group.rows if keep(row))
        if rows:
            count += len(rows)
            shown = group if len(rows) == len(group.rows) else type(group)(scenario=group.scenario, rows=rows)
            tables.append(f"{code_span(group.scenario)}\n\n{group_table(shown)}")
    if not tables:
        return ""
    name = "Changed measurements" if Cut.UNCHANGED in cuts else "Compared measurements"
    return _folded(f"{name}: {count}", "\n\n".join(tables))


def _keeper(cuts: frozenset[Cut]) -> Callable[[Row], bool]:
    if Cut.MEASUREMENTS in cuts:
        return lambda _: False
    if Cut.UNCHANGED in cuts:
        return lambda row: MARKS[row.finding.decision].changed
    if Cut.INFORMATIONAL in cuts:
        return lambda row: row.finding.decision is not Decision.INFORMATIONAL
    return lambda _: True


def _traffic(report: Report, *, cuts: frozenset[Cut]) -> str:
    if not report.traffic or Cut.TRAFFIC in cuts:
        return ""
    requests = sum(entry.requests for entry in report.traffic)
    failed = requests - sum(entry.ok for entry in report.traffic)
    content = f"{traffic_table(report.traffic)}\n\n{instance_lines(report.traffic)}".rstrip()
    return _folded(f"Requests: {requests:,}, not OK: {failed:,}", content)


def _timelines(report: Report, *, cuts: frozenset[Cut]) -> str:
    if not report.timelines or Cut.TIMELINES in cuts:
        return ""
    drawn = "\n\n".join(fence(drawing(timeline), most=_TIMELINE_LINES) for timeline in report.timelines)
    return _folded("While instances changed", drawn)


def _facts(report: Report, *, cuts: frozenset[Cut]) -> str:
    if not report.facts or Cut.FACTS in cuts:
        return ""
    lines = [f"- {fact.label}: {markdown(fact.value)}" for fact in report.facts]
    return _folded("How this was measured", "\n".join(lines))


def _omissions(cuts: frozenset[Cut]) -> str:
    if not cuts:
        return ""
    names = ", ".join(cut.value for cut in Cut if cut in cuts)
    return f"Left out because a comment holds no more: {names}. The artifact has everything."


def _footer(report: Report) -> str:
    origin = report.origin
    parts: list[str] = []
    if report.header is not None:
        if report.header.base is not None:
            parts.append(f"baseline {code_span(report.header.base.source.commit[:7])}")
        candidate = report.header.head_sha[:7] or report.header.candidate.source.label
        parts.append(f"candidate {code_span(candidate)}")
    if _RUN_URL.fullmatch(origin.run_url):
        parts.append(f'<a href="{origin.run_url}">{prose(origin.run_name)}</a>')
    if origin.artifact and report.header is not None:
        parts.append(f"raw data in artifact {code_span(origin.artifact)}")
    if origin.finished_at:
        parts.append(prose(origin.finished_at))
    version = report.header.environment.tool_version if report.header is not None else ""
    parts.append(f"perfgate {prose(version)}".rstrip())
    return f"<sub>{' · '.join(parts)}</sub>"


def _folded(name: str, content: str) -> str:
    return f"<details>\n<summary>{name}</summary>\n\n{content}\n\n</details>"
