"""What the trusted side says where there is nothing to judge, little to say, or no right to say it."""

from pathlib import Path

import pytest

from perf.commands.publish_run import MEASURING, publish_run
from perf.errors import Exit, StatusError
from perf.model.verdict import Failure
from perf.store.runs import write_failure
from tests.doubles.github.state import Fault
from tests.github.measured import edited
from tests.github.world import SCOPES, World


def test_a_missing_artifact_is_no_result(world: World) -> None:
    """A job that crashed before it uploaded anything fails, with the reason."""
    world.run.conclusion = "failure"

    world.wake()

    assert "### 🚫 Performance gate: no result" in world.comment
    assert "It ended as `failure` and uploaded nothing" in world.comment
    assert world.status.state == "failure"
    assert "measuring job failed" in world.status.description


def test_a_run_without_a_verdict_is_no_result(world: World) -> None:
    """A job that was killed in the middle has blocks, and no look at which to judge them."""
    texts = world.measured()
    del texts["verdict.json"]
    world.upload(texts)

    world.wake()

    assert "cut off before it came to a verdict" in world.comment
    assert world.status.state == "failure"


def test_a_failure_is_told_with_its_phase(world: World, tmp_path: Path) -> None:
    """What the job itself said went wrong is shown, as code."""
    failure = Failure(
        phase="build", what="it broke @octocat", where="here", cure="mend it", log=("</details> <b>",)
    )
    write_failure(tmp_path / "failed", failure)
    world.upload({"failure.json": (tmp_path / "failed" / "failure.json").read_text()})

    world.wake()

    assert "**The build failed**: it broke `@octocat`." in world.comment
    assert "octocat" not in world.status.description


def test_a_spoofed_comment_is_not_ours(world: World) -> None:
    """A marker that somebody else wrote is left alone, and our comment is posted beside it."""
    spoofed = world.github.add("<!-- perfgate:v1 key=default -->\n### ✅ passed", login="mallory")
    world.upload(world.measured(slowdown=0.25))

    world.wake()

    assert [comment.login for comment in world.github.comments] == ["mallory", "github-actions[bot]"]
    assert spoofed.body.endswith("passed")


def test_a_change_of_the_gate_is_pointed_out(world: World) -> None:
    """Its rules are not used, but its measuring was: the reviewer is told, the verdict stays."""
    world.pull.files = ("gateway.py", ".github/workflows/perf-gate.yml", "perfgate.toml")
    world.upload(world.measured())

    world.wake()

    assert (
        "changes files of the gate itself: `.github/workflows/perf-gate.yml`, `perfgate.toml`"
        in world.comment
    )
    assert world.status.state == "success"


def test_a_foreign_workflow_says_nothing(world: World) -> None:
    """A fork may call any workflow perf-gate; only the file that measures is listened to."""
    world.run.path = ".github/workflows/evil.yml"
    world.upload(world.measured())

    world.wake()

    assert (world.github.comments, world.github.statuses) == ([], [])


def test_a_merge_group_gets_a_status_and_no_comment(world: World) -> None:
    """A queue has no pull request to comment on."""
    world.run.event, world.run.pulls = "merge_group", ()
    world.run.head_branch = f"gh-readonly-queue/main/pr-7-{world.base}"
    world.upload(edited(world.measured(), pull_request=0))

    world.wake()

    assert world.github.comments == []
    assert world.status.state == "success"


@pytest.mark.parametrize("queued_on", ["b" * 40, ""], ids=["another commit", "a name without a commit"])
def test_a_merge_group_was_compared_with_what_it_follows(world: World, queued_on: str) -> None:
    """Only the commit that GitHub queued the group on is its base, also where another one was measured."""
    world.run.event, world.run.pulls = "merge_group", ()
    world.run.head_branch = f"gh-readonly-queue/main/pr-7-{queued_on}"
    world.upload(edited(world.measured(), pull_request=0))

    world.wake()

    assert world.status.state == "failure"
    assert world.status.description.startswith("no result: the check of the artifact failed")


@pytest.mark.parametrize(
    ("status", "conclusion"),
    [("in_progress", None), ("completed", "action_required")],
    ids=["going on", "approval"],
)
def test_a_run_that_is_not_over_says_nothing(world: World, status: str, conclusion: str | None) -> None:
    """While a run goes on, or waits for approval, another event will come."""
    world.run.status, world.run.conclusion = status, conclusion

    world.wake()

    assert (world.github.comments, world.github.statuses) == ([], [])


def test_a_refused_comment_changes_no_verdict(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """The status is set all the same, and the missing line is named."""
    world.upload(world.measured())

    code = world.wake(scopes={**SCOPES, "pull-requests": "read"})

    assert code is Exit.PASS
    assert world.status.state == "success"
    assert "permissions:\n  pull-requests: write" in capsys.readouterr().err


@pytest.mark.parametrize("scope", ["actions", "statuses"])
def test_what_hides_the_verdict_is_an_error(world: World, scope: str) -> None:
    """Without these rights nobody would see the verdict: the job fails and names the line."""
    world.upload(world.measured())

    with pytest.raises(StatusError) as caught:
        world.wake(scopes={**SCOPES, scope: "none"})

    assert f"permissions:\n  {scope}:" in caught.value.cure


def test_a_status_survives_a_502(world: World) -> None:
    """Saying it twice is saying it once, so it is said again."""
    world.upload(world.measured())
    world.github.faults.append(Fault(method="POST", status=502, path="/statuses/"))

    world.wake()

    assert world.status.state == "success"


def test_a_dry_run_writes_nothing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Comment and status are printed."""
    world.upload(world.measured())

    publish_run(world.repo, workflow=MEASURING, comment=None, dry_run=True, env=world.env())

    printed = capsys.readouterr().out
    assert "### ✅ Performance gate: passed" in printed
    assert "commit status perf-gate: success, " in printed
    assert world.github.count("POST") == 0
