"""Sample quantiles, and how many samples make one worth quoting."""

import math
from collections.abc import Sequence

_SAMPLES_BEYOND = 10


def quantile(sorted_values: Sequence[float], q: float) -> float:
    """Return the q-quantile of values sorted ascending, by linear interpolation.

    Type 7 of Hyndman & Fan (1996), numpy's default.
    ValueError when there are no values or q is outside [0, 1].
    """
    if not sorted_values or not 0.0 <= q <= 1.0:
        raise ValueError(f"need values and 0 <= q <= 1, got {len(sorted_values)} values and q={q}")
    position = (len(sorted_values) - 1) * q
    below = math.floor(position)
    above = min(below + 1, len(sorted_values) - 1)
    low, high = sorted_values[below], sorted_values[above]
    return low if low == high else low + (high - low) * (position - below)


def median(values: Sequence[float]) -> float:
    """Return the median of values in any order; ValueError when there are none."""
    return quantile(sorted(values), 0.5)


def smallest_n_for_quantile(q: float) -> int:
    """Return how many samples leave ten beyond the q-quantile: 200 for p95, 1,000 for p99."""
    if not 0.0 < q < 1.0:
        raise ValueError(f"need 0 < q < 1, got {q}")
    return math.ceil(round(_SAMPLES_BEYOND / min(q, 1.0 - q), 6))
