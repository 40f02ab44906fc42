"""New baselines: who may ask for them, and how they are proposed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from perf.commands.proposing import propose_baseline, wants_baseline
from perf.errors import Exit, StatusError
from perf.model.baseline import Baseline
from perf.store.baselines import read_baseline_text, write_baseline
from tests.doubles.github.server import github_double
from tests.doubles.github.state import GithubDouble, Pull
from tests.factories import a_baseline
from tests.github.measured import HEAD_SHA, a_repository, git

LABEL = "perf: update-baselines"
PATH = "baselines/reference/fast.json"
BRANCH = "perfgate/baseline-reference-fast"
SCOPES = {"contents": "write", "pull-requests": "write"}


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GithubDouble]:
    """GitHub with the code of the checkout in `tmp_path/checkout`."""
    checkout, bare = tmp_path / "checkout", tmp_path / "bare"
    checkout.mkdir()
    a_repository(checkout)
    git(tmp_path, "clone", "--quiet", "--bare", str(checkout), str(bare))
    with github_double() as double:
        double.git = bare
        yield double


def _env(github: GithubDouble, tmp_path: Path, **scopes: str) -> dict[str, str]:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({}))
    return {
        "GITHUB_TOKEN": github.token(scopes),
        "GITHUB_API_URL": github.url,
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_REPOSITORY": "acme/gateway",
        "GITHUB_SHA": git(tmp_path / "checkout", "rev-parse", "HEAD"),
        "GITHUB_RUN_ID": "9",
        "GITHUB_RUN_NUMBER": "9",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
    }


def _merged(github: GithubDouble, sha: str) -> None:
    github.open(
        Pull(
            number=7,
            head_repository="mallory/gateway",
            head_branch="slow",
            head_sha=HEAD_SHA,
            base_branch="main",
            base_sha=sha,
            state="closed",
            merged=True,
            merge_sha=sha,
        )
    )


def _propose(github: GithubDouble, tmp_path: Path, baseline: Baseline, **scopes: str) -> Exit:
    recorded = tmp_path / "recorded.json"
    write_baseline(recorded, baseline)
    env = _env(github, tmp_path, **(scopes or {"contents": "write", "pull-requests": "write"}))
    return propose_baseline(recorded, tmp_path / "checkout", branch="main", dry_run=False, env=env)


@pytest.mark.parametrize(
    ("login", "wanted"), [("ada", "true"), ("mallory", "false")], ids=["may write", "may not"]
)
def test_a_label_on_what_was_merged_asks_for_baselines(
    github: GithubDouble, tmp_path: Path, login: str, wanted: str
) -> None:
    """Also after a fork's pull request: what is measured then is main."""
    env = _env(github, tmp_path, **{"contents": "read", "pull-requests": "read"})
    _merged(github, env["GITHUB_SHA"])
    github.set_label(7, LABEL, login=login)

    assert wants_baseline(env=env) is Exit.PASS

    assert (tmp_path / "output").read_text() == f"wanted={wanted}\n"


def test_other_merges_ask_for_nothing(github: GithubDouble, tmp_path: Path) -> None:
    """Without the label there is nothing to do."""
    env = _env(github, tmp_path, **{"contents": "read", "pull-requests": "read"})
    _merged(github, env["GITHUB_SHA"])

    wants_baseline(env=env)

    assert (tmp_path / "output").read_text() == "wanted=false\n"


def test_a_baseline_is_proposed_for_review(github: GithubDouble, tmp_path: Path) -> None:
    """A branch with the very file, and a pull request whose text is the table; main stays as it is."""
    _propose(github, tmp_path, a_baseline())

    (pull,) = github.pulls.values()
    content = github.run_git("show", f"{BRANCH}:{PATH}").decode()
    assert read_baseline_text(content, where=PATH).target == "reference"
    assert (pull.head_branch, pull.base_branch, pull.state) == (BRANCH, "main", "open")
    assert "| `baseline-latency/main` | E2E p50" in pull.body
    assert "new" in pull.body


def test_a_second_proposal_replaces_the_first(github: GithubDouble, tmp_path: Path) -> None:
    """The branch is made anew and the open pull request is brought up to date: they do not pile up."""
    _propose(github, tmp_path, a_baseline())
    first = github.commit_of(BRANCH)
    (pull,) = github.pulls.values()
    pull.body = "outdated"

    _propose(github, tmp_path, replace(a_baseline(), suite="fast"))

    assert len(github.pulls) == 1
    assert pull.body != "outdated"
    assert github.run_git("rev-list", "--count", f"main..{BRANCH}").strip() == b"1"
    assert first


def test_equal_numbers_are_not_proposed(
    github: GithubDouble, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pull request without a change would be noise."""
    write_baseline(tmp_path / "checkout" / PATH, a_baseline())

    _propose(github, tmp_path, a_baseline())

    assert github.pulls == {}
    assert "nothing to propose" in capsys.readouterr().out


def test_missing_rights_are_named(github: GithubDouble, tmp_path: Path) -> None:
    """Both lines that the job needs stand in the message."""
    with pytest.raises(StatusError) as caught:
        _propose(github, tmp_path, a_baseline(), contents="read")

    assert "permissions:\n  contents: write\n  pull-requests: write" in caught.value.cure
