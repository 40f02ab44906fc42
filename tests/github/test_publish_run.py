"""The trusted side: what it believes of a run that a pull request measured, and what it says."""

from dataclasses import replace
from pathlib import Path

import pytest

from perf.errors import Exit
from perf.model.metric import CONNECTIONS_PER_REQUEST
from perf.model.run import Run
from tests.doubles.github.state import Fault
from tests.github.measured import a_measured_run, a_repository, commit, edited, git, zipped
from tests.github.world import World

_WAIVER = """
[[gate.waivers]]
scenario = "baseline-latency"
part = "sequential"
metric = "connections-per-request"
worst = "1.2"
expires = 2027-01-31
reason = "the pool is on its way"
"""
LIMITED = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


def test_a_good_run_passes(world: World) -> None:
    """Comment and status say so, and both lead to the run that measured."""
    world.upload(world.measured())

    assert world.wake() is Exit.PASS

    assert world.comment.startswith("<!-- perfgate:v1 key=default -->\n<!-- perfgate-run number=5 attempt=1")
    assert "### ✅ Performance gate: passed" in world.comment
    assert world.status.state == "success"
    assert world.status.target_url.endswith("/acme/gateway/actions/runs/5")
    assert len(world.status.description) <= 140


def test_a_regression_fails_whatever_the_run_said(world: World) -> None:
    """The blocks are judged again; the verdict that came with them is compared and told."""
    world.upload(world.measured(slowdown=0.25))

    assert world.wake() is Exit.PASS

    assert "### ❌ Performance gate: failed" in world.comment
    assert "The measuring job called this passed" in world.comment
    assert world.status.state == "failure"
    assert "instructions per request" in world.status.description


def test_red_then_green_is_one_comment(world: World) -> None:
    """After a fix the same comment turns green, and the new commit gets its own status."""
    world.upload(world.measured(slowdown=0.25))
    world.wake()
    fixed = "c" * 40
    world.pull.head_sha = fixed
    again = world.github.ran(replace(world.run, number=8, head_sha=fixed))
    run = a_measured_run(world.base, workflow_run=8)
    texts = edited(world.texts(run), head_sha=fixed)
    world.github.upload(again, "perfgate-run-1", content=zipped(texts))

    world.wake(again)

    assert "### ✅ Performance gate: passed" in world.comment
    assert world.github.status_of(fixed, "perf-gate") is not None
    assert world.status.state == "failure"


def test_the_same_report_is_not_written_twice(world: World) -> None:
    """A second waking finds the comment as it should be."""
    world.upload(world.measured())
    world.wake()

    world.wake()

    assert world.github.count("PATCH") == 0
    assert len(world.github.comments) == 1


def test_a_limit_of_requests_is_waited_out(world: World) -> None:
    """Told to wait by the secondary rate limit, the report waits as long, and says the same."""
    world.github.faults += [
        Fault(method=method, status=403, message=LIMITED, headers=(("Retry-After", "1"),), path=path)
        for method, path in (("GET", "/pulls"), ("POST", "/statuses"))
    ]
    world.upload(world.measured())

    world.wake()

    assert world.github.faults == []
    assert "### ✅ Performance gate: passed" in world.comment
    assert world.status.state == "success"


def test_a_fork_is_found_by_owner_and_branch(world: World) -> None:
    """GitHub names no pull request for a fork's run; commit and repository identify it."""
    world.run.pulls = ()
    world.run.head_repository = world.pull.head_repository = "mallory/gateway"
    world.upload(world.measured())

    world.wake()

    assert world.status.state == "success"


def test_the_same_branch_name_elsewhere_is_not_it(world: World) -> None:
    """A fork's branch with the same name but another commit, or another repository, gets nothing."""
    world.run.head_repository = "mallory/gateway"
    world.upload(world.measured())

    world.wake()

    assert (world.github.comments, world.github.statuses) == ([], [])


def test_a_moved_head_drops_the_report(world: World) -> None:
    """Nobody wants to read about a commit that has been replaced."""
    world.upload(world.measured(slowdown=0.25))
    world.pull.head_sha = "d" * 40

    world.wake()

    assert (world.github.comments, world.github.statuses) == ([], [])


def test_an_older_run_keeps_silent(world: World) -> None:
    """Of two runs of one commit the later one speaks, in whatever order they are reported."""
    world.upload(world.measured(slowdown=0.25))
    newer = world.github.ran(replace(world.run, number=8))
    run = a_measured_run(world.base, workflow_run=8)
    world.github.upload(newer, "perfgate-run-1", content=zipped(world.texts(run)))

    world.wake(newer)
    world.wake(world.run)

    assert "passed" in world.comment
    assert [status.state for status in world.github.statuses] == ["success", "success"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"head_sha": "e" * 40}, "commit"),
        ({"pull_request": 8}, "pull request 8"),
        ({"workflow_run": 4}, "workflow run 4"),
        ({"workflow_attempt": 2}, "attempt 2"),
        ({"repository": "mallory/gateway"}, "repository"),
        ({"target": "other"}, "target other"),
        ({"suite": "tiny"}, "suite tiny"),
        ({"base": None, "mode": "baseline-only"}, "not compared with a build of the base"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_run_that_is_not_this_one_is_refused(world: World, change: dict[str, object], reason: str) -> None:
    """Commit, pull request, run, repository, target, suite and base must be those that GitHub knows."""
    world.upload(edited(world.measured(), **change))

    world.wake()

    assert "### 🚫 Performance gate: no result" in world.comment
    assert reason in world.comment
    assert world.status.state == "failure"
    assert world.status.description.startswith("no result: the check of the artifact failed")


def test_another_base_is_refused(world: World, tmp_path: Path) -> None:
    """A commit that was replaced long before the run, or that is not on the branch, is no base."""
    repo = tmp_path / "moved"
    repo.mkdir()
    old = a_repository(repo)
    commit(repo, "later.py", "2\n", date="2026-11-21T12:00:00Z")
    tip = commit(repo, "latest.py", "3\n", date="2026-11-23T08:30:00Z")
    world.repo, world.pull.base_sha = repo, tip
    for base in (old, "b" * 40):
        world.github.comments.clear()
        world.github.artifacts.clear()
        world.upload(world.texts(a_measured_run(base)))

        world.wake()

        assert "not with the base of this change" in world.comment


def test_the_rules_are_those_of_the_base(world: World, tmp_path: Path) -> None:
    """A limit that the base commit sets decides, whatever the default branch says now."""
    repo = tmp_path / "strict"
    repo.mkdir()
    a_repository(repo)
    strict = (repo / "perfgate.toml").read_text() + "\n[gate.limits]\n"
    base = commit(repo, "perfgate.toml", strict.replace("[gate.limits]\n", ""))
    world.repo, world.base = repo, base
    world.upload(world.measured())

    world.wake()

    assert f"`{base[:7]}`" in world.comment


@pytest.mark.parametrize("waived", [True, False], ids=["by the base", "by the change"])
def test_a_miss_is_waived_by_the_base_and_never_by_the_change(
    world: World, tmp_path: Path, waived: bool
) -> None:
    """The waiver that counts is the base commit's; one that came later waives nothing."""
    repo = tmp_path / "waiving"
    repo.mkdir()
    world.repo, world.base = repo, a_repository(repo)
    if not waived:
        git(repo, "checkout", "--quiet", "-b", "change")
    own = commit(repo, "perfgate.toml", (repo / "perfgate.toml").read_text() + _WAIVER)
    world.base = own if waived else world.base
    world.pull.base_sha = world.base
    world.upload(world.texts(_missing(a_measured_run(world.base))))

    world.wake()

    assert world.status.state == ("success" if waived else "failure")
    assert ("waived until 2027-01-31: the pool is on its way" in world.comment) is waived
    assert ('worst = "1.48"' in world.comment) is not waived


@pytest.mark.parametrize(
    ("started_at", "holds"),
    [
        pytest.param("2027-01-31T23:59:59Z", True, id="on-its-last-day"),
        pytest.param("2027-02-01T00:00:00Z", False, id="run-again-after-it"),
    ],
)
def test_the_day_of_a_waiver_is_that_which_github_tells(
    world: World, tmp_path: Path, started_at: str, holds: bool
) -> None:
    """A run that says it is of a year ago, or of the year 2999, revives no waiver and ends none."""
    repo = tmp_path / "waived"
    repo.mkdir()
    world.repo, _ = repo, a_repository(repo)
    own = commit(repo, "perfgate.toml", (repo / "perfgate.toml").read_text() + _WAIVER)
    world.base = world.pull.base_sha = own
    world.run.started_at = started_at
    says = "2999-01-01T00:00:00Z" if holds else "2026-01-01T00:00:00Z"
    world.upload(edited(world.texts(_missing(a_measured_run(world.base))), started_at=says))

    world.wake()

    assert world.status.state == ("success" if holds else "failure")
    assert ("waived until 2027-01-31" in world.comment) is holds


@pytest.mark.parametrize("says", ["", "soon", "0000-01-01T00:00:00Z", "2026-02-31T00:00:00Z", "2026-W48-1"])
def test_a_time_that_is_none_gives_no_result(world: World, says: str) -> None:
    """Such a run was not written by perfgate, whatever its numbers say."""
    world.upload(edited(world.measured(slowdown=0.25), started_at=says))

    assert world.wake() is Exit.PASS

    assert "### 🚫 Performance gate: no result" in world.comment
    assert world.status.description.startswith("no result: the check of the artifact failed")


def _missing(run: Run) -> Run:
    """The same run of a gateway that opens a connection for each request of one part."""
    opened = {CONNECTIONS_PER_REQUEST.name: 1.0}
    return replace(
        run,
        blocks=tuple(
            replace(
                block,
                parts=tuple(
                    replace(part, values={**part.values, **opened}) if part.part == "sequential" else part
                    for part in block.parts
                ),
            )
            for block in run.blocks
        ),
    )


def test_a_scenario_that_was_left_out_is_no_result(world: World) -> None:
    """What the base gates must have been measured; leaving it out is not passing it."""
    run = a_measured_run(world.base)
    blocks = tuple(
        replace(block, parts=tuple(part for part in block.parts if part.scenario != "baseline-latency"))
        for block in run.blocks
    )
    header = replace(run.header, scenarios=("rig-latency", "rig-streaming"))
    world.upload(world.texts(replace(run, header=header, blocks=blocks)))

    world.wake()

    assert "no numbers of baseline-latency, which" in world.comment
    assert world.status.state == "failure"
