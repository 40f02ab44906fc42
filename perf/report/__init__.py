"""What a run says, in every format: compose a report, then render it."""

from collections.abc import Callable

from perf.report import annotations, console, html, json, junit, markdown, summary
from perf.report.document import Report

Renderer = Callable[[Report], str]

RENDERERS: dict[str, Renderer] = {
    "console": console.render,
    "console-colour": console.render_coloured,
    "console-all": console.render_all,
    "console-all-colour": console.render_all_coloured,
    "summary": summary.render,
    "summary-colour": summary.render_coloured,
    "markdown": markdown.render,
    "html": html.render,
    "json": json.render,
    "junit": junit.render,
    "annotations": annotations.render,
}
"""Every format by the name that the command line knows it by."""
