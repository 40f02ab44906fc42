"""Counting a gateway's instructions by running it under callgrind, part of valgrind."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from perf.errors import SutError
from perf.model.target import Target
from perf.model.units import s_to_ns
from perf.sut.environment import launch_environment
from perf.sut.running import RunningSut

_SLOWER = 20
"""How much longer than usual a gateway may take until it is ready: nothing is counted until then."""
_LONGEST_START_NS = s_to_ns(600)
_REST_DEADLINE_NS = s_to_ns(5)
_ANSWER_SECONDS = 30.0
_FIFOS = "vgdb"
_EVENTS = re.compile(r"^events-\d+: (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callgrind:
    """The simulated processor of valgrind: exact counts, at a fiftieth of the speed."""

    valgrind: str
    vgdb: str
    fixed: tuple[str, ...]

    @property
    def name(self) -> str:
        """What people call it."""
        return "callgrind"

    def wrapped(self, target: Target) -> Target:
        """The same target under callgrind, its start not counted; killed at its end, to write no report."""
        words = (
            *(*self.fixed, self.valgrind, "--quiet", "--tool=callgrind", "--trace-children=yes"),
            *("--instr-atstart=no", f"--vgdb-prefix={{dir}}/{_FIFOS}"),
            *("--callgrind-out-file={dir}/callgrind.%p", "--"),
        )
        deadline_ns = min(_SLOWER * target.ready.deadline_ns, _LONGEST_START_NS)
        ready = replace(target.ready, deadline_ns=deadline_ns)
        return replace(target, start=(*words, *target.start), ready=ready, stop_grace_ns=0)

    @contextmanager
    def counting(self, sut: RunningSut) -> Iterator["CallgrindCount"]:
        """Count from here on, in every process that the gateway has now."""
        yield CallgrindCount(vgdb=self.vgdb, sut=sut)


class CallgrindCount:
    """The count of one running gateway."""

    def __init__(self, *, vgdb: str, sut: RunningSut) -> None:
        self._vgdb = vgdb
        self._sut = sut
        self._pids = sut.pids()
        for pid in self._pids:
            self._tell(pid, "instrumentation", "on")

    def total(self) -> int:
        """Instructions executed since the beginning, read when the gateway rests."""
        self._sut.rest(_REST_DEADLINE_NS)
        return sum(self._instructions(pid) for pid in self._pids)

    def _instructions(self, pid: int) -> int:
        """The sum over the threads of one process."""
        said = self._tell(pid, "status", "internal")
        events = _EVENTS.findall(said)
        if not events:
            raise self._failed(pid, said)
        return sum(int(count) for count in events)

    def _tell(self, pid: int, *words: str) -> str:
        """Send a monitor command; a process that waits in the kernel is woken after 1 ms."""
        log = self._sut.log
        folder = Path() if log is None else log.parent
        command = [self._vgdb, f"--vgdb-prefix={folder / _FIFOS}", f"--pid={pid}", "--max-invoke-ms=1"]
        try:
            done = subprocess.run(
                [*command, *words],
                env=launch_environment(os.environ, {}),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_ANSWER_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as silent:
            raise self._failed(pid, "no answer") from silent
        if done.returncode:
            raise self._failed(pid, done.stderr)
        return done.stdout

    def _failed(self, pid: int, said: str) -> SutError:
        self._sut.check_alive()
        return SutError(
            f"callgrind does not tell the instructions of process {pid}",
            where=f"vgdb, about the gateway {self._sut.name}",
            cure="Run with --instructions off to do without them.",
            log=tuple(said.splitlines()[-5:]),
        )


def find_callgrind(fixed: tuple[str, ...]) -> Callgrind | None:
    """Callgrind with its messenger, if both are on PATH; `fixed` is put before it."""
    valgrind, vgdb = shutil.which("valgrind"), shutil.which("vgdb")
    return Callgrind(valgrind=valgrind, vgdb=vgdb, fixed=fixed) if valgrind and vgdb else None
