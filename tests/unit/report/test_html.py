"""The HTML report holds what the others hold, and nothing that others wrote becomes markup in it."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.model.run import Arm, PartRecord
from perf.model.verdict import State
from perf.report.compose import compose, compose_failure
from perf.report.dots import changes_by_block
from perf.report.html import render
from perf.report.strip import strip
from tests.factories import a_block, a_caution, a_failure, a_finding, a_header, a_part, a_run, a_verdict

_TEXT = {"h1", "h2", "p", "strong", "code", "pre", "a", "ul", "li", "dl", "dt", "dd", "span", "div"}
_PAGE = {"html", "head", "meta", "title", "style", "body", "header", "aside", "footer", "details", "summary"}
_TABLES = {"table", "thead", "tbody", "tr", "th", "td", "svg", "line", "rect", "circle"}
OURS = _TEXT | _PAGE | _TABLES


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [
            value or "" for name, value in attrs if name in ("href", "src") or name[:2] == "on"
        ]


def _seen(page: str) -> _Seen:
    seen = _Seen()
    seen.feed(page)
    return seen


@given(st.sampled_from(["<script>", "<img src=x onerror=y>", "</style>", "&lt;", '"'] * 2) | st.text())
@settings(max_examples=40)
def test_text_of_others_is_only_text(text: str) -> None:
    """Whatever a log, a reason, a branch or a caution says, the page has our elements and no address."""
    failure = replace(a_failure(), what=text, where=text, cure=text, log=(text, text))
    failed = compose_failure(failure, header=replace(a_header(), placement=text))
    judged = compose(a_run(), a_verdict(state=State.FAILED, cautions=(a_caution(text=text),)))

    for report in (failed, judged):
        seen = _seen(render(report))
        assert seen.tags <= OURS
        assert seen.addresses == []


def test_it_needs_nothing_else() -> None:
    """No script, and nothing that a browser would fetch."""
    page = render(compose(a_run(), a_verdict()))

    assert "<script" not in page
    assert "url(" not in page
    assert "@import" not in page


def test_each_block_is_a_dot() -> None:
    """The changes of the blocks stand under the key of the number, in order."""
    blocks = tuple(
        a_block(number=number, parts=(a_part(values={"qps": 100.0}), _baseline())) for number in range(1, 4)
    )
    (changes,) = changes_by_block(blocks).values()

    assert changes == pytest.approx((1.0, 1.0, 1.0))
    assert strip(a_finding(), changes).count("<circle") == 3


@given(
    change=st.floats(-0.99, 1e6),
    low=st.floats(-1, 1e6),
    dots=st.lists(st.floats(-1, 1e9), max_size=5).map(tuple),
)
def test_a_strip_never_leaves_its_frame(change: float, low: float, dots: tuple[float, ...]) -> None:
    """However large a change is, it is drawn on the edge at most."""
    drawn = strip(replace(a_finding(), change=change, lower=low, upper=change), dots)
    seen: list[float] = []

    class Places(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.extend(float(value or 0) for name, value in attrs if name in ("x", "x1", "cx"))

    Places().feed(drawn)
    assert all(0 <= place <= 150 for place in seen)


def _baseline() -> PartRecord:
    return a_part(arm=Arm.BASELINE, values={"qps": 50.0})
