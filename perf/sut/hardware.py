"""Counting a gateway's instructions by the processor's counters, as `perf stat -e instructions:u` does."""

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from perf.errors import SutError
from perf.model.target import Target
from perf.model.units import s_to_ns
from perf.sut.running import RunningSut

_SYSCALL = {"x86_64": 298, "aarch64": 241}
_ATTRIBUTES = struct.Struct("=IIQQQQQ64x")
_INHERITED, _NOT_KERNEL, _NOT_HYPERVISOR = 1 << 1, 1 << 5, 1 << 6
_REST_DEADLINE_NS = s_to_ns(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What the kernel is to count: `type` and `config` of perf_event_open(2)."""

    type: int
    config: int


INSTRUCTIONS = Event(type=0, config=1)
"""PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """The processor's counters, in user mode only."""

    fixed: tuple[str, ...]
    event: Event = INSTRUCTIONS

    @property
    def name(self) -> str:
        """What people call it."""
        return "hardware counters"

    def wrapped(self, target: Target) -> Target:
        """The same target, its addresses fixed."""
        return replace(target, start=(*self.fixed, *target.start))

    @contextmanager
    def counting(self, sut: RunningSut) -> Iterator["HardwareCount"]:
        """Count from here on, in every thread that the gateway has now and all that these start."""
        with ExitStack() as stack:
            counters: list[int] = []
            for thread in _threads(sut.pids()):
                counter = open_counter(self.event, thread=thread)
                if counter is None:
                    raise _refused(sut)
                stack.callback(os.close, counter)
                counters.append(counter)
            yield HardwareCount(counters=tuple(counters), sut=sut)


class HardwareCount:
    """The count of one running gateway."""

    def __init__(self, *, counters: tuple[int, ...], sut: RunningSut) -> None:
        self._counters = counters
        self._sut = sut

    def total(self) -> int:
        """Instructions executed since the beginning, read when the gateway rests."""
        self._sut.rest(_REST_DEADLINE_NS)
        return sum(read_counter(counter) for counter in self._counters)


def find_hardware(fixed: tuple[str, ...]) -> Hardware | None:
    """The processor's counters, if one can be opened here and moves."""
    counter = open_counter(INSTRUCTIONS, thread=0)
    if counter is None:
        return None
    try:
        before = read_counter(counter)
        return Hardware(fixed=fixed) if read_counter(counter) > before else None
    finally:
        os.close(counter)


def open_counter(event: Event, *, thread: int) -> int | None:
    """Open a counter of a thread (0: the calling one) and of those that it starts; None if refused."""
    number = _SYSCALL.get(os.uname().machine)
    if number is None:
        return None
    flags = _INHERITED | _NOT_KERNEL | _NOT_HYPERVISOR
    attributes = _ATTRIBUTES.pack(event.type, _ATTRIBUTES.size, event.config, 0, 0, 0, flags)
    opened = ctypes.CDLL(None, use_errno=True).syscall(number, attributes, thread, -1, -1, 8)
    return None if opened < 0 else int(opened)


def read_counter(counter: int) -> int:
    """Read what a counter has come to."""
    return int.from_bytes(os.read(counter, 8), "little")


def _threads(pids: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(entry.name) for pid in pids for entry in Path(f"/proc/{pid}/task").iterdir())


def _refused(sut: RunningSut) -> SutError:
    return SutError(
        "the kernel refuses to count the gateway's instructions",
        where=f"perf_event_open, gateway {sut.name}",
        cure="Lower kernel.perf_event_paranoid to 2, or run with --instructions callgrind.",
    )
