"""A command that is sure to end: started under a guard, pinned, logged, and killed with all it started."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from perf.model.units import NS_PER_S, ns_to_s
from perf.sut.pipe import LogPipe

_GUARD = Path(__file__).with_name("guard.py")
_TAIL_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended: `code` is its exit status, or minus the signal that killed it; None if unknown."""

    code: int | None
    refused: str

    def __str__(self) -> str:
        if self.refused:
            return f"could not be started: {self.refused}"
        if self.code is None:
            return "was killed together with its guard"
        if self.code < 0:
            return f"was killed by {signal.Signals(-self.code).name}"
        return f"exited with status {self.code}"


class GuardedProcess:
    """One started command. `pid` also names its process group; `started_ns` is of the monotonic clock.

    `pipe` is what it writes into where that is to be `piped`, else None: it writes into the file `log`.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        folder: Path,
        log: Path,
        cpus: frozenset[int] | None = None,
        piped: bool = False,
    ) -> None:
        self.log = log
        self.pipe = LogPipe(log) if piped else None
        self.ended: Ended | None = None
        self.pid = 0
        self.started_ns = 0
        self._heard = b""
        self._refused = ""
        control_out, self._control = os.pipe()
        self._status, status_in = os.pipe()
        pins = ",".join(str(cpu) for cpu in sorted(cpus or ()))
        fixed = [sys.executable, "-I", "-S", str(_GUARD), str(control_out), str(status_in), pins]
        try:
            with _opened(log, self.pipe) as sink:
                self._guard = subprocess.Popen(
                    [*fixed, *command],
                    env=dict(env),
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=sink,
                    pass_fds=(control_out, status_in),
                    start_new_session=True,
                )
        except BaseException:
            self._let_go()
            raise
        finally:
            os.close(control_out)
            os.close(status_in)

    def _let_go(self) -> None:
        """Close what a process that could not be started leaves."""
        os.close(self._control)
        os.close(self._status)
        if self.pipe is not None:
            self.pipe.close()

    @property
    def guard_pid(self) -> int:
        """The guard's own process id; everything below it, and nothing else, belongs to the command."""
        return self._guard.pid

    def wait(self, timeout_ns: int | None = None) -> Ended | None:
        """Return how the command ended, as soon as it has; None if it has not after `timeout_ns`."""
        deadline_ns = None if timeout_ns is None else time.monotonic_ns() + timeout_ns
        while self.ended is None:
            left_ns = None if deadline_ns is None else max(0, deadline_ns - time.monotonic_ns())
            if not self._listen(left_ns):
                return None
        return self.ended

    def wait_started(self) -> None:
        """Return when the command runs, or has already ended."""
        while not self.pid and self.ended is None:
            self._listen(None)

    def stop(self, grace_ns: int) -> Ended:
        """End the command: SIGTERM to its group, SIGKILL after `grace_ns`; returns when nothing is left."""
        self.wait_started()
        if self.wait(0) is None and grace_ns:
            self._signal_group(signal.SIGTERM)
            self.wait(grace_ns)
        if self._control >= 0:
            self._dismiss_guard()
        ended = self.wait() or Ended(code=None, refused="")
        if self._status >= 0:
            os.close(self._status)
            self._status = -1
        if self.pipe is not None:
            self.pipe.close()
        return ended

    def log_tail(self, lines: int) -> tuple[str, ...]:
        """Return the last lines that the command wrote."""
        if self.pipe is not None:
            self.pipe.drain()
        return log_tail(self.log, lines)

    def _dismiss_guard(self) -> None:
        """Tell the guard to kill what is left and to end; it may have ended already."""
        control, self._control = self._control, -1
        try:
            os.write(control, b"\n")
        except BrokenPipeError:
            pass
        finally:
            os.close(control)
        self._guard.wait()

    def _signal_group(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return

    def _listen(self, timeout_ns: int | None) -> bool:
        """Take in what the guard says; False if it said nothing in time."""
        timeout_s = None if timeout_ns is None else ns_to_s(timeout_ns)
        if not select.select([self._status], [], [], timeout_s)[0]:
            return False
        heard = os.read(self._status, 4096)
        if not heard:
            self.ended = self.ended or Ended(
                code=-signal.SIGKILL if self.pid else None, refused=self._refused
            )
            return True
        *lines, self._heard = (self._heard + heard).split(b"\n")
        for line in lines:
            self._note(line.decode(errors="replace"))
        return True

    def _note(self, line: str) -> None:
        match line.split(" ", 1):
            case ["started", rest]:
                self.pid, self.started_ns = (int(word) for word in rest.split())
            case ["refused", reason]:
                self._refused = reason
            case ["exited", code]:
                self.ended = Ended(code=int(code), refused=self._refused)
            case _:
                return


@contextmanager
def _opened(log: Path, pipe: LogPipe | None) -> Iterator[int]:
    """The descriptor that a command is to write to, as long as it takes to hand it on."""
    if pipe is None:
        with log.open("ab") as file:
            yield file.fileno()
    else:
        with pipe.entrance() as entrance:
            yield entrance


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    folder: Path,
    log: Path,
    deadline_ns: int = 1800 * NS_PER_S,
) -> Ended | None:
    """Run a command to its end and return how it ended; None if it was killed at its deadline."""
    process = GuardedProcess(command, env=env, folder=folder, log=log)
    try:
        return process.wait(deadline_ns)
    finally:
        process.stop(0)


def log_tail(log: Path, lines: int) -> tuple[str, ...]:
    """Return the last lines of a log file, blank ones at its end left out."""
    try:
        with log.open("rb") as file:
            size_bytes = file.seek(0, os.SEEK_END)
            file.seek(max(0, size_bytes - _TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return ()
    return tuple(text.rstrip().splitlines()[-lines:])
