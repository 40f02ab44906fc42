"""What a process tree uses: CPU time, memory, file descriptors, sockets."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from perf.model.units import NS_PER_S
from perf.sut.guard import stat_fields

_KIB_BYTES = 1024
TICK_NS = NS_PER_S // os.sysconf("SC_CLK_TCK")
"""What the clocks in /proc count in."""
_CHILDREN_USER, _CHILDREN_SYSTEM = 13, 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Sums over a process tree at one instant.

    `cpu_ns` counts ended threads too, and, to the precision of a clock tick, ended and awaited children.
    `rss_bytes` counts pages that processes share once for each; `pss_bytes` counts each page once on the
    machine, so that it depends on what else runs there; `private_bytes` is what the tree alone holds.
    """

    cpu_ns: int
    rss_bytes: int
    pss_bytes: int
    private_bytes: int
    file_descriptors: int
    sockets: int
    processes: int


def tree_below(pid: int) -> tuple[int, ...]:
    """Return the ids of all descendants of a process, without itself."""
    try:
        return tuple(sorted(child.pid for child in psutil.Process(pid).children(recursive=True)))
    except psutil.NoSuchProcess:
        return ()


def usage_of(pids: tuple[int, ...]) -> Usage:
    """Add up what these processes use now; one that has ended meanwhile adds nothing."""
    each = [one for pid in pids if (one := _usage_of_one(pid)) is not None]
    return Usage(
        cpu_ns=sum(one.cpu_ns for one in each),
        rss_bytes=sum(one.rss_bytes for one in each),
        pss_bytes=sum(one.pss_bytes for one in each),
        private_bytes=sum(one.private_bytes for one in each),
        file_descriptors=sum(one.file_descriptors for one in each),
        sockets=sum(one.sockets for one in each),
        processes=len(each),
    )


def cpu_ns_of(pids: tuple[int, ...]) -> int:
    """Add up the CPU time of these processes; the cheap part of `usage_of`, for the edges of a slice."""
    return sum(cpu_ns for pid in pids if (cpu_ns := _cpu_ns(pid)) is not None)


def forgets_children(pid: int) -> bool:
    """Whether the process has the kernel drop its children's CPU time: it ignores SIGCHLD."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return False
    ignored = next((line.partition(":")[2] for line in lines if line.startswith("SigIgn:")), "0")
    return bool(int(ignored, 16) >> (signal.SIGCHLD - 1) & 1)


def _usage_of_one(pid: int) -> Usage | None:
    cpu_ns = _cpu_ns(pid)
    if cpu_ns is None:
        return None
    memory = _memory_bytes(pid)
    links = _open_files(pid)
    return Usage(
        cpu_ns=cpu_ns,
        rss_bytes=memory.get("Rss", 0),
        pss_bytes=memory.get("Pss", 0),
        private_bytes=memory.get("Private_Clean", 0) + memory.get("Private_Dirty", 0),
        file_descriptors=len(links),
        sockets=sum(link.startswith("socket:") for link in links),
        processes=1,
    )


def _cpu_ns(pid: int) -> int | None:
    """Read the process's CPU clock: ns as in /proc/PID/schedstat, with ended threads, up to this instant."""
    clock = (~pid << 3) | 2  # clock_getcpuclockid(3), as the kernel and glibc lay it out
    try:
        own_ns = time.clock_gettime_ns(clock)
        fields = stat_fields(Path(f"/proc/{pid}"))
    except (OSError, ProcessLookupError):
        return None
    return own_ns + (int(fields[_CHILDREN_USER]) + int(fields[_CHILDREN_SYSTEM])) * TICK_NS


def _memory_bytes(pid: int) -> dict[str, int]:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except (FileNotFoundError, ProcessLookupError):
        return {}
    words = [line.split() for line in lines]
    return {name.rstrip(":"): int(kib) * _KIB_BYTES for name, kib, *_ in words}


def _open_files(pid: int) -> list[str]:
    try:
        entries = list(Path(f"/proc/{pid}/fd").iterdir())
    except FileNotFoundError:
        return []
    return [link for entry in entries if (link := _link(entry)) is not None]


def _link(entry: Path) -> str | None:
    try:
        return str(entry.readlink())
    except FileNotFoundError:
        return None
