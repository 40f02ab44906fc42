"""What every workflow has: pinned actions, no rights by default, a timeout, no event text in commands."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
import pytest
import yaml

from tests.rules.source import ROOT

PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} +# v\d+(\.\d+)*$")
USES = re.compile(r"^\s*(?:-\s+)?uses:\s*(?P<action>.+?)\s*$", re.MULTILINE)
EVENTS_WITH_SECRETS_FOR_STRANGERS = ("pull_request_target",)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a job or of a composite action."""

    name: str = ""
    uses: str = ""
    run: str = ""
    shell: str = ""
    with_: Mapping[str, str | int | bool] = msgspec.field(name="with", default_factory=dict)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One job; `uses` calls a reusable workflow."""

    permissions: Mapping[str, str] | str | None = None
    timeout_minutes: int | None = msgspec.field(name="timeout-minutes", default=None)
    steps: Sequence[Step] = ()
    uses: str = ""


class Workflow(msgspec.Struct, frozen=True, kw_only=True):
    """A file of .github/workflows; YAML 1.1 reads its key `on` as true."""

    permissions: Mapping[str, str] | str | None = None
    jobs: Mapping[str, Job]


class Steps(msgspec.Struct, frozen=True, kw_only=True):
    """The `runs` of a composite action."""

    steps: Sequence[Step] = ()


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """An action.yml."""

    runs: Steps


def _below(folder: str) -> list[Path]:
    return sorted(
        path for suffix in ("yml", "yaml") for path in (ROOT / ".github" / folder).rglob(f"*.{suffix}")
    )


WORKFLOWS = _below("workflows")
ACTIONS = [path for path in [ROOT / "action.yml", *_below("actions")] if path.exists()]
EACH_WORKFLOW = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
EACH = pytest.mark.parametrize(
    "path", [*WORKFLOWS, *ACTIONS], ids=lambda path: path.relative_to(ROOT).as_posix()
)


def _workflow(path: Path) -> Workflow:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return msgspec.convert({str(key): value for key, value in document.items()}, Workflow)


def _steps(path: Path) -> Iterator[Step]:
    if path in WORKFLOWS:
        for job in _workflow(path).jobs.values():
            yield from job.steps
    else:
        yield from msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), Action).runs.steps


@EACH
def test_actions_are_pinned(path: Path) -> None:
    """Each action is named by its commit, with the version beside it; our own by their path."""
    used = [found["action"] for found in USES.finditer(path.read_text(encoding="utf-8"))]
    loose = [action for action in used if not action.startswith("./") and not PINNED.fullmatch(action)]

    assert not loose


@EACH
def test_no_expression_stands_in_a_command(path: Path) -> None:
    """Values reach a command through its environment, so that no text from outside is run."""
    assert not [step.name for step in _steps(path) if "${{" in step.run]


@EACH
def test_checkouts_keep_no_credentials(path: Path) -> None:
    """The token does not stay in .git/config for later steps to find."""
    checkouts = [step for step in _steps(path) if step.uses.startswith("actions/checkout@")]

    assert not [step for step in checkouts if step.with_.get("persist-credentials") is not False]


@EACH_WORKFLOW
def test_nothing_is_allowed_by_default(path: Path) -> None:
    """A workflow has no permissions; each job asks for its own."""
    workflow = _workflow(path)

    assert workflow.permissions == {}
    assert not [name for name, job in workflow.jobs.items() if not isinstance(job.permissions, Mapping)]


@EACH_WORKFLOW
def test_every_job_ends(path: Path) -> None:
    """Each job that runs steps has a timeout."""
    jobs = _workflow(path).jobs

    assert not [name for name, job in jobs.items() if job.timeout_minutes is None and not job.uses]


@EACH_WORKFLOW
def test_strangers_get_no_secrets(path: Path) -> None:
    """No workflow runs with the repository's rights on the code of a fork."""
    text = path.read_text(encoding="utf-8")

    assert not [event for event in EVENTS_WITH_SECRETS_FOR_STRANGERS if event in text]
