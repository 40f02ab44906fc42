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
    """Takes one row a request and one time a frame and a delta, in the order of completion.

    Costs 128 bytes a sample and 8 bytes a frame and a delta during the run, without a single object kept.
    """

    __slots__ = ("_delta_times_ns", "_frame_times_ns", "_rows")

    def __init__(self) -> None:
        self._rows: array[int] = array("q")
        self._delta_times_ns: array[int] = array("q")
        self._frame_times_ns: array[int] = array("q")

    def add(self, row: tuple[int, ...]) -> None:
        """Append the sixteen fields of a `Sample`, in its order."""
        self._rows.frombytes(_pack(*row))

    def add_times(self, *, deltas_ns: Iterable[int], frames_ns: Iterable[int]) -> None:
        """Append the times of the stream that is added next (or was just added)."""
        self._delta_times_ns.extend(deltas_ns)
        self._frame_times_ns.extend(frames_ns)

    def __len__(self) -> int:
        """How many requests have ended."""
        return len(self._rows) // _FIELDS

    def columns(self) -> Columns:
        """All that was recorded, as it stands."""
        return Columns(
            rows=self._rows, delta_times_ns=self._delta_times_ns, frame_times_ns=self._frame_times_ns
        )

    def samples(self) -> "tuple[tuple[Sample, ...], array[int], array[int]]":
        """All samples by request number, and the times of their deltas and frames in the same order."""
        rows = self._rows
        found: list[tuple[Sample, int, int]] = []
        delta, frame = 0, 0
        for start in range(0, len(rows), _FIELDS):
            sample = Sample._make(rows[start : start + _FIELDS])
            found.append((sample, delta, frame))
            delta += sample.deltas
            frame += sample.frames
        found.sort()
        deltas_ns = _ordered(self._delta_times_ns, ((at, each.deltas) for each, at, _ in found))
        frames_ns = _ordered(self._frame_times_ns, ((at, each.frames) for each, _, at in found))
        return tuple(sample for sample, _, _ in found), deltas_ns, frames_ns


def _ordered(times_ns: "array[int]", pieces: Iterable[tuple[int, int]]) -> "array[int]":
    """The times piece by piece, each given by its place and its length."""
    ordered: array[int] = array("q")
    for at, count in pieces:
        if count:
            ordered += times_ns[at : at + count]
    return ordered
