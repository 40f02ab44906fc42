"""The trusted side: what it believes of a run that a pull request measured, and what it says."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from perf.commands.publish_run import MEASURING, publish_run
from perf.errors import Exit, StatusError
from perf.model.run import Run as MeasuredRun
from perf.model.verdict import Failure, State
from perf.store.runs import write_failure
from tests.doubles.github.server import github_double
from tests.doubles.github.state import REPOSITORY_ID, Fault, GithubDouble, Pull, Run, Status
from tests.github.measured import (
    HEAD_SHA,
    a_measured_run,
    a_repository,
    commit,
    edited,
    texts_of,
    zipped,
)
from tests.judged import a_verdict

SCOPES = {"actions": "read", "contents": "read", "pull-requests": "write", "statuses": "write"}
LABELLING = ".github/workflows/perf-label.yml"
EARLIER, LATER = "2026-11-23T08:00:00Z", "2026-11-23T09:30:00Z"


@dataclass(slots=True, kw_only=True)
class World:
    """A repository with pull request 7, whose measuring run is number 5."""

    github: GithubDouble
    repo: Path
    base: str
    folder: Path
    run: Run
    pull: Pull

    def measured(self, *, slowdown: float = 0.0) -> dict[str, str]:
        """The files of a sound run."""
        return self.texts(a_measured_run(self.base, slowdown=slowdown))

    def texts(self, run: MeasuredRun, *, said: State = State.PASSED) -> dict[str, str]:
        """The files of any run."""
        self.folder = self.folder / "next"
        return texts_of(run, self.folder, verdict=a_verdict(state=said))

    def upload(self, content: bytes | dict[str, str]) -> None:
        """Let run 5 leave an artifact."""
        packed = content if isinstance(content, bytes) else zipped(content)
        self.github.upload(self.run, f"perfgate-run-{self.run.attempt}", content=packed)

    def wake(self, waking: Run | None = None, *, scopes: dict[str, str] | None = None) -> Exit:
        """Run the command as perf-report does once `waking` is complete."""
        env = self.env(waking, scopes=SCOPES if scopes is None else scopes)
        return publish_run(self.repo, workflow=MEASURING, dry_run=False, env=env)

    def env(self, waking: Run | None = None, *, scopes: dict[str, str] = SCOPES) -> dict[str, str]:
        """GitHub's variables in perf-report."""
        number = (waking or self.run).number
        token = self.github.token({"actions": "read"})
        told = httpx.get(
            f"{self.github.url}/repos/acme/gateway/actions/runs/{number}",
            headers={"authorization": f"Bearer {token}"},
            trust_env=False,
        ).json()
        event = self.folder.parent / "event.json"
        repository = {**told["repository"], "id": REPOSITORY_ID}
        event.write_text(json.dumps({"workflow_run": told, "repository": repository}))
        return {
            "GITHUB_TOKEN": self.github.token(scopes),
            "GITHUB_API_URL": self.github.url,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_EVENT_NAME": "workflow_run",
            "GITHUB_REPOSITORY": "acme/gateway",
            "GITHUB_SHA": self.base,
            "GITHUB_RUN_ID": "99",
            "GITHUB_RUN_NUMBER": "99",
            "GITHUB_RUN_ATTEMPT": "1",
        }

    @property
    def status(self) -> Status:
        """The commit status of the head."""
        found = self.github.status_of(HEAD_SHA, "perf-gate")
        assert found is not None
        return found

    @property
    def comment(self) -> str:
        """The one comment."""
        (comment,) = self.github.comments
        return comment.body

    def labelled(self) -> Run:
        """The run of perf-label that a label starts."""
        return self.github.ran(replace(self.run, number=6, path=LABELLING, created_at=LATER))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The default branch and the base commit."""
    repo = tmp_path_factory.mktemp("checkout")
    return repo, a_repository(repo)


@pytest.fixture
def world(tmp_path: Path, checkout: tuple[Path, str]) -> Iterator[World]:
    repo, base = checkout
    with github_double() as github:
        pull = Pull(
            number=7,
            head_repository="acme/gateway",
            head_branch="faster",
            head_sha=HEAD_SHA,
            base_branch="main",
            base_sha=base,
        )
        run = Run(
            number=5,
            path=MEASURING,
            event="pull_request",
            head_sha=HEAD_SHA,
            head_branch="faster",
            pulls=(7,),
        )
        github.open(pull)
        github.ran(run)
        yield World(github=github, repo=repo, base=base, folder=tmp_path / "runs", run=run, pull=pull)
        assert github.leaks == []


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
    assert "slower" in world.status.description


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

    assert "The build failed: it broke `@octocat`" in world.comment
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
    """A queue has no pull request to comment on; its commit is judged by the default branch's rules."""
    world.run.event, world.run.pulls = "merge_group", ()
    world.run.head_branch = "gh-readonly-queue/main/pr-7"
    world.upload(edited(world.measured(), pull_request=0))

    world.wake()

    assert world.github.comments == []
    assert world.status.state == "success"


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

    publish_run(world.repo, workflow=MEASURING, dry_run=True, env=world.env())

    printed = capsys.readouterr().out
    assert "### ✅ Performance gate: passed" in printed
    assert "commit status perf-gate: success, " in printed
    assert world.github.count("POST") == 0
