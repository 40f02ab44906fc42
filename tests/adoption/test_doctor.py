"""`perfgate doctor`: each thing that lacks is named with its cure, and decides the exit code."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from perf.cli import main
from perf.commands.diagnosis import LABELS, Line, Mark, labels, target, workflows
from perf.commands.doctor import doctor
from perf.errors import Exit, PublishError
from tests.doubles.github.server import github_double
from tests.doubles.github.state import FULL_NAME, GithubDouble
from tests.sut.gateways import commit, git

PIN = f"perfgate/perfgate@{'a1' * 20}"
REPORT = ".github/workflows/perf-report.yml"


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository in Python as `perfgate init` leaves it."""
    git(tmp_path, "init", "-q")
    commit(tmp_path, {"pyproject.toml": '[project]\nname = "gw"\n', "src/gw.py": ""})
    assert main(["init", "--repo", str(tmp_path), "--action", PIN]) == 0
    return tmp_path


@pytest.fixture
def github() -> Iterator[GithubDouble]:
    with github_double() as double:
        yield double


def _env(github: GithubDouble, *, level: str = "read") -> dict[str, str]:
    token = github.token({"issues": level})
    return {"GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": FULL_NAME, "GITHUB_TOKEN": token}


def _bad(lines: Iterator[Line]) -> list[Line]:
    return [line for line in lines if line.mark is Mark.BAD]


def test_a_fresh_repository_is_ready(repo: Path, github: GithubDouble) -> None:
    """After init only notes remain, and the exit code is 0."""
    github.labels += LABELS

    assert doctor(repo, env=_env(github)) is Exit.PASS


def test_a_missing_workflow_is_named(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without perf-report nobody would comment: exit code 2, and the command that writes it."""
    (repo / REPORT).unlink()

    assert doctor(repo, env={}) is Exit.USAGE
    assert "perf-report.yml is missing\n               next: Run `perfgate init`." in capsys.readouterr().out


def test_a_missing_permission_names_its_line(repo: Path) -> None:
    """The report needs four rights, and the one that lacks is spelt as it must be added."""
    path = repo / REPORT
    path.write_text(path.read_text().replace("      statuses: write # the verdict\n", ""))

    (line,) = _bad(workflows(repo))
    assert line.cure == "Add to its job: permissions: statuses: write"


def test_rights_for_strangers_are_refused(repo: Path) -> None:
    """A measuring workflow on pull_request_target would give them away."""
    path = repo / ".github" / "workflows" / "perf-gate.yml"
    path.write_text(path.read_text().replace("pull_request:", "pull_request_target:"))

    (line,) = _bad(workflows(repo))
    assert "pull_request_target" in line.text


def test_a_pin_that_moved_on_is_current(repo: Path) -> None:
    """An update of the pin by a bot is no difference; another change is a note."""
    path = repo / ".github" / "workflows" / "perf-gate.yml"
    path.write_text(path.read_text().replace("a1" * 20, "b2" * 20))
    assert [line.mark for line in workflows(repo)] == [Mark.GOOD] * 4
    path.write_text(path.read_text() + "# mine\n")

    assert [line.mark for line in workflows(repo)] == [Mark.NOTE, *[Mark.GOOD] * 3]


def test_a_missing_baseline_is_named(repo: Path) -> None:
    """A repository that asks for a committed baseline and has none cannot gate."""
    path = repo / "perfgate.toml"
    path.write_text(path.read_text().replace("baseline = false\n", ""))

    (line,) = _bad(target(repo))
    assert line.text == "baselines/gw/fast.json is missing"


def test_a_broken_configuration_is_told(repo: Path) -> None:
    """The error of the configuration is a line like any other."""
    (repo / "perfgate.toml").write_text("[gate]\nsweet = 1\n")

    (line,) = _bad(target(repo))
    assert "sweet" in line.text


def test_missing_labels_come_with_commands(github: GithubDouble) -> None:
    """Each label that lacks is made by one command."""
    github.labels += LABELS[1:]

    (line,) = labels(_env(github))
    assert line.mark is Mark.BAD
    assert line.cure == f"gh label create 'perf: accept' --repo {FULL_NAME}"


def test_a_refused_look_is_told(github: GithubDouble) -> None:
    """A token without the scope ends in the permission line to add."""
    with pytest.raises(PublishError) as caught:
        list(labels(_env(github, level="none")))

    assert "issues: read" in caught.value.cure


def test_outside_of_a_repository_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without git is unfit, and the error says so."""
    assert doctor(tmp_path, env={}) is Exit.USAGE
    assert "not a git repository" in capsys.readouterr().out
