"""Counting instructions: by what, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum

from perf.model.slices import SliceRecord


class CounterChoice(StrEnum):
    """What is to count the instructions of a gateway."""

    AUTO = "auto"
    """The processor's own counters where they can be read, else callgrind."""
    HARDWARE = "hardware"
    CALLGRIND = "callgrind"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedSlice:
    """A window of load, and how many instructions the SUT's process tree executed in user mode meanwhile."""

    record: SliceRecord
    instructions: int
