"""Durations counted, not kept: an HDR histogram, which merges across processes without loss."""

from collections.abc import Iterable
from math import ceil

from hdrh.histogram import HdrHistogram

from perf.model.units import NS_PER_S

_STEP_NS = 1
"""The finest step; one of 1 µs would make all steps below a millisecond 512 ns wide."""
_LONGEST_NS = 3_600 * NS_PER_S
_DIGITS = 3
_ROUNDING = 1e-9
"""Keeps 0.07 x 100 from being more than seven."""


class Histogram:
    """Durations up to an hour, within a thousandth of each, in 270 kB however many there are.

    After Gil Tene's HdrHistogram: steps of 1 ns up to 2 µs, and twice as wide from each double of that on.
    What is longer than an hour counts as an hour.
    """

    __slots__ = ("_counts",)

    def __init__(self, encoded: bytes = b"") -> None:
        self._counts = (
            HdrHistogram.decode(encoded) if encoded else HdrHistogram(_STEP_NS, _LONGEST_NS, _DIGITS)
        )

    def record(self, durations_ns: Iterable[int]) -> None:
        """Count these durations."""
        count = self._counts.record_value
        for duration_ns in durations_ns:
            count(min(max(duration_ns, 0), _LONGEST_NS))

    def add(self, other: "Histogram") -> None:
        """Count all that the other has counted."""
        self._counts.add(other._counts)

    def encoded(self) -> bytes:
        """The counts in HdrHistogram's own compressed format (V2, base64), which other tools read too."""
        return bytes(self._counts.encode())

    def __len__(self) -> int:
        """How many durations were counted."""
        return int(self._counts.get_total_count())

    def quantile_ns(self, ratio: float) -> int:
        """The least duration that this share of all does not exceed, within a thousandth; 0 where none is."""
        count = len(self)
        if not count:
            return 0
        rank = max(1, ceil(ratio * count - _ROUNDING))  # the library rounds it, to one too few as well
        return int(self._counts.get_value_at_percentile(100 * rank / count))
