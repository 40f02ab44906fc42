"""What the documentation points at exists."""

import re
from pathlib import Path

import pytest

from perf.errors import Exit
from tests.rules.source import ROOT, text_files

PAGES = [path for path in text_files() if path.suffix == ".md"]
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|#|mailto:)(?P<target>[^)#\s]+)")
SCRIPT = re.compile(r"(?<![\w/.-])scripts/(?P<verb>[a-z][\w-]*)")
CODE = re.compile(r"^\| (?P<code>\d+) \|", re.MULTILINE)
EACH = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


@EACH
def test_links_lead_somewhere(page: Path) -> None:
    """Each relative link is a file or a folder of the repository."""
    targets = [found["target"] for found in LINK.finditer(page.read_text(encoding="utf-8"))]

    assert not [target for target in targets if not (page.parent / target).exists()]


@EACH
def test_verbs_exist(page: Path) -> None:
    """Each scripts/verb that a page tells the reader to run is there."""
    verbs = {found["verb"] for found in SCRIPT.finditer(page.read_text(encoding="utf-8"))}

    assert not {verb for verb in verbs if not (ROOT / "scripts" / verb).exists()}


def test_every_exit_code_is_documented() -> None:
    """docs/reference/exit-codes.md has a row for each code, and for no other."""
    page = (ROOT / "docs" / "reference" / "exit-codes.md").read_text(encoding="utf-8")

    assert [int(found["code"]) for found in CODE.finditer(page)] == [int(code) for code in Exit]
