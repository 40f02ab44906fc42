"""The trend as people see it."""

import re

from hypothesis import given
from hypothesis import strategies as st

from perf.judge.trend import trends
from perf.report.trend import render_trend, render_trend_markdown, sparkline
from tests.unit.judge.test_trend import recorded


@given(values=st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30))
def test_a_sparkline_has_a_bar_a_value(values: list[float]) -> None:
    """The highest stands highest, the lowest lowest."""
    bars = sparkline(values)

    assert len(bars) == len(values)
    assert bars[values.index(max(values))] == max(bars)
    assert bars[values.index(min(values))] == min(bars)


def test_no_trend_is_said() -> None:
    """On a terminal in a sentence; a job summary says nothing."""
    assert render_trend(()) == "No trend yet: the baseline was recorded once on this kind of machine.\n"
    assert render_trend_markdown(()) == ""


def test_a_summary_has_table_and_charts() -> None:
    """Folded; each chart is a Mermaid xychart with a quoted title and as many values as commits."""
    text = render_trend_markdown(trends(recorded(100.0, 110.0, 125.0)))

    assert text.count("<details>") == text.count("</details>") == 1
    assert "+25.0 %" in text
    (chart,) = re.findall(r"```mermaid\n(xychart-beta\n.*?)```", text, re.DOTALL)
    assert re.search(r'title "[^"\n]+"\n', chart)
    axis, line = re.search(r"x-axis \[(.*)\]", chart), re.search(r"line \[(.*)\]", chart)
    assert axis is not None
    assert line is not None
    assert len(axis[1].split(", ")) == len(line[1].split(", ")) == 3
