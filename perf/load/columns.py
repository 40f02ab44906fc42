"""Samples as columns of integers: what a run of millions leaves behind."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from perf.model.load import Outcome, Phase, Sample

_FIELDS = Sample._fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Samples in no particular order, 128 bytes each, and the times of their deltas and frames, 8 bytes each.

    `rows` has the fields of a `Sample` one after the other; the times follow the order of the rows.
    """

    rows: "array[int]"
    delta_times_ns: "array[int]"
    frame_times_ns: "array[int]"

    def __len__(self) -> int:
        """How many samples there are."""
        return len(self.rows) // len(_FIELDS)

    def column(self, field: str) -> "array[int]":
        """One field of every sample."""
        return self.rows[_FIELDS.index(field) :: len(_FIELDS)]

    def durations_ns(self, until: str, *, ok: bool) -> Iterator[int]:
        """From the intended time to another of the steady samples that succeeded, or failed; 0 is never."""
        columns = map(self.column, ("phase", "outcome", "intended_ns", until))
        for phase, outcome, intended_ns, until_ns in zip(*columns, strict=True):
            if phase == Phase.STEADY and until_ns and (outcome == Outcome.OK) is ok:
                yield until_ns - intended_ns

    def gaps_ns(self) -> Iterator[int]:
        """The gaps between the deltas of each steady stream that succeeded."""
        times_ns, start = self.delta_times_ns, 0
        for phase, outcome, deltas in zip(*map(self.column, ("phase", "outcome", "deltas")), strict=True):
            if phase == Phase.STEADY and outcome == Outcome.OK:
                for earlier_ns, later_ns in pairwise(times_ns[start : start + deltas]):
                    yield later_ns - earlier_ns
            start += deltas
