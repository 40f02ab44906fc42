"""The labels of a pull request: who may set them, for which commit, and what they then change."""

import pytest

from tests.github.measured import edited
from tests.github.world import EARLIER, LATER, World


def test_acceptance_by_label(world: World) -> None:
    """Someone who may write accepts the regressions of this commit: success, with the name."""
    world.upload(world.measured(slowdown=0.25))
    world.wake()
    world.github.set_label(7, "perf: accept", login="ada", at=LATER)

    world.wake(world.labelled())

    assert "### ☑️ Performance gate:" in world.comment
    assert "Accepted by `ada`" in world.comment
    assert world.status.state == "success"
    assert world.status.description.startswith("accepted by @ada: ")


def test_taking_the_label_off_takes_it_back(world: World) -> None:
    """Labels are read as they are: without it the commit is red again."""
    world.upload(world.measured(slowdown=0.25))
    world.github.set_label(7, "perf: accept", login="ada", at=LATER)
    world.wake()
    world.pull.labels = []

    world.wake(world.labelled())

    assert world.status.state == "failure"


@pytest.mark.parametrize("asked", [True, False], ids=["asked for", "chosen by the run"])
def test_the_larger_suite_takes_its_label(world: World, asked: bool) -> None:
    """A run may have measured another suite than the base gates only where the label asks for it."""
    world.upload(edited(world.measured(), suite="medium"))
    if asked:
        world.github.set_label(7, "perf: full", login="ada", at=EARLIER)

    world.wake()

    assert ("measured suite medium" in world.comment) != asked


@pytest.mark.parametrize("login", ["ada", "eve"], ids=["may write", "may not"])
def test_the_smaller_suite_is_told_under_the_label(world: World, login: str) -> None:
    """Set after the push, the label cannot change what was measured: the verdict counts, with a caution."""
    world.upload(world.measured())
    world.github.set_label(7, "perf: full", login=login, at=LATER)

    world.wake(world.labelled())

    assert ("measured with `fast`. It counts from the next push on." in world.comment) == (login == "ada")
    assert "### ✅ Performance gate: passed" in world.comment
    assert world.status.state == "success"


def test_acceptance_takes_write_permission(world: World) -> None:
    """Triage may label as well; it may not accept, and the comment says why nothing happened."""
    world.github.roles["eve"] = "triage"
    world.upload(world.measured(slowdown=0.25))
    world.github.set_label(7, "perf: accept", login="eve", at=LATER)

    world.wake()

    assert world.status.state == "failure"
    assert "`eve` may not write to this repository" in world.comment


def test_acceptance_is_lost_after_a_push(world: World) -> None:
    """A label older than the run of this commit was meant for another: it has no effect and is taken off."""
    world.upload(world.measured(slowdown=0.25))
    world.github.set_label(7, "perf: accept", login="ada", at=EARLIER)

    world.wake()

    assert world.status.state == "failure"
    assert world.pull.labels == []
    assert "was set before this commit was pushed" in world.comment


def test_acceptance_accepts_no_missing_result(world: World) -> None:
    """What was not measured cannot be wanted."""
    world.github.set_label(7, "perf: accept", login="ada", at=LATER)

    world.wake()

    assert world.status.state == "failure"


def test_skipping_is_said(world: World) -> None:
    """A change that is not measured is success with a name, never silence."""
    world.github.set_label(7, "perf: skip", login="ada", at=EARLIER)

    world.wake()

    assert "### ⏭️ Performance gate: skipped" in world.comment
    assert "Skipped by `ada`" in world.comment
    assert (world.status.state, world.status.description) == (
        "success",
        "skipped by @ada: nothing was judged",
    )


@pytest.mark.parametrize("login", ["eve", "ada"], ids=["no permission", "older than a fork's push"])
def test_skipping_is_not_for_everybody(world: World, login: str) -> None:
    """Without write permission, or for a fork that pushed since, a run that measured nothing fails."""
    if login == "ada":
        world.run.head_repository = world.pull.head_repository = "mallory/gateway"
    world.github.set_label(7, "perf: skip", login=login, at=EARLIER)

    world.wake()

    assert world.status.state == "failure"
