"""What `perfgate doctor` looks at: each check gives lines, and changes nothing."""

import os
import platform
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import assert_never

from perf.commands.consent import ACCEPT, FULL, SKIP
from perf.commands.init import WORKFLOW_FOLDER, WORKFLOWS, Pin, template
from perf.commands.ordering import config_of
from perf.config import find_target
from perf.errors import PerfgateError
from perf.github.labels import labels_of
from perf.model.target import CargoKind, CommandKind, GoKind, NpmKind, PythonKind, RunningKind, Target
from perf.sut.git import try_git
from perf.sut.source import CONFIG_FILES

LABELS = (ACCEPT, FULL, SKIP, "perf: update-baselines")
_RIGHTS = ("actions: read", "contents: read", "pull-requests: write", "statuses: write")
"""What the job of perf-report.yml needs."""
_OPTIONAL = {"valgrind": "counts instructions per request", "wrk": "runs the Lua stress scripts"}
_MIN_CORES = 2
_GOOD_CORES = 4
_BRANCH = re.compile(r"branches: \[([^\]]+)\]")
_PIN = re.compile(r"uses: (?P<repository>[\w.-]+/[\w.-]+?)(/[\w./-]+)?@(?P<commit>[0-9a-f]{40}) # v[\d.]+$")


class Mark(Enum):
    """How a thing is."""

    GOOD = "good"
    NOTE = "note"
    """It works, but could be better."""
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing: how it is, and what to do; `cure` is "" where nothing is to be done."""

    mark: Mark
    subject: str
    text: str
    cure: str = ""


def failed(subject: str, error: PerfgateError) -> Line:
    """A check that could not be made."""
    return Line(mark=Mark.BAD, subject=subject, text=f"{error.what} ({error.where})", cure=error.cure)


def machine() -> Iterator[Line]:
    """System, interpreter, cores and programs."""
    if sys.platform == "linux":
        yield Line(mark=Mark.GOOD, subject="system", text=f"Linux {platform.release()}")
    else:
        cure = "Measure on Linux: processor time and memory are read from /proc."
        yield Line(mark=Mark.BAD, subject="system", text=sys.platform, cure=cure)
    yield Line(mark=Mark.GOOD, subject="Python", text=platform.python_version())
    yield _cores(len(os.sched_getaffinity(0)))
    for program, use in _OPTIONAL.items():
        yield _program(program, use=use, mark=Mark.NOTE)


def history(root: Path) -> Iterator[Line]:
    """Whether git has the commits to compare with."""
    if (try_git(root, "rev-parse", "--is-shallow-repository") or "").strip() == "true":
        cure = "Fetch the history: `fetch-depth: 0` of actions/checkout, or `git fetch --unshallow`."
        yield Line(mark=Mark.NOTE, subject="history", text="shallow: a base may be missing", cure=cure)
    else:
        yield Line(mark=Mark.GOOD, subject="history", text="complete")


def target(root: Path) -> Iterator[Line]:
    """Configuration, toolchain and committed baseline."""
    try:
        config = config_of(root, None)
        chosen = find_target(config, config.target)
    except PerfgateError as error:
        yield failed("target", error)
        return
    if any((root / name).exists() for name in CONFIG_FILES[:2]) or config.target != "reference":
        yield Line(mark=Mark.GOOD, subject="target", text=f"{chosen.name}: {chosen.title}")
    else:
        cure = "Write perfgate.toml; `perfgate init` begins one."
        text = "no perfgate.toml: perfgate's own reference gateway would be measured"
        yield Line(mark=Mark.NOTE, subject="target", text=text, cure=cure)
    yield from _toolchain(chosen)
    if config.wants_baseline:
        yield _baseline(root, config.baseline_path(target=chosen.name, suite=config.suite))
    else:
        text = "none is asked for, so nothing says which numbers must exist"
        yield Line(
            mark=Mark.NOTE,
            subject="baseline",
            text=text,
            cure="Record one with `perfgate baseline`, commit it, and take `baseline = false` out.",
        )


def workflows(root: Path) -> Iterator[Line]:
    """Whether each workflow is there, current, and has the rights it needs."""
    for name in WORKFLOWS:
        path = root / WORKFLOW_FOLDER / name
        if path.is_file():
            yield _workflow(name, path.read_text(encoding="utf-8"))
        else:
            yield Line(
                mark=Mark.BAD, subject="workflow", text=f"{name} is missing", cure="Run `perfgate init`."
            )


def labels(env: Mapping[str, str]) -> Iterator[Line]:
    """Whether the repository offers the labels; raises PublishError if GitHub refuses to say."""
    repository, token = env.get("GITHUB_REPOSITORY", ""), env.get("GITHUB_TOKEN", "")
    if not (repository and token):
        cure = "Set GITHUB_REPOSITORY=OWNER/NAME and GITHUB_TOKEN to have them looked up."
        yield Line(mark=Mark.NOTE, subject="labels", text="not looked up", cure=cure)
        return
    api_url = env.get("GITHUB_API_URL", "https://api.github.com")
    known = labels_of(repository, token=token, api_url=api_url)
    lacking = [label for label in LABELS if label not in known]
    if lacking:
        cure = "; ".join(f"gh label create {label!r} --repo {repository}" for label in lacking)
        yield Line(mark=Mark.BAD, subject="labels", text=f"missing: {', '.join(lacking)}", cure=cure)
    else:
        yield Line(mark=Mark.GOOD, subject="labels", text=", ".join(LABELS))


def _cores(count: int) -> Line:
    if count < _MIN_CORES:
        cure = "Use a machine with two cores or more: gateway and load must not share one."
        return Line(mark=Mark.BAD, subject="cores", text=str(count), cure=cure)
    if count < _GOOD_CORES:
        cure = "Four give quieter numbers."
        return Line(mark=Mark.NOTE, subject="cores", text=str(count), cure=cure)
    return Line(mark=Mark.GOOD, subject="cores", text=str(count))


def _program(name: str, *, use: str, mark: Mark) -> Line:
    if shutil.which(name):
        return Line(mark=Mark.GOOD, subject=name, text=use)
    return Line(mark=mark, subject=name, text=f"not on PATH; {use}", cure=f"Install {name}.")


def _toolchain(chosen: Target) -> Iterator[Line]:
    programs: tuple[str, ...] = ()
    match chosen.kind:
        case CargoKind():
            programs = ("cargo",)
        case GoKind():
            programs = ("go",)
        case NpmKind():
            programs = ("npm", "node")
        case PythonKind() | CommandKind() | RunningKind():
            pass
        case _:
            assert_never(chosen.kind)
    for program in programs:
        yield _program(program, use=f"builds {chosen.name}", mark=Mark.BAD)


def _baseline(root: Path, path: str) -> Line:
    if (root / path).is_file():
        return Line(mark=Mark.GOOD, subject="baseline", text=path)
    cure = "Record it with `perfgate baseline` and commit it, or set `baseline = false`."
    return Line(mark=Mark.BAD, subject="baseline", text=f"{path} is missing", cure=cure)


def _workflow(name: str, text: str) -> Line:
    if "pull_request_target" in text:
        cure = "Use pull_request: the other gives a stranger's code the rights of the repository."
        return Line(mark=Mark.BAD, subject="workflow", text=f"{name} uses pull_request_target", cure=cure)
    lacking = [right for right in _RIGHTS if not re.search(rf"^ +{right}\b", text, re.MULTILINE)]
    if name == "perf-report.yml" and lacking:
        cure = "Add to its job: permissions: " + ", ".join(lacking)
        return Line(mark=Mark.BAD, subject="workflow", text=f"{name} lacks {', '.join(lacking)}", cure=cure)
    if text == _expected(name, text):
        return Line(mark=Mark.GOOD, subject="workflow", text=name)
    cure = "Compare it with what `perfgate init --force` would write; changes of your own are fine."
    return Line(mark=Mark.NOTE, subject="workflow", text=f"{name} is not as perfgate writes it", cure=cure)


def _expected(name: str, text: str) -> str:
    """The template with the pin and the branch that the file has: a bot may move the pin."""
    found = [
        match for match in map(_PIN.search, text.splitlines()) if match and match[1] != "actions/checkout"
    ]
    if not found:
        return template(name)
    branch = _BRANCH.search(text)
    pin = Pin(repository=found[0]["repository"], commit=found[0]["commit"])
    return pin.filled(template(name), branch=branch[1] if branch else "main")
