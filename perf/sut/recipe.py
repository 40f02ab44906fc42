"""How each kind of target becomes a folder that can be started."""

import platform
import subprocess
from pathlib import Path
from typing import assert_never

from perf.errors import BuildError
from perf.model.target import CargoKind, CommandKind, GoKind, Kind, NpmKind, PythonKind, RunningKind
from perf.sut.command import fill_all
from perf.sut.compiled import build_cargo, build_go, build_npm
from perf.sut.wheel import build_python, interpreter_of
from perf.sut.workshop import LOG_LINES, Workshop, profile


def follow(kind: Kind, workshop: Workshop) -> None:
    """Fill the workshop's folder as this kind of target asks."""
    match kind:
        case PythonKind():
            build_python(kind, workshop)
        case CargoKind():
            build_cargo(kind, workshop)
        case GoKind():
            build_go(kind, workshop)
        case NpmKind():
            build_npm(kind, workshop)
        case CommandKind(build=command):
            workshop.out.mkdir()
            words = fill_all(
                command, {"out": str(workshop.out), "profile": profile(release=workshop.release)}
            )
            workshop.run("running the build command", *words)
        case RunningKind():
            return
        case _:
            assert_never(kind)


def interpreter(kind: Kind, directory: Path) -> str:
    """Return what `{python}` stands for; "" where the kind has none."""
    return str(interpreter_of(directory)) if isinstance(kind, PythonKind) else ""


def toolchain(kind: Kind, env: dict[str, str], *, folder: Path) -> str:
    """Return what compiles and runs a build of this kind, as one line; a change of it makes another build.

    `folder` is the repository: it may choose the toolchain, as a `rust-toolchain.toml` does.
    """
    machine = f"{platform.machine()} {platform.libc_ver()[0]} {platform.libc_ver()[1]}"
    match kind:
        case PythonKind():
            return f"{platform.python_implementation()} {platform.python_version()} on {machine}"
        case CommandKind(toolchain=()):
            return f"unnamed on {machine}"
        case RunningKind():
            return "running"
        case CargoKind() | GoKind() | NpmKind() | CommandKind():
            said = (_output(command, env, folder=folder) for command in _versions(kind))
            return f"{', '.join(said)} on {machine}"
        case _:
            assert_never(kind)


def _versions(kind: CargoKind | GoKind | NpmKind | CommandKind) -> tuple[tuple[str, ...], ...]:
    """Return the commands that name the toolchain."""
    match kind:
        case CargoKind():
            return (("cargo", "--version"), ("rustc", "--version"))
        case GoKind():
            return (("go", "version"), ("go", "env", "CGO_ENABLED", "GOFLAGS", "GOAMD64"))
        case NpmKind():
            return (("node", "--version"), ("npm", "--version"))
        case CommandKind(toolchain=command):
            return (command,)
        case _:
            assert_never(kind)


def _output(command: tuple[str, ...], env: dict[str, str], *, folder: Path) -> str:
    try:
        done = subprocess.run(
            command,
            env=env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as refused:
        raise BuildError(
            f"the toolchain cannot be started: {refused.strerror}",
            where=" ".join(command),
            cure="Install the toolchain and put it on PATH, or mend `toolchain` of the target.",
        ) from refused
    if done.returncode:
        raise BuildError(
            f"the toolchain command exited with status {done.returncode}",
            where=" ".join(command),
            cure="It must print versions and exit with 0: mend the toolchain, or `toolchain` of the target.",
            log=tuple(done.stderr.splitlines()[-LOG_LINES:]),
        )
    return " ".join(done.stdout.split())
