"""How much of the cores others took while something was measured: all that is not of this process's tree."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from perf.model.slices import Neighbours
from perf.sut.usage import TICK_NS, cpu_ns_of, forgets_children, tree_below

_SPARE = (3, 4, 5, 6)
"""The fields of a core for idle, iowait, irq and softirq; proc_stat(5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What had been used of so many cores up to one moment of the monotonic clock.

    `spare_ns`: when these cores had nothing to do, or served interrupts, which nobody can be charged with.
    `own_ns`: CPU time of this process and all that it started, however far that has moved away from it;
    None where it cannot be told.
    """

    cores: int
    at_ns: int
    spare_ns: int
    own_ns: int | None


def reading(cores: frozenset[int]) -> Reading:
    """Read the clocks of these cores, and our own.

    Whoever has left its parent is found too: guards take in all that a gateway starts. A process that has the
    kernel forget its children's time would pass that time off as its neighbours', so then nothing is known.
    """
    ours = (os.getpid(), *tree_below(os.getpid()))
    own_ns = None if any(map(forgets_children, ours)) else cpu_ns_of(ours)
    stat = Path("/proc/stat").read_text()
    return Reading(cores=len(cores), at_ns=time.monotonic_ns(), spare_ns=spare_ns(stat, cores), own_ns=own_ns)


def between(before: Reading, after: Reading) -> Neighbours | None:
    """What others took from one reading to the next of the same cores.

    What the hypervisor took away counts as theirs.
    Clocks of cores tick every 10 ms, so that one short slice may be some ticks wrong, to below 0 even; many
    together are not. None where our own part of it is not known.
    """
    if before.own_ns is None or after.own_ns is None:
        return None
    whole_ns = before.cores * (after.at_ns - before.at_ns)
    used_ns = whole_ns - (after.spare_ns - before.spare_ns)
    return Neighbours(taken_ns=used_ns - (after.own_ns - before.own_ns), whole_ns=whole_ns)


def spare_ns(stat: str, cores: frozenset[int]) -> int:
    """How long these cores were idle, waited for disks or served interrupts since boot, by `/proc/stat`."""
    wanted = {f"cpu{core}" for core in cores}
    lines = (line.split() for line in stat.splitlines() if line.startswith("cpu"))
    ticks = sum(int(fields[place]) for name, *fields in lines if name in wanted for place in _SPARE)
    return ticks * TICK_NS
