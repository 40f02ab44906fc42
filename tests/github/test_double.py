"""The double of GitHub itself: its scopes, the git behind it, and answers that GitHub's description knows."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from github import Auth, Github, GithubException
from github.Repository import Repository

from tests.doubles.github.description import UndescribedError, answer_of, faults_of
from tests.doubles.github.routes import ROUTES
from tests.doubles.github.server import github_double
from tests.doubles.github.state import FULL_NAME, GithubDouble, Pull, Run
from tests.sut.gateways import commit, git

ALL = dict.fromkeys(("actions", "contents", "issues", "pull-requests", "statuses"), "write")
RUN = ".github/workflows/perf-gate.yml"


@pytest.fixture
def github(tmp_path: Path) -> Iterator[GithubDouble]:
    """A repository with one commit on main, one pull request and one run with an artefact."""
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "-q")
    sha = commit(work, {"baselines/a.json": "{}", "README.md": "hello"})
    subprocess.run(["git", "clone", "-q", "--bare", str(work), str(tmp_path / "bare")], check=True)
    with github_double() as double:
        double.git = tmp_path / "bare"
        double.open(
            Pull(
                number=7,
                head_repository="eve/gateway",
                head_branch="faster",
                head_sha=sha,
                base_branch="main",
                base_sha=sha,
                labels=["perf: full"],
                files=("README.md",),
            )
        )
        run = double.ran(
            Run(number=5, path=RUN, event="pull_request", head_sha=sha, head_branch="faster", pulls=(7,))
        )
        double.upload(run, "perfgate-run", content=b"PK")
        yield double


def _repo(github: GithubDouble, scopes: dict[str, str] | None = None) -> Repository:
    token = github.token(ALL if scopes is None else scopes)
    client = Github(
        auth=Auth.Token(token),
        base_url=github.url,
        retry=None,
        per_page=100,
        seconds_between_requests=None,
        seconds_between_writes=None,
    )
    return client.get_repo(FULL_NAME)


def test_a_pull_request_is_found_by_the_branch_of_its_fork(github: GithubDouble) -> None:
    """What a list, the single view, its files and its labels say agrees with the double's state."""
    repo = _repo(github)
    (found,) = repo.get_pulls(state="open", head="eve:faster")
    same = repo.get_pull(7)

    assert found.head.repo.full_name == "eve/gateway"
    assert same.head.sha == github.pulls[7].head_sha
    assert [label.name for label in repo.get_issue(7).get_labels()] == ["perf: full"]
    assert [file.filename for file in same.get_files()] == ["README.md"]
    assert list(repo.get_pulls(state="open", head="eve:other")) == []


def test_labels_and_statuses_are_kept(github: GithubDouble) -> None:
    """A label comes and goes, and the last status of a context counts."""
    repo, sha = _repo(github), github.pulls[7].head_sha
    repo.get_issue(7).add_to_labels("perf: accept")
    repo.get_issue(7).remove_from_labels("perf: full")
    for state in ("pending", "success"):
        repo.get_commit(sha).create_status(state, context="perf-gate", description="d")

    status = github.status_of(sha, "perf-gate")
    assert github.pulls[7].labels == ["perf: accept"]
    assert status is not None
    assert status.state == "success"
    assert [each.state for each in repo.get_commit(sha).get_statuses()] == ["success", "pending"]
    assert repo.get_collaborator_permission("ada") == "write"
    assert repo.get_collaborator_permission("stranger") == "read"


def test_a_file_is_committed_on_a_branch_and_proposed(github: GithubDouble) -> None:
    """Branch, commit and pull request are real in the git repository behind the double."""
    repo = _repo(github)
    repo.create_git_ref("refs/heads/perf/baseline", repo.get_git_ref("heads/main").object.sha)
    before = repo.get_contents("baselines/a.json", ref="perf/baseline")
    assert not isinstance(before, list)
    repo.update_file(before.path, "Measure again", '{"a": 1}', before.sha, branch="perf/baseline")
    opened = repo.create_pull(base="main", head="perf/baseline", title="t", body="b")

    after = repo.get_contents("baselines/a.json", ref="perf/baseline")
    assert not isinstance(after, list)
    assert after.decoded_content == b'{"a": 1}'
    assert opened.head.sha == github.commit_of("perf/baseline")
    assert repo.get_commit(opened.head.sha).parents[0].sha == github.commit_of("main")


def test_a_write_over_a_change_is_refused(github: GithubDouble) -> None:
    """Whoever has not seen the file as it is now gets 409."""
    with pytest.raises(GithubException) as caught:
        _repo(github).update_file("baselines/a.json", "m", "x", "0" * 40, branch="main")

    assert caught.value.status == 409


def test_an_artefact_is_one_redirect_away(github: GithubDouble) -> None:
    """The zip lies on another host, and a client that keeps its token there is remembered."""
    (found,) = _repo(github).get_workflow_run(5).get_artifacts()
    token = github.token({"actions": "read"})
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(trust_env=False, follow_redirects=True) as client:
        data = client.get(found.archive_download_url, headers=headers).content
        assert github.leaks == []
        client.get(f"{github.url}/blobs/1", headers=headers)

    assert data == b"PK"
    assert github.leaks == ["/blobs/1"]


def test_no_operation_is_open_to_a_token_without_its_scope(github: GithubDouble) -> None:
    """With no scopes all but metadata is refused with 403, as a job without `permissions` is."""
    numbers = dict.fromkeys(("issue_number", "pull_number", "run_id", "comment_id", "artifact_id"), "5")
    words = {"owner": "acme", "repo": "gateway", "archive_format": "zip", "ref": "main", **numbers}
    words |= dict.fromkeys(("name", "path", "sha", "commit_sha", "username", "workflow_id"), "x")
    headers = {"authorization": f"Bearer {github.token({})}"}
    with httpx.Client(trust_env=False, base_url=github.url, headers=headers) as client:
        for route in ROUTES:
            answer = client.request(route.method, route.template.format_map(words))

            assert (answer.status_code == 403) == (route.scopes != ("metadata",)), route.name
            assert answer.headers.get("x-accepted-github-permissions", route.accepted) == route.accepted


def test_every_operation_is_described() -> None:
    """description.json has each route, and refuses what GitHub would refuse, or would never say."""
    for route in ROUTES:
        faults_of(route.name, {})

    assert faults_of("POST /repos/{owner}/{repo}/statuses/{sha}", {"state": "splendid"})
    with pytest.raises(UndescribedError, match="does not give"):
        answer_of("GET /repos/{owner}/{repo}/collaborators/{username}/permission", 200, stated={"level": 1})
