"""A row of numbers as a small drawing: every block a dot, the interval a bar, the limit a line."""

from perf.model.metric import Direction
from perf.model.verdict import Basis, Finding
from perf.report.format import change, interval

WIDTH = 150
HEIGHT = 24
_MARGIN = 5
_WIDEST_LIMITS = 8.0
"""How many limits the strip shows at most on either side; what lies beyond sits on its edge."""


def strip(finding: Finding, changes: tuple[float, ...]) -> str:
    """The drawing as SVG, "" where nothing was compared; its label says the same in words."""
    if finding.change is None or finding.basis is Basis.CRITERION:
        return ""
    reach = _reach(finding, changes)
    low = finding.change if finding.lower is None else finding.lower
    high = finding.change if finding.upper is None else finding.upper
    spread = abs(_place(high, reach) - _place(low, reach))
    middle, bar = _at(finding.change, reach), f"{max(spread, 1):.1f}"
    pieces = [
        f'<line class="zero" x1="{_at(0, reach)}" x2="{_at(0, reach)}" y1="2" y2="{HEIGHT - 2}"/>',
        _limit(finding, reach),
        f'<rect class="span" x="{_at(min(low, high), reach)}" y="8" width="{bar}" height="8" rx="4"/>',
        *(f'<circle class="dot" cx="{_at(one, reach)}" cy="{HEIGHT // 2}" r="2"/>' for one in changes),
        f'<line class="mid" x1="{middle}" x2="{middle}" y1="6" y2="{HEIGHT - 6}"/>',
    ]
    told = f"{change(finding.change)} {interval(finding.lower, finding.upper)}, {len(changes)} blocks"
    return (
        f'<svg class="strip" role="img" aria-label="{told}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}">{"".join(pieces)}</svg>'
    )


def _limit(finding: Finding, reach: float) -> str:
    if not finding.limit:
        return ""
    side = finding.limit if finding.direction is Direction.LOWER_IS_BETTER else -finding.limit
    return f'<line class="limit" x1="{_at(side, reach)}" x2="{_at(side, reach)}" y1="0" y2="{HEIGHT}"/>'


def _reach(finding: Finding, changes: tuple[float, ...]) -> float:
    """The change at the edge of the strip."""
    shown = [abs(one) for one in (*changes, finding.change, finding.lower, finding.upper) if one is not None]
    widest = max(shown, default=0.0)
    if not finding.limit:
        return widest or 1.0
    return min(max(widest, 1.25 * finding.limit), _WIDEST_LIMITS * finding.limit)


def _place(value: float, reach: float) -> float:
    inside = max(-1.0, min(1.0, value / reach))
    return WIDTH / 2 + inside * (WIDTH / 2 - _MARGIN)


def _at(value: float, reach: float) -> str:
    return f"{_place(value, reach):.1f}"
