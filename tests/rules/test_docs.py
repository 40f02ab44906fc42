"""What the documentation points at exists."""

import re
from pathlib import Path

import pytest

from perf.errors import Exit
from tests.rules.source import ROOT, text_files

PAGES = [path for path in text_files() if path.suffix == ".md"]
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|#|mailto:)(?P<target>[^)#\s]+)")
ANCHOR = re.compile(r"\[[^\]]*\]\((?!https?:)(?P<target>[^)#\s]*)#(?P<anchor>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (?P<text>.*)$", re.MULTILINE)
SCRIPT = re.compile(r"(?<![\w/.-])scripts/(?P<verb>[a-z][\w-]*)")
CODE = re.compile(r"^\| (?P<code>\d+) \|", re.MULTILINE)
EACH = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


@EACH
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link is a file or a folder of the repository."""
    targets = [found["target"] for found in LINK.finditer(page.read_text(encoding="utf-8"))]

    assert not [target for target in targets if not (page.parent / target).exists()]


def _anchors(page: Path) -> set[str]:
    """Those that GitHub gives the headings of a page."""
    texts = (found["text"].lower() for found in HEADING.finditer(page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", text).strip().replace(" ", "-") for text in texts}


@EACH
def test_anchors_are_headings(page: Path) -> None:
    """Each link into a page leads to a heading of it."""
    found = [
        (page.parent / each["target"] if each["target"] else page, each["anchor"])
        for each in ANCHOR.finditer(page.read_text(encoding="utf-8"))
    ]

    assert [link for link in found if link[0].suffix == ".md" and link[1] not in _anchors(link[0])] == []


def test_every_reference_page_is_linked() -> None:
    """Whoever reads on from the README comes to each, by way of pages that name it."""
    reference = {path.resolve() for path in (ROOT / "docs" / "reference").glob("*.md")}
    linked = {
        (page.parent / found["target"]).resolve()
        for page in PAGES
        for found in LINK.finditer(page.read_text(encoding="utf-8"))
    }

    assert reference <= linked


@EACH
def test_verbs_exist(page: Path) -> None:
    """Each scripts/verb that a page tells the reader to run is there."""
    verbs = {found["verb"] for found in SCRIPT.finditer(page.read_text(encoding="utf-8"))}

    assert not {verb for verb in verbs if not (ROOT / "scripts" / verb).exists()}


def test_every_exit_code_is_documented() -> None:
    """docs/reference/exit-codes.md has a row for each code, and for no other."""
    page = (ROOT / "docs" / "reference" / "exit-codes.md").read_text(encoding="utf-8")

    assert [int(found["code"]) for found in CODE.finditer(page)] == [int(code) for code in Exit]
