"""Builds of Python products: a clean venv with what is locked, and the project's wheel."""

import re
import shutil
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from perf.errors import BuildError
from perf.model.target import PythonKind
from perf.sut.workshop import Workshop

_COMPILE = (
    "import compileall, sys\n"
    "levels = [int(level) for level in sys.argv[2].split(',')]\n"
    "compileall.compile_dir(sys.argv[1], quiet=1, workers=0, optimize=levels)"
)
"""As `python -m compileall`, but a file that is no valid Python does no harm: some wheels have one."""
_EXTRA = re.compile(r"^[\w.-]+\[", re.MULTILINE)
"""A requirement with an extra, such as `uvicorn[standard]==...`: no constraint may have one."""

_Words = tuple[str | Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Installer:
    """The commands of uv or pip; the words before what they are to work on.

    `heeds_bounds_only`: where a locked package is asked for with an extra, it looks for the newest one that
    there is, which has no hash, unless the lock bounds it as well.
    """

    make_venv: _Words
    install: _Words
    make_wheel: _Words
    brings_pip: bool
    heeds_bounds_only: bool


def build_python(kind: PythonKind, workshop: Workshop) -> None:
    """Make a venv, install what is locked, then the wheel; uv and pip come to the same, uv sooner."""
    tool = _installer(workshop)
    python = interpreter_of(workshop.directory)
    workshop.run("making a venv", *tool.make_venv)
    locked = _install_locked(kind, workshop, tool=tool)
    if kind.project:
        wheels = workshop.directory / "wheel"
        workshop.run("building the wheel", *tool.make_wheel, wheels, workshop.tree / kind.project)
        only_wheel = ("--no-deps",) if locked else ()
        workshop.run("installing the wheel", *tool.install, *only_wheel, *sorted(wheels.glob("*.whl")))
    if tool.brings_pip:
        workshop.run("removing pip", *(python, "-m", "pip", "uninstall", "--quiet", "--yes", "pip"))
    levels = "0,1" if workshop.release and kind.project else "0"
    workshop.run("compiling to bytecode", python, "-c", _COMPILE, workshop.directory / "venv" / "lib", levels)


def interpreter_of(directory: Path) -> Path:
    """Return what `{python}` stands for."""
    return directory / "venv" / "bin" / "python"


def _install_locked(kind: PythonKind, workshop: Workshop, *, tool: _Installer) -> bool:
    """Install the requirements and tell whether there were any."""
    if kind.requirements and (workshop.tree / kind.requirements).is_file():
        doing = "installing the locked requirements"
        bounded = tool.heeds_bounds_only and not _EXTRA.search(
            (workshop.tree / kind.requirements).read_text(encoding="utf-8", errors="replace")
        )
        bounds = ("--constraint", kind.requirements) if bounded else ()
        workshop.run(doing, *tool.install, "--require-hashes", "-r", kind.requirements, *bounds)
        return True
    if not kind.project:
        raise BuildError(
            "there are no requirements to install, and no project either",
            where=f"requirements = {kind.requirements!r}",
            cure="Name a requirements file with hashes that this tree has.",
        )
    if kind.requirements:
        missing = "does not exist in this tree: the wheel's own dependencies are resolved"
        workshop.say(f"{kind.requirements} {missing}")
    return False


def _installer(workshop: Workshop) -> _Installer:
    """Choose uv if it is there, then the pip that perfgate's own interpreter has, then one in the venv."""
    uv = shutil.which("uv", path=workshop.env.get("PATH"))
    venv, python = workshop.directory / "venv", interpreter_of(workshop.directory)
    if uv is None:
        has_pip = find_spec("pip") is not None
        pip: _Words = (sys.executable, "-m", "pip", "--python", python) if has_pip else (python, "-m", "pip")
        return _Installer(
            make_venv=(sys.executable, "-m", "venv", *(("--without-pip",) if has_pip else ()), venv),
            install=(*pip, "install", "--quiet"),
            make_wheel=(*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir"),
            brings_pip=not has_pip,
            heeds_bounds_only=True,
        )
    return _Installer(
        make_venv=(uv, "venv", "--quiet", "--python", sys.executable, venv),
        install=(uv, "pip", "install", "--quiet", "--python", python),
        make_wheel=(uv, "build", "--quiet", "--wheel", "--python", python, "--out-dir"),
        brings_pip=False,
        heeds_bounds_only=False,
    )
