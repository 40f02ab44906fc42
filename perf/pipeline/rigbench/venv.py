"""Virtual environments of what is only measured or tested beside perfgate, made once for each lock."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from perf.errors import MeasureError, UsageError
from perf.sut.environment import build_environment

_INSTALL_S = 300.0
_LOG_LINES = 20


def locked_venv(root: Path, lock: Path) -> Path:
    """The interpreter of a venv that holds exactly what the lock says; made anew when the lock has changed.

    It lies below `.perfgate/cache` of the repository and never touches the project's own.
    Raises UsageError where there is no such lock, MeasureError where the packages cannot be had.
    """
    path = root / lock
    if not path.is_file():
        raise UsageError("A lock is missing", where=str(path), cure="Run this in a checkout of perfgate.")
    digest = hashlib.sha256(sys.version.encode() + path.read_bytes()).hexdigest()[:16]
    venv = (root / ".perfgate" / "cache" / f"{lock.stem}-{digest}").absolute()
    python, finished = venv / "bin" / "python", venv / "finished"
    if not finished.exists():
        uv = shutil.which("uv")
        make = (uv, "venv", "--quiet", "--clear", "--python", sys.executable) if uv else None
        fill = (uv, "pip", "install", "--quiet", "--python", str(python)) if uv else None
        _step([*(make or (sys.executable, "-m", "venv", "--clear")), str(venv)])
        _step([*(fill or (str(python), "-m", "pip", "install", "-q")), "--require-hashes", "-r", str(path)])
        finished.touch()
    return python


def ended(
    words: Sequence[str], env: Mapping[str, str], *, deadline_s: float
) -> "subprocess.CompletedProcess[str]":
    """A command that has run to its end; MeasureError if it does not end in time."""
    try:
        return subprocess.run(
            words,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=deadline_s,
        )
    except subprocess.TimeoutExpired as slow:
        raise MeasureError(
            f"{words[0]} did not end in {deadline_s:g} s", where=" ".join(words), cure="Run again."
        ) from slow


def _step(words: Sequence[str]) -> None:
    done = ended(words, build_environment(os.environ, {}), deadline_s=_INSTALL_S)
    if done.returncode:
        raise MeasureError(
            "Packages could not be installed",
            where=" ".join(words),
            cure="See the last lines below, then run again.",
            log=tuple(done.stderr.splitlines()[-_LOG_LINES:]),
        )
