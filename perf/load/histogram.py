"""Durations counted, not kept: an HDR histogram, which merges across processes without loss."""

from collections.abc import Iterable

from hdrh.histogram import HdrHistogram

from perf.model.units import NS_PER_S, NS_PER_US

_LONGEST_NS = 3_600 * NS_PER_S
_DIGITS = 3


class Histogram:
    """Durations from 1 µs to an hour, to three digits, in 200 kB however many there are.

    After Gil Tene's HdrHistogram. What is longer than an hour counts as an hour.
    """

    __slots__ = ("_counts",)

    def __init__(self, encoded: bytes = b"") -> None:
        self._counts = (
            HdrHistogram.decode(encoded) if encoded else HdrHistogram(NS_PER_US, _LONGEST_NS, _DIGITS)
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
        """The duration that this share of all does not exceed, to three digits; 0 where there are none."""
        return int(self._counts.get_value_at_percentile(100 * ratio)) if len(self) else 0
