"""Which cores the gateway has and which the rig, and what else keeps this process from disturbing it."""

import gc
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """CPU sets of the SUT, the engine and the upstream; None where there is but one core for all."""

    sut: frozenset[int] | None
    engine: frozenset[int] | None
    upstream: frozenset[int] | None

    @property
    def sut_cores(self) -> int:
        """How many cores the gateway has."""
        return len(self.sut or frozenset({0}))

    @property
    def rig_cores(self) -> int:
        """How many cores engine and upstream have together."""
        return len((self.engine or frozenset({0})) | (self.upstream or frozenset({0})))

    @property
    def cores(self) -> int:
        """How many cores there are in all."""
        return len(self._everyone) or 1

    @property
    def _everyone(self) -> frozenset[int]:
        return (self.sut or frozenset()) | (self.engine or frozenset()) | (self.upstream or frozenset())

    def in_use(self, *, alternating: bool) -> frozenset[int]:
        """The cores that gateway and rig work on: for lone requests that alternate, the one of them."""
        if self.lone is None:
            return own_cores()
        return self.lone if alternating else self._everyone

    @property
    def lone(self) -> frozenset[int] | None:
        """The one core for everything that a lone request visits; None where nothing is pinned.

        Only one process at a time has work then. Spread over cores, each hop would wait until an idle core
        has woken up, which in a virtual machine takes longer than a gateway does.
        """
        return None if self.sut is None else frozenset({min(self.sut)})

    @property
    def text(self) -> str:
        """For the report: which cores are whose."""
        if self.sut is None:
            return "unpinned"
        rig = f"engine on {_cores(self.engine)}, upstream on {_cores(self.upstream)}"
        return f"gateway on {_cores(self.sut)}, {rig}; all on {_cores(self.lone)} for a lone request"


def place(cores: frozenset[int]) -> Placement:
    """Two cores: one for the gateway. Three: one each. From four on: the gateway has all but two."""
    ordered = sorted(cores)
    if len(ordered) < 2:
        return Placement(sut=None, engine=None, upstream=None)
    if len(ordered) == 2:
        rig = frozenset(ordered[:1])
        return Placement(sut=frozenset(ordered[1:]), engine=rig, upstream=rig)
    return Placement(
        sut=frozenset(ordered[2:]), engine=frozenset(ordered[:1]), upstream=frozenset(ordered[1:2])
    )


def own_cores() -> frozenset[int]:
    """The cores that this process may use."""
    return frozenset(os.sched_getaffinity(0))


@contextmanager
def pinned(cpus: frozenset[int] | None) -> Iterator[None]:
    """Run this process, which holds the engine, on these cores; afterwards where it was."""
    before = os.sched_getaffinity(0)
    if cpus is not None:
        os.sched_setaffinity(0, cpus)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def moved(pids: Iterable[int], *, to: frozenset[int], back: frozenset[int]) -> Iterator[None]:
    """Have these processes, all their threads, run on the cores `to`; afterwards `back` on their own."""
    there = tuple(pids)
    _move(there, to)
    try:
        yield
    finally:
        _move(there, back)


@contextmanager
def frozen_heap() -> Iterator[None]:
    """Keep what exists now out of garbage collection: the engine collects before every slice."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _move(pids: Iterable[int], cpus: frozenset[int]) -> None:
    """A process or thread that has ended meanwhile is left out."""
    for pid in pids:
        with suppress(FileNotFoundError):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                with suppress(ProcessLookupError):
                    os.sched_setaffinity(int(thread.name), cpus)


def _cores(cpus: frozenset[int] | None) -> str:
    return "cpu " + ",".join(str(cpu) for cpu in sorted(cpus or ()))
