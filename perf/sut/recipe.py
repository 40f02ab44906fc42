"""How each kind of target becomes a folder that can be started."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from perf.errors import BuildError
from perf.model.target import CommandKind, Kind, PythonKind, RunningKind
from perf.sut.command import fill_all
from perf.sut.environment import build_environment
from perf.sut.process import log_tail, run

LOG_LINES = 20
_COMPILE = (
    "import compileall, sys\n"
    "levels = [int(level) for level in sys.argv[2].split(',')]\n"
    "compileall.compile_dir(sys.argv[1], quiet=1, workers=0, optimize=levels)"
)
"""As `python -m compileall`, but a file that is no valid Python does no harm: some wheels have one."""
_CURE = "Read the log; the same command must work in a clean checkout of the commit."


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What a recipe works with: the checked-out tree, the folder to fill, its log, and who listens."""

    tree: Path
    directory: Path
    log: Path
    env: dict[str, str]
    release: bool
    say: Callable[[str], None]

    def run(self, doing: str, *command: str | Path) -> None:
        """Run one step in the tree; raises BuildError with the end of the log if it fails."""
        self.say(doing)
        words = [str(word) for word in command]
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(words)}\n")
        ended = run(words, env=self.env, folder=self.tree, log=self.log)
        if ended is None or ended.code != 0:
            why = "took longer than its deadline" if ended is None else str(ended)
            raise BuildError(
                f"{doing}: the command {why}",
                where=f"{' '.join(words)} (log: {self.log})",
                cure=_CURE,
                log=log_tail(self.log, LOG_LINES),
            )


def environment(own: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return the variables of a build on this machine."""
    return build_environment(os.environ, dict(own))


def follow(kind: Kind, workshop: Workshop) -> None:
    """Fill the workshop's folder as this kind of target asks."""
    match kind:
        case PythonKind():
            _build_python(kind, workshop)
        case CommandKind(build=command):
            out = out_folder(workshop.directory)
            out.mkdir()
            words = fill_all(command, {"out": str(out), "profile": profile(release=workshop.release)})
            workshop.run("running the build command", *words)
        case RunningKind():
            return
        case _:
            assert_never(kind)


def profile(*, release: bool) -> str:
    """Return what `{profile}` stands for."""
    return "release" if release else "debug"


def out_folder(directory: Path) -> Path:
    """Return what `{out}` stands for."""
    return directory / "out"


def interpreter(kind: Kind, directory: Path) -> str:
    """Return what `{python}` stands for; "" where the kind has none."""
    return str(directory / "venv" / "bin" / "python") if isinstance(kind, PythonKind) else ""


def toolchain(kind: Kind, env: dict[str, str]) -> str:
    """Return what compiles and runs a build of this kind, as one line; a change of it makes another build."""
    machine = f"{platform.machine()} {platform.libc_ver()[0]} {platform.libc_ver()[1]}"
    match kind:
        case PythonKind():
            return f"{platform.python_implementation()} {platform.python_version()} on {machine}"
        case CommandKind(toolchain=()):
            return f"unnamed on {machine}"
        case CommandKind(toolchain=command):
            return f"{_output(command, env)} on {machine}"
        case RunningKind():
            return "running"
        case _:
            assert_never(kind)


def _output(command: tuple[str, ...], env: dict[str, str]) -> str:
    try:
        done = subprocess.run(
            command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
    except OSError as refused:
        raise BuildError(
            f"the toolchain command cannot be started: {refused.strerror}",
            where=" ".join(command),
            cure="Install the toolchain, or mend `toolchain` of the target.",
        ) from refused
    if done.returncode:
        raise BuildError(
            f"the toolchain command exited with status {done.returncode}",
            where=" ".join(command),
            cure="Mend `toolchain` of the target; it must print versions and exit with 0.",
            log=tuple(done.stderr.splitlines()[-LOG_LINES:]),
        )
    return " ".join(done.stdout.split())


def _build_python(kind: PythonKind, workshop: Workshop) -> None:
    """Make a venv, install what is locked, then the wheel; uv and pip come to the same, uv sooner."""
    uv = shutil.which("uv", path=workshop.env.get("PATH"))
    python = workshop.directory / "venv" / "bin" / "python"
    wheels = workshop.directory / "wheel"
    project = workshop.tree / kind.project
    if uv is None:
        workshop.run("making a venv", sys.executable, "-m", "venv", workshop.directory / "venv")
        install: tuple[str | Path, ...] = (python, "-m", "pip", "install", "--quiet")
        make_wheel: tuple[str | Path, ...] = (
            *(python, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", wheels, project),
        )
    else:
        workshop.run(
            "making a venv", uv, "venv", "--quiet", "--python", sys.executable, workshop.directory / "venv"
        )
        install = (uv, "pip", "install", "--quiet", "--python", python)
        make_wheel = (uv, "build", "--quiet", "--wheel", "--python", python, "--out-dir", wheels, project)
    locked = bool(kind.requirements) and (workshop.tree / kind.requirements).is_file()
    if locked:
        workshop.run(
            "installing the locked requirements", *install, "--require-hashes", "-r", kind.requirements
        )
    elif kind.requirements:
        workshop.say(
            f"{kind.requirements} does not exist in this tree: the wheel's own dependencies are resolved"
        )
    workshop.run("building the wheel", *make_wheel)
    only_wheel = ("--no-deps",) if locked else ()
    workshop.run("installing the wheel", *install, *only_wheel, *sorted(wheels.glob("*.whl")))
    if uv is None:
        workshop.run("removing pip", *(python, "-m", "pip", "uninstall", "--quiet", "--yes", "pip"))
    levels = "0,1" if workshop.release else "0"
    workshop.run("compiling to bytecode", python, "-c", _COMPILE, workshop.directory / "venv" / "lib", levels)
