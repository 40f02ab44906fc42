"""Quantities as people write them: `45 ms`, `10 MiB`, `1,800/s`, `98.5 %`, `1.2`."""

import math
import re
from collections.abc import Mapping

from perf.model.metric import Unit
from perf.model.units import BYTES_PER_MIB, NS_PER_MS, NS_PER_S, NS_PER_US

_WRITTEN = re.compile(
    r"(?P<number>[-−]?(?P<whole>[0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?(e[-+−]?[0-9]+)?)\s*(?P<word>[^\d\s.,]*)",
    re.IGNORECASE,
)
_NEVER_THOUSANDS = frozenset({"ms", "µs", "us", "ns"})
"""Reports go over to the next unit before; with these, `1,500` is rather one and a half than 1500."""
_SCALES: Mapping[Unit, Mapping[str, float]] = {
    Unit.NS: {"s": NS_PER_S, "ms": NS_PER_MS, "µs": NS_PER_US, "us": NS_PER_US, "ns": 1},
    Unit.BYTES: {"GiB": BYTES_PER_MIB * 1_024, "MiB": BYTES_PER_MIB, "KiB": BYTES_PER_MIB / 1_024, "B": 1},
    Unit.PER_SECOND: {"/s": 1},
    Unit.RATIO: {"%": 0.01, "": 1},
    Unit.COUNT: {"": 1},
}
EXAMPLES: Mapping[Unit, str] = {
    Unit.NS: "45 ms",
    Unit.BYTES: "12 MiB",
    Unit.PER_SECOND: "1,800/s",
    Unit.RATIO: "98.5 %",
    Unit.COUNT: "12",
}
"""How each unit is written."""


def quantity(text: str, unit: Unit) -> float | None:
    """The value in `unit` that a text names, written as reports show it; None if it is not one.

    A comma may part thousands; where it might stand for a decimal point, it is none.
    """
    found = _WRITTEN.fullmatch(text.strip())
    scale = _SCALES[unit].get(found["word"]) if found else None
    if found is None or scale is None or ("," in found["whole"] and found["word"] in _NEVER_THOUSANDS):
        return None
    value = float(found["number"].replace(",", "").replace("−", "-")) * scale
    return value if math.isfinite(value) else None


def written(value: float, unit: Unit) -> str:
    """A value as `quantity` reads it."""
    match unit:
        case Unit.NS:
            return f"{value / NS_PER_MS:g} ms"
        case Unit.BYTES:
            return f"{value / BYTES_PER_MIB:g} MiB"
        case Unit.PER_SECOND:
            return f"{value:g}/s"
        case Unit.RATIO | Unit.COUNT:
            return f"{value:g}"
