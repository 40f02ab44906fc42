"""Release builds by the tools of other languages: cargo, go and npm."""

import os
import shutil
from pathlib import Path

from perf.errors import BuildError
from perf.model.target import CargoKind, GoKind, NpmKind
from perf.sut.workshop import Workshop


def build_cargo(kind: CargoKind, workshop: Workshop) -> None:
    """Build as Cargo.lock says, in a target folder of this build alone, and keep the programs."""
    profile = kind.profile if workshop.release else "dev"
    target = workshop.directory / "target"
    how = "--release" if profile == "release" else f"--profile={profile}"
    workshop.inside(kind.project).run(
        "cargo build", "cargo", "build", how, "--locked", "--target-dir", target, *kind.flags
    )
    workshop.out.mkdir()
    folder = target / ("debug" if profile == "dev" else profile)
    for program in filter(_is_program, sorted(folder.iterdir())):
        shutil.copy2(program, workshop.out)
    shutil.rmtree(target)
    _refuse_nothing(workshop, made_by=f"cargo build {how}")


def build_go(kind: GoKind, workshop: Workshop) -> None:
    """Build without paths and commits of this checkout in the program; a debug build is not optimised."""
    how = ("-trimpath",) if workshop.release else ("-gcflags=all=-N -l",)
    workshop.out.mkdir()
    command = ("go", "build", "-buildvcs=false", *how, "-o", f"{workshop.out}/", *kind.flags, kind.package)
    workshop.inside(kind.project).run("go build", *command)
    _refuse_nothing(workshop, made_by="go build")


def build_npm(kind: NpmKind, workshop: Workshop) -> None:
    """Install what the lock says beside a copy of the project; what only builds it is removed again."""
    shutil.copytree(
        workshop.tree / kind.project,
        workshop.out,
        symlinks=True,
        ignore=shutil.ignore_patterns(".git", "node_modules"),
    )
    inside = workshop.inside(str(workshop.out))
    quiet = ("--no-audit", "--no-fund", *(() if kind.install_scripts else ("--ignore-scripts",)))
    production = ("--omit=dev",) if workshop.release else ()
    if kind.script:
        inside.run("npm ci, with what builds it", "npm", "ci", "--include=dev", *quiet)
        inside.run(f"npm run {kind.script}", "npm", "run", kind.script)
        if production:
            inside.run("npm prune", "npm", "prune", *production, *quiet)
        return
    inside.run("npm ci", "npm", "ci", *production, *quiet)


def node_environment(*, release: bool) -> dict[str, str]:
    """Return the variable by which Node programs know whether they are in production."""
    return {"NODE_ENV": "production" if release else "development"}


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _refuse_nothing(workshop: Workshop, *, made_by: str) -> None:
    if not any(workshop.out.iterdir()):
        raise BuildError(
            "the build left no program",
            where=made_by,
            cure="Name the folder or the package of the program in `project`, `package` or `flags`.",
        )
