"""Numbers as people read them: units, three significant digits, a true minus."""

import math
from collections.abc import Callable, Sequence

from perf.model.baseline import BaselineEntry
from perf.model.metric import Direction, Metric, Unit
from perf.model.units import (
    BYTES_PER_MIB,
    NS_PER_MS,
    NS_PER_S,
    NS_PER_US,
    ns_to_ms,
    ns_to_s,
    ns_to_us,
)
from perf.model.verdict import Basis, Finding

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EM DASH}"
_BOUNDS = "≤≥"
_BYTES_PER_KIB = 1_024
_BYTES_PER_GIB = BYTES_PER_MIB * 1_024

_Measured = Finding | BaselineEntry | Metric
"""What has a unit and a direction."""


def number(value: float) -> str:
    """Three significant digits, but all of a number from 1,000 to a million: 0.0421, 4.21, 421, 5,120."""
    if value == 0:
        return "0"
    if abs(value) >= 1e6 or abs(value) < 1e-4:
        return f"{value:.2e}".replace("-", MINUS)
    if abs(value) >= 1_000:
        return f"{value:,.0f}".replace("-", MINUS)
    rounded = float(f"{value:.3g}")
    digits = max(0, 2 - math.floor(math.log10(abs(rounded))))
    return f"{rounded:.{digits}f}".replace("-", MINUS)


def short(value: float) -> str:
    """Like `number`, without trailing zeros: for limits and targets, which people chose."""
    text = number(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(ratio: float) -> str:
    """A ratio as a percentage that only says 100 % or 0 % when it is exactly that."""
    if abs(ratio) > 10:
        return f"{number(100 * ratio)} %"
    for digits in (0, 1, 2, 3, 4, 6):
        text = f"{100 * ratio:.{digits}f}"
        exact = math.isclose(float(text), 100 * ratio, rel_tol=0, abs_tol=1e-12)
        if exact or (digits >= 2 and float(text) not in {0.0, 100.0}):
            return f"{text} %".replace("-", MINUS)
    return "< 100 %" if ratio > 0.5 else "> 0 %"


def part_of_whole(ratio: float) -> str:
    """A ratio as a percentage with one decimal, where only its size is of interest."""
    return f"{100 * ratio:.1f} %"


def change(ratio: float) -> str:
    """A relative change: `+4.1 %`; + always says that the value went up."""
    return f"{_signed(ratio)} %"


def interval(lower: float | None, upper: float | None) -> str:
    """The bounds of a change in percent, `[+2.0, +6.1]`; an unknown bound is infinite, none at all is ""."""
    if lower is None and upper is None:
        return ""
    low = f"{MINUS}∞" if lower is None else _signed(lower)
    high = "+∞" if upper is None else _signed(upper)
    return f"[{low}, {high}]"


def _signed(ratio: float) -> str:
    percent = 100 * ratio
    if abs(percent) >= 1e5:
        return f"{percent:+.1e}".replace("-", MINUS)
    digits = 0 if abs(percent) >= 99.95 else 1
    text = f"{percent:+,.{digits}f}"
    return "0.0" if text in {"+0.0", "-0.0"} else text.replace("-", MINUS)


def quantities(values: Sequence[float | None], *, finding: Finding | BaselineEntry) -> tuple[str, ...]:
    """Values of one finding, all in the same unit so that they can be compared at a glance."""
    known = [abs(value) for value in values if value is not None]
    show = _shower(max(known, default=0.0), finding=finding, digits=number)
    return tuple(NOTHING if value is None else show(value) for value in values)


def limit(finding: Finding) -> str:
    """What is allowed: `+5 %`, `−5 %`, or for a criterion `≤ 5 ms`, `≥ 99 %`."""
    if finding.limit is None:
        return ""
    if finding.basis is Basis.CRITERION:
        return f"{_bound(finding)} {target(finding)}"
    return _worse_by(finding.limit, finding.direction)


def loss(metric: Metric) -> str:
    """What is allowed between two builds: `+5 %`, `−5 %`."""
    return _worse_by(metric.limit_ratio, metric.direction)


def _worse_by(ratio: float, direction: Direction) -> str:
    if ratio == 0:
        return "no loss"
    return f"{'+' if direction is Direction.LOWER_IS_BETTER else MINUS}{short(100 * ratio)} %"


def bare_title(finding: Finding) -> str:
    """The title of a finding, without the bound that the title of a criterion ends with."""
    return finding.title.rstrip(f" {_BOUNDS}") if finding.basis is Basis.CRITERION else finding.title


def _bound(finding: Finding) -> str:
    """The side that a criterion allows: as its title says, else the good one."""
    last = finding.title[-1:]
    if last and last in _BOUNDS:
        return last
    return "≤" if finding.direction is Direction.LOWER_IS_BETTER else "≥"


def target(finding: Finding) -> str:
    """The target of a criterion in its unit, without the bound."""
    return demanded(finding.limit or 0.0, finding)


def demanded(value: float, of: _Measured) -> str:
    """A target in the unit of what it is about."""
    return _shower(abs(value), finding=of, digits=short)(value)


def is_share(finding: _Measured) -> bool:
    """Whether a ratio is a part of a whole (success) rather than a count per request."""
    return finding.unit is Unit.RATIO and finding.direction is Direction.HIGHER_IS_BETTER


def _shower(largest: float, *, finding: _Measured, digits: Callable[[float], str]) -> Callable[[float], str]:
    match finding.unit:
        case Unit.NS:
            return _times(largest, digits=digits)
        case Unit.BYTES:
            return _sizes(largest, digits=digits)
        case Unit.PER_SECOND:
            return lambda value: f"{digits(value)}/s"
        case Unit.RATIO:
            return share if is_share(finding) else digits
        case Unit.COUNT:
            return digits


def _times(largest_ns: float, *, digits: Callable[[float], str]) -> Callable[[float], str]:
    if largest_ns < NS_PER_US:
        return lambda value_ns: f"{digits(value_ns)} ns"
    if largest_ns < NS_PER_MS:
        return lambda value_ns: f"{digits(ns_to_us(value_ns))} µs"
    if largest_ns < NS_PER_S:
        return lambda value_ns: f"{digits(ns_to_ms(value_ns))} ms"
    return lambda value_ns: f"{digits(ns_to_s(value_ns))} s"


def _sizes(largest_bytes: float, *, digits: Callable[[float], str]) -> Callable[[float], str]:
    for size, name in ((_BYTES_PER_GIB, "GiB"), (BYTES_PER_MIB, "MiB"), (_BYTES_PER_KIB, "KiB")):
        if largest_bytes >= size:
            return lambda value: f"{digits(value / size)} {name}"
    return lambda value: f"{digits(value)} B"


def span(value_ns: float) -> str:
    """A span of time in the unit that fits: `1.5 s`, `62.1 ms`."""
    return _times(abs(value_ns), digits=short)(value_ns)


def duration(value_ns: float) -> str:
    """A span of time for people: `4 min 54 s`, `12 s`."""
    minutes, seconds = divmod(round(ns_to_s(value_ns)), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
