"""The columnar record of a run: flat integers while load is on, samples when it is over."""

from array import array
from collections.abc import Iterable
from struct import Struct

from perf.load.columns import Columns
from perf.model.load import Sample

_FIELDS = len(Sample._fields)
_pack = Struct(f"={_FIELDS}q").pack
"""Half the cost of `array.extend`."""


class Recorder:
    """Takes one row a request and one time a delta, in the order of completion.

    Costs 104 bytes a sample and 8 bytes a delta during the run, without a single object kept.
    """

    __slots__ = ("_delta_times_ns", "_rows")

    def __init__(self) -> None:
        self._rows: array[int] = array("q")
        self._delta_times_ns: array[int] = array("q")

    def add(self, row: tuple[int, ...]) -> None:
        """Append the thirteen fields of a `Sample`, in its order."""
        self._rows.frombytes(_pack(*row))

    def add_deltas(self, times_ns: Iterable[int]) -> None:
        """Append the delta times of the request that is added next (or was just added)."""
        self._delta_times_ns.extend(times_ns)

    def __len__(self) -> int:
        """How many requests have ended."""
        return len(self._rows) // _FIELDS

    def columns(self) -> Columns:
        """All that was recorded, as it stands."""
        return Columns(rows=self._rows, delta_times_ns=self._delta_times_ns)

    def samples(self) -> "tuple[tuple[Sample, ...], array[int]]":
        """All samples by request number, and their delta times in the same order."""
        rows, times_ns = self._rows, self._delta_times_ns
        pairs: list[tuple[Sample, int]] = []
        offset = 0
        for start in range(0, len(rows), _FIELDS):
            sample = Sample._make(rows[start : start + _FIELDS])
            pairs.append((sample, offset))
            offset += sample.deltas
        pairs.sort()
        ordered: array[int] = array("q")
        for sample, at in pairs:
            if sample.deltas:
                ordered += times_ns[at : at + sample.deltas]
        return tuple(sample for sample, _ in pairs), ordered
