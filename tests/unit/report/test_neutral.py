"""Text of others can do nothing in our Markdown."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from perf.report.neutral import MAX_CODE, code_span, fence, markdown, prose
from perf.report.phrase import plain, strong, strong_code, told

PARSER = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
MARKUP = ["![x](https://e.vil/a.png)", "[y](javascript:1)", "<img src=x>", "<!--", "-->", "</summary>"]
NOISE = ["`", "``", "|", "\n", "\n\n# h", "**", "__", "~~", "&lt;", "\\", "$x$", " ", "word"]
LINKS = ["@octocat", "@org/team", "https://e.vil", "www.e.vil", "#12", "acme/x#3", "GH-4", "4be0a77c"]
HIDDEN = ["\u202e", "\u200b", "\x00"]
HOSTILE = st.lists(st.sampled_from([*MARKUP, *NOISE, *LINKS, *HIDDEN]), max_size=12).map("".join)
ANYTHING = st.one_of(HOSTILE, st.text())
ALLOWED = {"paragraph_open", "paragraph_close", "inline", "text", "code_inline", "text_special", "softbreak"}


def _kinds(source: str) -> set[str]:
    tokens = PARSER.parse(source)
    return {token.type for token in tokens} | {
        child.type for token in tokens for child in token.children or ()
    }


def _bare_text(source: str) -> str:
    """All text that GitHub would look for mentions and addresses in."""
    children = (child for token in PARSER.parse(source) for child in token.children or ())
    return "".join(child.content if child.type in {"text", "text_special"} else " " for child in children)


@given(ANYTHING)
def test_prose_is_only_text_and_code(text: str) -> None:
    """Whatever the text, no link, image, tag, emphasis or block comes of it, and nobody is mentioned."""
    shown = f"x {prose(text)} y"

    assert _kinds(shown) <= ALLOWED
    assert not re.search(r"@\w|://|www\.|#\d|GH-\d", _bare_text(shown), re.IGNORECASE)


@given(ANYTHING)
def test_code_span_is_one_span(text: str) -> None:
    """Foreign text stays inside its code span, on one line, cut to size."""
    shown = code_span(text)

    assert shown == "" or _kinds(f"x {shown} y") <= ALLOWED
    assert _bare_text(f"x {shown} y").split() == ["x", "y"]
    assert len(shown) <= MAX_CODE + 2
    assert "|" not in shown


@given(ANYTHING)
def test_judged_text_is_harmless(text: str) -> None:
    """Names in backticks become code; whatever they hold, nothing else becomes of them."""
    assert _kinds(f"x {markdown(told(text))} y") <= ALLOWED


@given(st.lists(ANYTHING, max_size=6).map(tuple))
@settings(max_examples=25)
def test_fence_holds_every_line(lines: tuple[str, ...]) -> None:
    """No log line closes the block it stands in."""
    tokens = PARSER.parse(f"{fence(lines, most=15)}\n\nafter")

    assert [token.type for token in tokens][:2] == ["fence", "paragraph_open"]


def test_neighbouring_strong_spans_share_their_asterisks() -> None:
    """Name and words that stand out are one strong text, with the space in between."""
    phrase = (*strong_code("chat"), *strong(" p50 is slower "), *plain("(limit)"))

    assert markdown(phrase) == "**`chat` p50 is slower** (limit)"


@pytest.mark.parametrize("text", ["\u202eabc", "a\u200bb", "a\x00b"], ids=["bidi", "zero width", "control"])
def test_invisible_characters_are_dropped(text: str) -> None:
    """Text cannot hide or turn itself around."""
    assert code_span(text).strip("`").isascii()
