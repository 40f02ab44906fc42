"""The report as one HTML file that needs nothing else: no script, no font, no picture from anywhere."""

import re
from html import escape

from perf.report.document import Phrase, Report, Status, Step, Style
from perf.report.format import bare_title
from perf.report.html_style import STYLE
from perf.report.html_tables import code, comparisons, criteria, met, requests, text
from perf.report.neutral import visible_indented
from perf.report.phrase import told
from perf.report.reasons import explained
from perf.report.timeline import drawing

_LOG_LINES = 40
_RUN_URL = re.compile(r"https?://[A-Za-z0-9.:-]+/[\w.-]+/[\w.-]+/actions/runs/\d+(/attempts/\d+)?", re.ASCII)
_TONES = {
    Status.PASSED: "green",
    Status.FAILED: "red",
    Status.INCONCLUSIVE: "yellow",
    Status.NO_RESULT: "red",
    Status.ACCEPTED: "yellow",
    Status.SKIPPED: "grey",
}
_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Performance gate: {title}</title>
<style>
{style}
</style>
</head>
<body>
"""
_HINT = (
    '<p class="hint">Each dot is a block of fresh processes; the bar is the interval, the dashed line '
    "the limit, the thin line no change.</p>"
)


def render(report: Report) -> str:
    """The whole page."""
    sections = (
        _header(report),
        _cautions(report),
        _changed(report),
        _failure(report),
        "".join(_step(step) for step in report.steps),
        _criteria(report),
        _measurements(report),
        _requests(report),
        _timelines(report),
        _facts(report),
        _footer(report),
    )
    head = _HEAD.format(title=text(report.title), style=STYLE)
    return head + "\n".join(section for section in sections if section) + "\n</body>\n</html>\n"


def _phrase(phrase: Phrase) -> str:
    return "".join(_span(span.text, span.style) for span in phrase)


def _span(words: str, style: Style) -> str:
    # A space at either end keeps spans apart, and `text` would take it away.
    left, right = " " if words[:1].isspace() else "", " " if words[-1:].isspace() else ""
    match style:
        case Style.PLAIN:
            return f"{left}{text(words)}{right}"
        case Style.STRONG:
            return f"<strong>{left}{text(words)}{right}</strong>"
        case Style.CODE:
            return code(words)
        case Style.STRONG_CODE:
            return f"<strong>{code(words)}</strong>"


def _header(report: Report) -> str:
    who = ""
    if report.acceptance is not None:
        verb = "Skipped" if report.status is Status.SKIPPED else "Accepted"
        who = f"<p>{verb} by {code(report.acceptance.login)} for {code(report.acceptance.sha[:7])}.</p>"
    return (
        f'<header class="{_TONES[report.status]}"><h1>Performance gate: {text(report.title)}</h1>'
        f"<p>{_phrase(report.sentence)}</p>{who}</header>"
    )


def _cautions(report: Report) -> str:
    if not report.cautions:
        return ""
    lines = "".join(f"<li>{_phrase(told(caution.text))}</li>" for caution in report.cautions)
    return f'<aside aria-label="Cautions"><ul>{lines}</ul></aside>'


def _changed(report: Report) -> str:
    if not report.visible:
        return ""
    reasons = "".join(
        f"<li>{code(row.place)} {text(bare_title(row.finding))}: {_phrase(told(row.finding.text))}</li>"
        for row in explained(report)
    )
    listed = f"<ul>{reasons}</ul>" if reasons else ""
    return f"<h2>What changed</h2>{comparisons(report.visible, report=report)}{listed}"


def _failure(report: Report) -> str:
    if report.failure is None:
        return ""
    lines = "\n".join(escape(visible_indented(line)) for line in report.failure.log[-_LOG_LINES:])
    log = f"<pre><code>{lines}</code></pre>" if lines else ""
    return f"<p>Where: {code(report.failure.where)}</p>{log}"


def _step(step: Step) -> str:
    told = f"<p><strong>{text(step.case)}</strong> {_phrase(step.text)}</p>"
    return told + "".join(
        f"<pre><code>{escape(lines)}</code></pre>" for lines in (step.command, step.paste) if lines
    )


def _criteria(report: Report) -> str:
    if not report.criteria:
        return ""
    title = f"Criteria: {met(report.criteria)} of {len(report.criteria)} met"
    return _folded(title, criteria(report.criteria))


def _measurements(report: Report) -> str:
    rows = [row for group in report.groups for row in group.rows]
    if not rows:
        return ""
    return _folded(f"Compared measurements: {len(rows)}", comparisons(rows, report=report))


def _requests(report: Report) -> str:
    if not report.traffic:
        return ""
    sent = sum(entry.requests for entry in report.traffic)
    failed = sent - sum(entry.ok for entry in report.traffic)
    return _folded(f"Requests: {sent:,}, not OK: {failed:,}", requests(report.traffic))


def _timelines(report: Report) -> str:
    if not report.timelines:
        return ""
    drawn = ("\n".join(escape(visible_indented(line)) for line in drawing(each)) for each in report.timelines)
    return _folded("While instances changed", "".join(f"<pre>{lines}</pre>" for lines in drawn))


def _facts(report: Report) -> str:
    if not report.facts:
        return ""
    pairs = "".join(f"<dt>{text(fact.label)}</dt><dd>{_phrase(fact.value)}</dd>" for fact in report.facts)
    return _folded("How this was measured", f"<dl>{pairs}</dl>")


def _footer(report: Report) -> str:
    origin = report.origin
    run = (
        f'<a href="{origin.run_url}">{text(origin.run_name)}</a>'
        if _RUN_URL.fullmatch(origin.run_url)
        else ""
    )
    artifact = f"raw data in artifact {code(origin.artifact)}" if origin.artifact else ""
    version = report.header.environment.tool_version if report.header is not None else ""
    parts = (run, artifact, text(origin.finished_at), text(f"perfgate {version}"))
    hint = _HINT if report.changes else ""
    return f"<footer>{hint}{' · '.join(part for part in parts if part)}</footer>"


def _folded(name: str, content: str) -> str:
    return f"<details><summary>{text(name)}</summary>{content}</details>"
