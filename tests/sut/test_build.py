"""Builds in real worktrees, kept by what went into them."""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from perf.errors import BuildError
from perf.model.target import CommandKind, PythonKind, RunningKind
from perf.sut.build import build
from perf.sut.source import candidate_source, commit_source
from tests.sut.gateways import a_repository, a_target, commit, git


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with one commit."""
    return a_repository(tmp_path / "repo")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache that does not exist yet."""
    return tmp_path / "cache"


def test_the_same_inputs_are_built_once(repo: Path, cache: Path) -> None:
    """A second build, also of a commit that changed only the README, returns the first one's folder."""
    first = build(a_target(), commit_source(repo, "HEAD"), repo=repo, cache=cache)
    commit(repo, {"README.md": "edited"})
    second = build(a_target(), commit_source(repo, "HEAD"), repo=repo, cache=cache)

    assert (first.reused, second.reused) == (False, True)
    assert (first.key, first.directory) == (second.key, second.directory)
    assert second.source.commit != first.source.commit


def test_a_dirty_tree_is_built_as_it_is(repo: Path, cache: Path) -> None:
    """Uncommitted changes are in the build; no worktree and no change of the repository remain."""
    (repo / "src" / "gateway.py").write_text("changed")
    before = git(repo, "status", "--porcelain")

    done = build(a_target(), candidate_source(repo), repo=repo, cache=cache)

    assert (Path(done.directory) / "out" / "gateway.py").read_text() == "changed"
    assert git(repo, "status", "--porcelain") == before
    assert git(repo, "worktree", "list").count("\n") == 0
    assert not list((cache / "trees").iterdir())


@pytest.mark.parametrize(
    "other",
    [
        {"release": False},
        {"env": (("A", "b"),)},
        {"kind": CommandKind(build=("cp", "-r", "src", "{out}"))},
        {"kind": CommandKind(build=a_target().kind.build, toolchain=("echo", "compiler 2"))},  # type: ignore[union-attr]  # the tiny gateway's kind is a command
    ],
    ids=["debug", "environment", "command", "toolchain"],
)
def test_other_flags_or_tools_make_another_build(repo: Path, cache: Path, other: dict[str, object]) -> None:
    """The key covers all that went in, not the files alone."""
    source = commit_source(repo, "HEAD")
    release = other.pop("release", True) is True
    plain = build(a_target(), source, repo=repo, cache=cache)
    target = replace(a_target(), **other)  # type: ignore[arg-type]  # the ids above name real fields
    varied = build(target, source, repo=repo, cache=cache, release=release)

    assert varied.key != plain.key
    assert not varied.reused


def test_a_failing_build_says_what_it_said(repo: Path, cache: Path) -> None:
    """The error has the last 20 lines of the log, and leaves neither a build nor a worktree behind."""
    script = "for i in $(seq 50); do echo line $i; done; exit 4"
    target = replace(a_target(), kind=CommandKind(build=("sh", "-c", script)))

    logs = []
    for _ in range(2):
        with pytest.raises(BuildError, match="exited with status 4") as raised:
            build(target, commit_source(repo, "HEAD"), repo=repo, cache=cache)
        logs.append(raised.value.log)

    assert logs == [tuple(f"line {number}" for number in range(31, 51))] * 2
    assert git(repo, "worktree", "list").count("\n") == 0


def test_a_command_that_does_not_exist_is_a_build_error(repo: Path, cache: Path) -> None:
    """The name of the missing program is in the message."""
    target = replace(a_target(), kind=CommandKind(build=("no-such-compiler", "{out}")))

    with pytest.raises(BuildError, match="cannot execute no-such-compiler: No such file"):
        build(target, commit_source(repo, "HEAD"), repo=repo, cache=cache)


def test_a_failing_toolchain_command_is_a_build_error(repo: Path, cache: Path) -> None:
    """Not knowing the compiler is never taken for the same compiler."""
    kind = CommandKind(build=("true", "{out}"), toolchain=("sh", "-c", "echo no rustc >&2; exit 1"))

    with pytest.raises(BuildError, match="toolchain") as raised:
        build(replace(a_target(), kind=kind), commit_source(repo, "HEAD"), repo=repo, cache=cache)

    assert raised.value.log == ("no rustc",)


def test_an_unfinished_build_is_built_again(repo: Path, cache: Path) -> None:
    """A folder whose description is missing was left by a build that was killed."""
    source = commit_source(repo, "HEAD")
    first = build(a_target(), source, repo=repo, cache=cache)
    (Path(first.directory) / "build.json").unlink()
    (Path(first.directory) / "out" / "left-over").touch()

    second = build(a_target(), source, repo=repo, cache=cache)

    assert not second.reused
    assert not (Path(second.directory) / "out" / "left-over").exists()


def test_builds_at_the_same_time_wait_for_each_other(repo: Path, cache: Path) -> None:
    """Of four builds of the same inputs one works and three reuse it."""
    script = "cp src/gateway.py {out} && echo made >> " + str(repo.parent / "made")
    target = replace(a_target(), kind=CommandKind(build=("sh", "-c", script)))
    source = commit_source(repo, "HEAD")

    with ThreadPoolExecutor(4) as pool:
        tasks = [pool.submit(build, target, source, repo=repo, cache=cache) for _ in range(4)]
        done = [task.result() for task in tasks]

    assert sorted(each.reused for each in done) == [False, True, True, True]
    assert (repo.parent / "made").read_text() == "made\n"


def test_secrets_do_not_reach_the_build(repo: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build sees PATH and the target's own variables, never a token."""
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    monkeypatch.setenv("UV_PUBLISH_TOKEN", "secret")
    kind = CommandKind(build=("sh", "-c", "env > {out}/env"))
    target = replace(a_target(), kind=kind, env=(("OWN_KEY", "given"),))

    done = build(target, commit_source(repo, "HEAD"), repo=repo, cache=cache)
    lines = (Path(done.directory) / "out" / "env").read_text().splitlines()

    assert "OWN_KEY=given" in lines
    assert any(line.startswith("PATH=") for line in lines)
    assert not any(line.endswith("=secret") for line in lines)


def test_a_running_target_needs_no_build(repo: Path, cache: Path) -> None:
    """Nothing is written for a gateway that is up already."""
    target = replace(a_target(), kind=RunningKind(base_url="http://127.0.0.1:1"), inputs=())

    done = build(target, commit_source(repo, "HEAD"), repo=repo, cache=cache)

    assert done.directory == ""
    assert not cache.exists()


@pytest.mark.parametrize("tool", ["uv", "pip"])
def test_a_python_project_becomes_a_compiled_venv(
    repo: Path, cache: Path, tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With uv or without it, the wheel is installed and compiled for plain and for -O."""
    if tool == "pip":
        monkeypatch.setenv("PATH", "/usr/bin:/bin")
    project = '[project]\nname = "tiny"\nversion = "1"\n[build-system]\nrequires = []\n'
    backend = 'build-backend = "backend"\nbackend-path = ["."]\n'
    commit(repo, {"app/pyproject.toml": project + backend, "app/backend.py": BACKEND})
    target = replace(a_target(), kind=PythonKind(project="app", requirements="absent.txt"), inputs=("app",))
    heard: list[str] = []

    done = build(target, commit_source(repo, "HEAD"), repo=repo, cache=cache, say=heard.append)
    site = next(Path(done.directory).glob("venv/lib/python3*/site-packages"))
    suffix = f"{sys.implementation.cache_tag}"

    assert (site / "tiny.py").exists()
    assert (site / "__pycache__" / f"tiny.{suffix}.pyc").exists()
    assert (site / "__pycache__" / f"tiny.{suffix}.opt-1.pyc").exists()
    assert Path(done.interpreter).exists()
    assert any("absent.txt does not exist" in line for line in heard)


BACKEND = """
import pathlib, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder) / name, "w") as wheel:
        wheel.writestr("tiny.py", "VALUE = 1\\n")
        wheel.writestr("tiny-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1\\n")
        marks = ["Wheel-Version: 1.0", "Generator: t", "Root-Is-Purelib: true", "Tag: py3-none-any", ""]
        wheel.writestr("tiny-1.dist-info/WHEEL", "\\n".join(marks))
        wheel.writestr("tiny-1.dist-info/RECORD", "tiny.py,,\\n")
    return name
"""
