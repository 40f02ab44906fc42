"""How a described target is built: its kind, and what no release build may say."""

from typing import assert_never

from perf.config.reading import join, wrong
from perf.config.schema import (
    AnyTarget,
    CargoTarget,
    CommandTarget,
    GoTarget,
    NpmTarget,
    PythonTarget,
    RunningTarget,
)
from perf.model.target import CargoKind, CommandKind, GoKind, Kind, NpmKind, PythonKind, RunningKind

_SLOW_PROFILES = frozenset({"dev", "debug", "test"})
_CARGO_SETS = ("--release", "-r", "--profile", "--target-dir", "--locked")
_GO_SETS = ("-o", "-race", "-msan", "-asan", "-cover")


def kind_of(table: AnyTarget) -> Kind:
    """Return the kind that a table describes."""
    match table:
        case PythonTarget(project=project, requirements=requirements):
            return PythonKind(project=project, requirements=requirements)
        case CargoTarget(project=project, profile=profile, flags=flags):
            return CargoKind(project=project, profile=profile, flags=flags)
        case GoTarget(project=project, package=package, flags=flags):
            return GoKind(project=project, package=package, flags=flags)
        case NpmTarget(project=project, script=script, install_scripts=install_scripts):
            return NpmKind(project=project, script=script, install_scripts=install_scripts)
        case CommandTarget(build=command, toolchain=toolchain):
            return CommandKind(build=command, toolchain=toolchain)
        case RunningTarget(base_url=base_url):
            return RunningKind(base_url=base_url)
        case _:
            assert_never(table)


def check_build(table: AnyTarget, *, where: str, path: str) -> None:
    """Raise ConfigError for a build that leaves nothing, or is no release build."""
    match table:
        case PythonTarget(project="", requirements=""):
            cure = "Give a project, or `requirements` with hashes that name the product."
            raise wrong("nothing is to be installed", where=where, path=join(path, "project"), cure=cure)
        case PythonTarget(project="", benchmarks=benchmarks) if benchmarks:
            cure = "Take `benchmarks` out: a product that is only installed brings none."
            raise wrong("there is no project", where=where, path=join(path, "benchmarks"), cure=cure)
        case CargoTarget(profile=profile) if profile in _SLOW_PROFILES:
            cure = "Name a release profile; `perfgate build --debug` makes a debug build, and marks it."
            raise wrong(
                f"{profile!r} is not a release build", where=where, path=join(path, "profile"), cure=cure
            )
        case CargoTarget(flags=flags):
            _refuse(flags, _CARGO_SETS, where=where, path=join(path, "flags"))
        case GoTarget(flags=flags):
            _refuse(flags, _GO_SETS, where=where, path=join(path, "flags"))
        case CommandTarget(build=command) if not any("{out}" in word for word in command):
            cure = "Copy the result into {out}: the source tree is removed after the build."
            raise wrong("the build command leaves nothing", where=where, path=join(path, "build"), cure=cure)
        case _:
            return


def _refuse(flags: tuple[str, ...], set_by_us: tuple[str, ...], *, where: str, path: str) -> None:
    for flag in flags:
        if flag.partition("=")[0] in set_by_us:
            cure = "Take it out: perfgate builds for release, and where the result goes is its own affair."
            raise wrong(f"{flag!r} is not for a target to say", where=where, path=path, cure=cure)
