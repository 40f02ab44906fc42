"""Release builds of a target, kept by what went into them."""

import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import msgspec

from perf.errors import UsageError
from perf.model.build import Build, Source
from perf.model.target import Kind, RunningKind, Target
from perf.sut.checkout import checked_out
from perf.sut.eviction import mark_used
from perf.sut.recipe import follow, interpreter, toolchain
from perf.sut.shipped import copied
from perf.sut.source import inputs_key
from perf.sut.workshop import Workshop, environment

_LAYOUT = 1
"""Raised when the same inputs would give another folder than before."""


def build(
    target: Target,
    source: Source,
    *,
    repo: Path,
    cache: Path,
    release: bool = True,
    say: Callable[[str], None] = lambda _: None,
) -> Build:
    """Build a target from a tree, or return the finished build of the same inputs, toolchain and flags.

    `say` hears of each step. Builds at the same time, also by other processes, wait for each other.
    A shipped target is built from its locks, its `source` is `shipped_source`, and a debug build of it is
    a UsageError. Raises BuildError with the end of the log, which is kept as `CACHE/logs/KEY.log`.
    """
    _refuse_debug(target, release=release)
    env = environment(target.env)
    tools = toolchain(target.kind, env, folder=repo)
    if isinstance(target.kind, RunningKind):
        return _describe(target, source, key="running", directory=None, release=release, tools=tools)
    key = _key(target, files=_files_key(target, source, repo=repo), tools=tools, release=release)
    folder = _prepared(cache.resolve())
    directory = folder / "builds" / key
    wanted = _describe(target, source, key=key, directory=directory, release=release, tools=tools)
    with _locked(folder / "locks" / key):
        if _is_finished(directory, wanted):
            say(f"{source.label}: built before ({key[:12]})")
            return _found(wanted)
        with _tree(target, source, repo=repo, folder=folder / "trees" / key) as tree:
            workshop = Workshop(
                tree=tree,
                directory=directory,
                log=folder / "logs" / f"{key}.log",
                env=env,
                release=release,
                say=lambda doing: say(f"{source.label}: {doing}"),
            )
            _make(target.kind, workshop)
        _finish(directory, wanted)
    return wanted


@contextmanager
def _tree(target: Target, source: Source, *, repo: Path, folder: Path) -> Iterator[Path]:
    """The files to build from, for as long as the build needs them."""
    if target.shipped:
        with copied(target, folder=folder) as tree:
            yield tree
        return
    with checked_out(repo, source, folder=folder) as tree:
        yield tree


def _refuse_debug(target: Target, *, release: bool) -> None:
    if target.shipped and not release:
        raise UsageError(
            f"{target.title} is installed as its makers published it: there is no debug build of it",
            where="--debug",
            cure="Leave --debug out.",
        )


def _found(build: Build) -> Build:
    """The finished build, which counts as used from now on."""
    mark_used(Path(build.directory))
    return replace(build, reused=True)


def _make(kind: Kind, workshop: Workshop) -> None:
    _forget(workshop.directory)
    workshop.log.unlink(missing_ok=True)
    workshop.directory.mkdir()
    follow(kind, workshop)


def _files_key(target: Target, source: Source, *, repo: Path) -> str:
    return source.tree if target.shipped else inputs_key(repo, source, inputs=target.inputs)


def _key(target: Target, *, files: str, tools: str, release: bool) -> str:
    parts = [str(_LAYOUT), target.name, repr(target.kind), repr(target.env), files, tools, str(release)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _describe(
    target: Target, source: Source, *, key: str, directory: Path | None, release: bool, tools: str
) -> Build:
    return Build(
        target=target.name,
        source=source,
        key=key,
        directory="" if directory is None else str(directory),
        interpreter="" if directory is None else interpreter(target.kind, directory),
        release=release,
        reused=False,
        toolchain=tools,
    )


def _prepared(cache: Path) -> Path:
    for name in ("builds", "locks", "logs", "trees"):
        (cache / name).mkdir(parents=True, exist_ok=True)
    (cache / ".gitignore").write_text("*\n")
    return cache


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _is_finished(directory: Path, wanted: Build) -> bool:
    """Tell whether the folder is whole: its description, written last, is there and is about this build."""
    try:
        kept = msgspec.json.decode((directory / "build.json").read_bytes(), type=Build)
    except (FileNotFoundError, msgspec.MsgspecError):
        return False
    interpreter_is_there = not wanted.interpreter or Path(wanted.interpreter).exists()
    return replace(kept, source=wanted.source) == wanted and interpreter_is_there


def _forget(directory: Path) -> None:
    """Remove an unfinished build; its description first, so that no half of it ever looks whole."""
    (directory / "build.json").unlink(missing_ok=True)
    if directory.exists():
        shutil.rmtree(directory)


def _finish(directory: Path, done: Build) -> None:
    """Declare the build finished in one step: a venv cannot be moved, so its description is renamed."""
    draft = directory / "build.json.draft"
    draft.write_text(json.dumps(asdict(done), indent=2) + "\n")
    draft.rename(directory / "build.json")
