"""The comment as GitHub's own renderer shows it, and the HTML report in a browser."""

import html
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.model.verdict import Acceptance, State
from perf.report.compose import compose, compose_failure, compose_skip
from perf.report.document import Origin, Report
from perf.report.html import render as render_page
from perf.report.markdown import render
from tests.factories import HEAD_COMMIT, a_caution, a_failure, a_finding, a_header, a_run, a_verdict
from tests.tools import tool

ORIGIN = Origin(
    run_url="https://github.com/acme/gateway/actions/runs/1",
    run_name="run 1, attempt 1",
    artifact="perfgate-run-1",
    finished_at="2026-11-23 09:47 UTC",
    accept_label="perf: accept",
)
_TEXT = {"h3", "p", "strong", "code", "pre", "sub", "ul", "li", "a", "blockquote", "br"}
_TABLES = {"table", "thead", "tbody", "tr", "th", "td", "details", "summary"}
OURS = _TEXT | _TABLES
HOSTILE = [
    *("@octocat", "@org/team", "https://e.vil", "www.e.vil", "mail@e.vil", "#12", "acme/x#3", "GH-4"),
    *(
        "![x](https://e.vil/a.png)",
        "[y](javascript:1)",
        "[z]: https://e.vil",
        "<https://e.vil>",
        "<img src=x>",
    ),
    *(
        "<!--",
        "-->",
        "</details>",
        "</summary>",
        "<b>",
        "`",
        "``",
        "```\n",
        "~~~\n",
        "|",
        "\n",
        "\n\n# h\n",
        "***",
    ),
    *("&lt;", "\\", "$x$", "\u202e", "\u200b", "\x00", "> [!NOTE]", "- [ ] x", "[^1]", "word"),
]
TEXT = st.lists(st.sampled_from(HOSTILE), max_size=6).map("".join) | st.text(max_size=40)


_FRAME = """<iframe id="f" src="report.html" style="width:WIDTHpx;height:900px;border:0"></iframe>
<script>
f.onload = () => {
  f.contentDocument.querySelectorAll("details").forEach(one => one.open = true);
  const page = f.contentDocument.documentElement;
  document.title = page.scrollWidth > page.clientWidth ? page.scrollWidth : "fits";
}
</script>"""


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.comments: list[str] = []
        self.bare: list[str] = []
        self._in_code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]
        self._in_code += tag == "code"

    def handle_endtag(self, tag: str) -> None:
        self._in_code -= tag == "code"

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        if not self._in_code:
            self.bare.append(data)


def _shown(markdown: str) -> str:
    """What GitHub makes of it: tables, bare addresses as links, newlines as breaks, raw HTML kept."""
    extensions = [
        word for name in ("table", "autolink", "strikethrough", "tasklist") for word in ("-e", name)
    ]
    command = [tool("cmark-gfm", package="cmark-gfm"), *extensions, "--hardbreaks", "--unsafe"]
    return subprocess.run(command, input=markdown, capture_output=True, text=True, check=True).stdout


def _reports(text: str) -> tuple[Report, ...]:
    """Reports in which everything that others may write is this text."""
    failure = replace(a_failure(), phase=text, what=text, where=text, cure=text, log=(text, text))
    environment = replace(a_header().environment, cpu_model=text, kernel=text, image=text)
    header = replace(a_header(), placement=text, environment=environment)
    finding = replace(a_finding(), text=text, title=text)
    verdict = a_verdict(state=State.FAILED, cautions=(a_caution(text=text),))
    judged = replace(verdict, findings=(*verdict.findings, finding))
    accepted = Acceptance(login=text, sha=HEAD_COMMIT)
    return (
        compose_failure(failure, header=header, origin=ORIGIN),
        compose(a_run(header=header), judged, origin=ORIGIN, acceptance=accepted),
        compose_skip(accepted, origin=ORIGIN),
    )


@given(TEXT)
@settings(max_examples=40, deadline=None)
def test_others_can_write_only_text(text: str) -> None:
    """In GitHub's HTML there are our elements and our one link, no comment, and nobody is mentioned."""
    for report in _reports(text):
        seen = _Seen()
        seen.feed(_shown(render(report)))

        assert seen.tags <= OURS
        assert set(seen.addresses) <= {ORIGIN.run_url}
        assert seen.comments == []
        assert not [words for words in seen.bare if "@" in html.unescape(words)]


@pytest.mark.parametrize("width", [360, 800])
def test_the_page_fits_a_phone(tmp_path: Path, width: int) -> None:
    """Wide tables scroll inside the page; the page itself never does."""
    page = tmp_path / "report.html"
    page.write_text(render_page(compose(a_run(), a_verdict(state=State.FAILED), origin=ORIGIN)), "utf-8")
    frame = tmp_path / "frame.html"
    frame.write_text(_FRAME.replace("WIDTH", str(width)), "utf-8")

    done = subprocess.run(
        [
            tool("chromium", package="chromium"),
            *("--headless=new", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files"),
            *(f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", frame.as_uri()),
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "<title>fits</title>" in done.stdout
