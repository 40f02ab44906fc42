"""When a first comment is posted: as the base's perfgate.toml or perf-report says."""

from dataclasses import replace
from pathlib import Path

import pytest

from perf.model.speaking import CommentWhen
from tests.github.measured import CONFIG, a_measured_run, a_repository, edited, zipped
from tests.github.world import World

FIXED = "c" * 40


def _fix(world: World) -> None:
    """Push a commit that is as fast as the base, and report on it."""
    world.pull.head_sha = FIXED
    again = world.github.ran(replace(world.run, number=8, head_sha=FIXED))
    texts = edited(world.texts(a_measured_run(world.base, workflow_run=8)), head_sha=FIXED)
    world.github.upload(again, "perfgate-run-1", content=zipped(texts))
    world.wake(again, comment=CommentWhen.ON_FAILURE)


@pytest.mark.parametrize("when", [CommentWhen.ON_FAILURE, CommentWhen.NEVER])
def test_a_pass_needs_no_comment(world: World, when: CommentWhen) -> None:
    """Nobody is disturbed; the commit status says it all the same."""
    world.upload(world.measured())

    world.wake(comment=when)

    assert world.github.comments == []
    assert world.status.state == "success"


@pytest.mark.parametrize("when", [CommentWhen.ALWAYS, CommentWhen.ON_CHANGE, CommentWhen.ON_FAILURE])
def test_a_failure_is_always_told(world: World, when: CommentWhen) -> None:
    """Only `never` keeps a regression out of the conversation."""
    world.upload(world.measured(slowdown=0.25))

    world.wake(comment=when)

    assert "### ❌ Performance gate: failed" in world.comment


def test_a_red_comment_does_not_stay(world: World) -> None:
    """After a fix the comment that exists turns green, though a pass alone would post none."""
    world.upload(world.measured(slowdown=0.25))
    world.wake(comment=CommentWhen.ON_FAILURE)

    _fix(world)

    assert "### ✅ Performance gate: passed" in world.comment


def test_the_base_decides(world: World, tmp_path: Path) -> None:
    """`gate.comment` is read where all rules are: from the base commit."""
    world.repo = tmp_path / "quiet"
    world.repo.mkdir()
    quiet = CONFIG.replace('target = "tiny"', 'target = "tiny"\ncomment = "on-failure"', 1)
    world.base = world.pull.base_sha = a_repository(world.repo, config=quiet)
    world.upload(world.measured())

    world.wake()

    assert world.github.comments == []
    assert world.status.state == "success"


def test_later_steps_can_read_what_came_out(world: World, tmp_path: Path) -> None:
    """Verdict, regressions and the comment's address are outputs of the step."""
    world.upload(world.measured(slowdown=0.25))
    file = tmp_path / "output"

    world.wake(more={"GITHUB_OUTPUT": str(file)})

    told = dict(line.split("=", 1) for line in file.read_text().splitlines())
    assert told["verdict"] == "failed"
    assert int(told["regressions"]) == len(told["regressed"].split(",")) > 0
    assert told["comment-url"].endswith("/pull/7#issuecomment-1")
