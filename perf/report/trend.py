"""The trend of a committed baseline: a table with a sparkline a number, and charts of what moved most."""

from collections.abc import Sequence

from tabulate import tabulate

from perf.model.metric import METRIC_BY_NAME
from perf.model.trend import Trend
from perf.report.format import change, quantities

_BARS = "▁▂▃▄▅▆▇█"
_CHARTS = 3
_POINTS = 20
_SHORT_SHA = 7


def render_trend(trends: Sequence[Trend]) -> str:
    """For a terminal: one row a number, the worst first; a sentence where there is no trend yet."""
    if not trends:
        return "No trend yet: the baseline was recorded once on this kind of machine.\n"
    return _table(trends, style="simple") + "\n"


def render_trend_markdown(trends: Sequence[Trend]) -> str:
    """For a job summary: folded, with Mermaid charts of the numbers that became worst; "" without a trend."""
    if not trends:
        return ""
    recordings = max(len(each.levels) for each in trends)
    charts = "\n\n".join(_chart(each) for each in trends[:_CHARTS])
    return (
        f"\n<details>\n<summary>Trend of the committed baseline over {recordings} recordings</summary>\n\n"
        f"{_table(trends, style='pipe')}\n\n{charts}\n\n</details>\n"
    )


def sparkline(values: Sequence[float]) -> str:
    """A bar a value, from the lowest to the highest; all alike are in the middle."""
    low, high = min(values), max(values)
    if high == low:
        return _BARS[3] * len(values)
    return "".join(_BARS[round((value - low) / (high - low) * (len(_BARS) - 1))] for value in values)


def _table(trends: Sequence[Trend], *, style: str) -> str:
    rows = [
        (_where(each), _title(each), *_ends(each), change(each.change), sparkline(_medians(each)))
        for each in trends
    ]
    headers = ("part", "metric", "first", "last", "change", "trend")
    align = ("left", "left", "right", "right", "right", "left")
    return tabulate(rows, headers=headers, tablefmt=style, disable_numparse=True, colalign=align)


def _chart(trend: Trend) -> str:
    """Mermaid's xychart; every label is ours or hexadecimal, and quoted."""
    commits = ", ".join(f'"{level.commit[:_SHORT_SHA]}"' for level in trend.levels[-_POINTS:])
    values = ", ".join(f"{value:.6g}" for value in _medians(trend))
    return (
        "```mermaid\nxychart-beta\n"
        f'    title "{_where(trend)}: {_title(trend)}, {trend.newest.unit}"\n'
        f"    x-axis [{commits}]\n"
        f"    line [{values}]\n```"
    )


def _medians(trend: Trend) -> list[float]:
    return [level.median for level in trend.levels[-_POINTS:]]


def _ends(trend: Trend) -> tuple[str, ...]:
    return quantities((trend.levels[0].median, trend.levels[-1].median), finding=trend.newest)


def _where(trend: Trend) -> str:
    entry = trend.newest
    return entry.scenario if entry.part in ("", entry.scenario) else f"{entry.scenario}/{entry.part}"


def _title(trend: Trend) -> str:
    metric = METRIC_BY_NAME.get(trend.newest.metric)
    return metric.title if metric else trend.newest.metric
