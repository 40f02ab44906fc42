"""`perfgate publish`: the comment of a stored run, and the page that says how it is kept safe."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from perf.commands.ordering import nothing_chosen
from perf.commands.publish import publish
from perf.errors import Exit
from perf.github.archive import MAX_ARCHIVE_BYTES, MAX_MEMBER_BYTES, MAX_MEMBERS, MAX_RATIO
from perf.model.speaking import CommentWhen
from tests.doubles.github.server import github_double
from tests.doubles.github.state import GithubDouble
from tests.github.measured import CONFIG, a_measured_run, a_repository, texts_of

PROJECT = Path(__file__).parents[2]
PAGE = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
EVENT = """{"pull_request": {"number": 7,
  "head": {"sha": "HEAD", "repo": {"full_name": "acme/gateway"}}, "base": {"sha": "BASE"}}}"""


@pytest.fixture
def github() -> Iterator[GithubDouble]:
    with github_double() as double:
        yield double


def _stored(folder: Path) -> tuple[Path, Path]:
    """A repository, and the folder of a run of it that passed."""
    repo = folder / "repo"
    repo.mkdir()
    base = a_repository(repo, config=CONFIG.replace('target = "tiny"', 'target = "tiny"\nbaseline = false'))
    texts_of(a_measured_run(base), folder / "runs")
    (run,) = (folder / "runs").iterdir()
    return repo, run


def test_a_dry_run_prints_the_comment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It needs nothing of GitHub, not even its variables."""
    repo, run = _stored(tmp_path)

    assert publish(run, nothing_chosen(repo), comment=None, dry_run=True, env={}) is Exit.PASS

    assert capsys.readouterr().out.startswith("### ✅ Performance gate: passed\n")


def test_the_repository_chooses_when_it_is_posted(tmp_path: Path, github: GithubDouble) -> None:
    """A pass is posted or kept quiet, and the address of the comment is an output."""
    repo, run = _stored(tmp_path)
    (tmp_path / "event.json").write_text(EVENT.replace("HEAD", "a" * 40).replace("BASE", "b" * 40))
    env = {
        "GITHUB_TOKEN": github.token({"pull-requests": "write"}),
        "GITHUB_API_URL": github.url,
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_REPOSITORY": "acme/gateway",
        "GITHUB_SHA": "c" * 40,
        "GITHUB_RUN_ID": "1",
        "GITHUB_RUN_NUMBER": "1",
        "GITHUB_RUN_ATTEMPT": "1",
    }

    for when, comments in ((CommentWhen.ON_FAILURE, 0), (None, 1)):
        publish(run, nothing_chosen(repo), comment=when, dry_run=False, env=env)

        assert len(github.comments) == comments
    assert "comment-url=\ncomment-url=https://" in (tmp_path / "output").read_text()


def test_the_page_names_the_rights_of_the_trusted_job() -> None:
    """The rights that docs/security.md lists are those of perf-report.yml, no more and no fewer."""
    workflow = (PROJECT / ".github" / "workflows" / "perf-report.yml").read_text(encoding="utf-8")
    granted = yaml.safe_load(workflow)["jobs"]["report"]["permissions"]
    row = next(line for line in PAGE.splitlines() if line.startswith("| Rights |"))

    assert dict(re.findall(r"`([\w-]+): (\w+)`", row.split("|")[3])) == granted


def test_the_page_names_the_limits_of_an_artifact() -> None:
    """Members, sizes and packing are refused from where the page says."""
    mib = 1_048_576
    sizes = f"{MAX_MEMBER_BYTES // mib} MiB a member, {MAX_ARCHIVE_BYTES // mib} MiB packed"

    assert f"{MAX_MEMBERS} members, {sizes}, packed at most {MAX_RATIO} times" in PAGE
