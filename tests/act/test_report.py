"""The chain of workflows, run by act: what perf-gate uploads wakes perf-report, which tells."""

import threading
from collections.abc import Iterator

import pytest

from tests.act.house import House
from tests.act.hub import FOLDER, Hub, hub, settled
from tests.doubles.github.state import Fault
from tests.github.measured import CONFIG

pytestmark = pytest.mark.act
REPORT = f"{FOLDER}/perf-report.yml"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """One repository for all tests here: each has a branch of its own in it."""
    return settled(tmp_path_factory.mktemp("house"), {"perfgate.toml": CONFIG})


@pytest.fixture
def github(house: House, request: pytest.FixtureRequest) -> Iterator[Hub]:
    with hub(house, branch=request.node.name) as found:
        yield found


def test_red_turns_green_after_a_fix(github: Hub) -> None:
    """A slower commit gets a red comment and status; the fix turns the same comment green."""
    github.report(github.measured(slowdown=0.25))
    first = github.status
    assert "### ❌ Performance gate: failed" in github.comment
    github.push({"notes.txt": "two\n"})
    github.report(github.measured())

    assert first is not None
    assert first.state == "failure"
    assert "### ✅ Performance gate: passed" in github.comment
    assert github.status is not None
    assert github.status.state == "success"


def test_a_fork_gets_its_comment(github: Hub) -> None:
    """Where the measuring job's token could only read, the report's comments all the same."""
    github.pull.head_repository = "mallory/gateway"
    github.report(github.measured())

    assert "### ✅ Performance gate: passed" in github.comment
    assert github.status is not None
    assert github.status.target_url.endswith("/actions/runs/1")


def test_acceptance_ends_with_the_next_push(github: Hub) -> None:
    """A maintainer's label turns this commit green; the next red one is red again, and the label is off."""
    github.report(github.measured(slowdown=0.25))
    github.label("perf: accept", by="root")
    accepted, comment = github.status, github.comment
    github.push({"notes.txt": "two\n"})
    github.report(github.measured(slowdown=0.25))

    assert accepted is not None
    assert accepted.state == "success"
    assert "`root`" in comment
    assert github.status is not None
    assert github.status.state == "failure"
    assert github.pull.labels == []


def test_nothing_uploaded_is_a_failure(github: Hub) -> None:
    """A job that crashed before it could upload leaves the status red, with the reason."""
    github.report(github.ran("perf-gate.yml", conclusion="failure"))

    assert "### 🚫 Performance gate: no result" in github.comment
    assert github.status is not None
    assert github.status.state == "failure"


def test_a_head_that_moved_is_left_alone(github: Hub) -> None:
    """The report of a commit that is no longer the head says nothing."""
    run = github.measured(slowdown=0.25)
    github.push({"notes.txt": "two\n"})
    github.report(run)

    assert github.github.comments == []
    assert github.github.statuses == []


def test_two_reports_at_once_leave_one_comment(github: Hub) -> None:
    """The older report is held while it posts; the newer one's text is what stays, once."""
    older, newer = github.measured(slowdown=0.25), github.measured()
    held = threading.Event()
    github.github.faults.append(Fault(method="POST", status=0, path="/comments", held=held))
    waiting = threading.Thread(target=github.report, args=(older,))
    waiting.start()
    try:
        while not any(request.startswith("POST") for request in github.github.requests):
            waiting.join(0.05)
        github.report(newer)
    finally:
        held.set()
        waiting.join()

    assert "number=2 attempt=1" in github.comment
    assert "### ✅ Performance gate: passed" in github.comment
    assert github.status is not None
    assert github.status.state == "success"


def test_github_that_stumbles_is_asked_again(github: Hub) -> None:
    """A 502 at a question and at the status delays the report, and changes nothing."""
    github.github.faults += [
        Fault(method="GET", status=502, path="/pulls"),
        Fault(method="POST", status=502, path="/statuses"),
    ]
    github.report(github.measured())

    assert "### ✅ Performance gate: passed" in github.comment
    assert github.status is not None
    assert github.status.state == "success"


def test_a_job_without_the_scope_names_its_line(github: Hub) -> None:
    """Take `statuses: write` out of the workflow, and the job fails with that line to add."""
    text = (github.house.work / REPORT).read_text()
    github.base = github.house.push({REPORT: text.replace("      statuses: write # the verdict\n", "")})
    ended = github.report(github.measured(), code=1)

    assert "statuses: write" in ended.log
    assert github.github.statuses == []
