"""The pull request that brings the gate: the command, the comment and the status tell it alike."""

from pathlib import Path

import pytest

from perf.cli import main
from perf.errors import Exit
from tests.github.measured import a_measured_run, commit, zipped
from tests.github.world import World
from tests.sut.gateways import commit as commit_files
from tests.sut.gateways import git

PIN = f"perfgate/perfgate@{'a1' * 20}"
NODE = {"package.json": '{"name": "gw", "main": "gw.js"}', "gw.js": ""}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A gateway's repository whose last commit brings the gate."""
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q")
    commit_files(root, NODE)
    assert main(["init", "--repo", str(root), "--action", PIN]) == Exit.PASS
    commit_files(root, {})
    return root


def _refusal(repo: Path, *words: str) -> int:
    return main(["run", "--repo", str(repo), "--base", "HEAD^", "--quiet", *words])


def test_the_first_change_is_told_what_it_is(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rules are read from the base, which has none: no result, the reason, and what to do."""
    assert _refusal(repo) == Exit.NO_RESULT

    told = capsys.readouterr().err
    assert "has no `perfgate.toml`. This change brings the gate" in told
    assert "next:  Review and merge it" in told


def test_the_refusal_is_left_to_upload(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In GitHub Actions it stands where the artifact is made of, so that the comment can tell it."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    _refusal(repo)

    (file,) = repo.glob(".perfgate/runs/*/*.json")
    assert file.name == "failure.json"
    assert "brings the gate" in file.read_text()


@pytest.mark.parametrize("offered", [False, True], ids=["by hand", "by label"])
def test_a_missing_baseline_is_told(repo: Path, capsys: pytest.CaptureFixture[str], offered: bool) -> None:
    """Every way to one is named, the label only where its workflow is."""
    rules = (repo / "perfgate.toml").read_text().replace("baseline = false\n", "")
    if not offered:
        (repo / ".github" / "workflows" / "perf-baseline.yml").unlink()
    commit_files(repo, {"perfgate.toml": rules})
    commit_files(repo, {"gw.js": "// changed\n"})

    assert _refusal(repo) == Exit.NO_RESULT

    told = capsys.readouterr().err
    assert "no baseline is committed, neither at the base" in told
    assert "commit `baselines/gw/fast.json`" in told
    assert "`baseline = false`" in told
    assert ("`perf: update-baselines`" in told) is offered


def test_the_comment_tells_it_too(world: World, repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the measuring job left is shown, and the status says that it is no failure of the code."""
    with pytest.MonkeyPatch.context() as env:
        env.setenv("GITHUB_ACTIONS", "true")
        _refusal(repo)
    (file,) = repo.glob(".perfgate/runs/*/*.json")
    world.upload(zipped({"failure.json": file.read_text()}, folder=""))

    world.wake()

    assert "**Nothing is gated yet**: the base" in world.comment
    assert "**What to do:** Review and merge it" in world.comment
    assert world.status.state == "failure"
    assert world.status.description == "no result: nothing is gated yet; the comment says why"
    assert "nothing is gated yet" in capsys.readouterr().out


def test_numbers_do_not_replace_rules(world: World, tmp_path: Path) -> None:
    """Where workflows came before perfgate.toml, what was measured all the same is judged by nothing."""
    world.repo = tmp_path / "bare"
    world.repo.mkdir()
    git(world.repo, "init", "-q", "--initial-branch=main", ".")
    world.base = world.pull.base_sha = commit(world.repo, "gateway.py", "1\n")
    world.upload(world.texts(a_measured_run(world.base)))

    world.wake()

    assert f"the base `{world.base[:9]}` has no `perfgate.toml`" in world.comment
    assert world.status.description.startswith("no result: nothing is gated yet")
