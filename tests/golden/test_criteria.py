"""docs/reference/criteria.md: every criterion, and everything that is compared, as the code has them."""

from perf.report.criteria import render_markdown
from perf.scenarios import SCENARIOS
from tests.golden.golden import assert_section
from tests.rules.source import ROOT

_PAGE = ROOT / "docs" / "reference" / "criteria.md"


def test_the_page_shows_what_is_demanded_today() -> None:
    """`UPDATE_GOLDEN=1` writes the tables anew."""
    assert_section(_PAGE, "criteria", render_markdown(SCENARIOS))
