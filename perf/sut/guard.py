"""A small process between perfgate and a command: outlives neither, and leaves nothing of the command behind.

Run as a file, by an interpreter without site-packages. It becomes the reaper of everything that the command
starts, so that what has left the command's process group or session is found and killed too: when the
command ends, when perfgate closes its end of the control pipe, and when perfgate dies, however it dies.
"""

import ctypes
import os
import select
import signal
import sys
import time
from pathlib import Path

_SET_DEATH_SIGNAL = 1
_SET_CHILD_SUBREAPER = 36
_CANNOT_EXECUTE = 127
_IGNORED_HERE = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)
_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)


def main(arguments: list[str]) -> None:
    """Guard the command `arguments[3:]`; before it: control and status descriptors, CPUs as `0,1` or none."""
    control, status = int(arguments[0]), int(arguments[1])
    cpus = {int(cpu) for cpu in arguments[2].split(",") if cpu}
    parent = os.getppid()
    _prctl(_SET_CHILD_SUBREAPER, 1)
    wake_out, wake_in = os.pipe()
    for end in (wake_out, wake_in):
        os.set_blocking(end, False)
    for end in (control, status):
        os.set_inheritable(end, False)
    for number in _IGNORED_HERE:
        signal.signal(number, signal.SIG_IGN)
    for number in (signal.SIGCHLD, signal.SIGUSR1):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(wake_in)
    _prctl(_SET_DEATH_SIGNAL, signal.SIGUSR1)
    child = _start(arguments[3:], status=status, cpus=cpus)
    _wait(child, parent=parent, control=control, wake=wake_out, status=status)
    _kill_children()


def _start(command: list[str], *, status: int, cpus: set[int]) -> int:
    started_ns = time.monotonic_ns()
    child = os.fork()
    if child:
        _say(status, f"started {child} {started_ns}")
        return child
    os.setsid()
    _prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    signal.set_wakeup_fd(-1)
    for number in (*_IGNORED_HERE, *_IGNORED_BY_PYTHON, signal.SIGCHLD, signal.SIGUSR1):
        signal.signal(number, signal.SIG_DFL)
    doing = f"pin to CPUs {sorted(cpus)}"
    try:
        if cpus:
            os.sched_setaffinity(0, cpus)
        doing = f"execute {command[0]}"
        os.execvp(command[0], command)  # noqa: S606  no shell is wanted
    except OSError as refused:
        _say(status, f"refused cannot {doing}: {refused.strerror}")
    os._exit(_CANNOT_EXECUTE)


def _wait(child: int, *, parent: int, control: int, wake: int, status: int) -> None:
    """Return when the child or the parent has ended, or when a word or the end comes from `control`.

    The end of `control` alone is not enough: a process that the parent forked may hold its other end, too.
    The signal of the parent's death alone is not either: it also comes when only the thread has ended.
    """
    while True:
        readable, _, _ = select.select([control, wake], [], [])
        if control in readable or os.getppid() != parent:
            return
        os.read(wake, 4096)
        while (reaped := _reap(os.WNOHANG))[0]:
            if reaped[0] == child:
                _say(status, f"exited {os.waitstatus_to_exitcode(reaped[1])}")
                return


def _reap(options: int) -> tuple[int, int]:
    try:
        return os.waitpid(-1, options)
    except ChildProcessError:
        return 0, 0


def _kill_children() -> None:
    """Kill until there is no child: the children of a killed process become our own."""
    while children := _children():
        for child in children:
            os.kill(child, signal.SIGKILL)
        _reap(0)


def _children() -> list[int]:
    own = os.getpid()
    return [
        int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _parent(entry) == own
    ]


def stat_fields(process: Path) -> list[str]:
    """The fields of a folder's `stat` in /proc that follow the command's name, which may hold anything."""
    return (process / "stat").read_text(errors="replace").rpartition(")")[2].split()


def _parent(process: Path) -> int:
    try:
        return int(stat_fields(process)[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _say(status: int, line: str) -> None:
    try:
        os.write(status, f"{line}\n".encode())
    except BrokenPipeError:
        return


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


if __name__ == "__main__":
    main(sys.argv[1:])
