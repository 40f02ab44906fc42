"""Labels, forks and merge groups, run by act: only the measuring itself has a stand-in."""

import re
from collections.abc import Iterator, Mapping

import httpx
import pytest

from tests.act.house import House
from tests.act.hub import FOLDER, NUMBER, Hub, hub, settled
from tests.act.standin import VERB
from tests.doubles.github.jobs import scopes_of
from tests.doubles.github.state import FULL_NAME
from tests.github.measured import CONFIG

pytestmark = pytest.mark.act
GATE = f"{FOLDER}/perf-gate.yml"
LOOSE = """
[gate.limits]
cpu-per-request = 1.0
e2e-p50 = 1.0
instructions-per-request = 1.0
instructions-per-delta = 1.0
qps = 1.0
connections-per-request = 1.0
upstream-bytes-per-request = 1.0
"""
BEFORE = "2026-11-23T08:00:00Z"
READS = "      contents: read\n"
WISHES = """\
      contents: write
      pull-requests: write
      statuses: write
"""
STEP = """\
      - name: Write with the token
        if: ${{ always() }}
        env:
          TOKEN: ${{ github.token }}
          HEAD: ${{ github.event.pull_request.head.sha }}
        run: '"$STUB_PYTHON" attack.py'
"""
ATTACK = """\
import os

import httpx

head = {"authorization": "Bearer " + os.environ["TOKEN"]}
status = {"state": "success", "context": "perf-gate"}
for method, path, body in (
    ("POST", "/issues/7/comments", {"body": "passed"}),
    ("POST", "/statuses/" + os.environ["HEAD"], status),
    ("POST", "/issues/7/labels", {"labels": ["perf: accept"]}),
    ("POST", "/git/refs", {"ref": "refs/heads/mine", "sha": os.environ["HEAD"]}),
):
    answer = httpx.request(
        method, os.environ["GITHUB_API_URL"] + "/repos/acme/gateway" + path, json=body, headers=head
    )
    print("answer", path.split("/")[1], answer.status_code)
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """One repository for all tests here: each has a branch of its own in it."""
    root = tmp_path_factory.mktemp("house")
    return settled(root, {"perfgate.toml": CONFIG, "scripts/gate": VERB})


@pytest.fixture
def github(house: House, request: pytest.FixtureRequest) -> Iterator[Hub]:
    with hub(house, branch=request.node.name) as found:
        yield found


def _may_write(github: Hub, scopes: Mapping[str, str]) -> bool:
    """Whether GitHub takes a status from a job with these rights."""
    answer = httpx.post(
        f"{github.github.url}/repos/{FULL_NAME}/statuses/{github.pull.head_sha}",
        headers={"authorization": f"Bearer {github.github.token(scopes)}"},
        json={"state": "success", "context": "mine"},
        trust_env=False,
    )
    return answer.status_code == httpx.codes.CREATED


def test_what_is_skipped_is_told(github: Hub) -> None:
    """The label keeps the job from measuring; comment and status say so, and who set it."""
    github.github.set_label(NUMBER, "perf: skip", login="root", at=BEFORE)
    run, ended = github.measure()
    github.report(run)

    assert (ended.code, ended.artifacts) == (0, {}), ended.log
    assert "### ⏭️ Performance gate: skipped" in github.comment
    assert "Skipped by `root`" in github.comment
    assert github.status is not None
    assert (github.status.state, github.status.description) == (
        "success",
        "skipped by @root: nothing was judged",
    )


def test_the_larger_suite_is_measured_and_judged(github: Hub) -> None:
    """The label orders the medium suite, and the report judges all of it."""
    github.github.set_label(NUMBER, "perf: full", login="root", at=BEFORE)
    run, ended = github.measure()
    assert ended.code == 0, ended.log
    github.report(run)

    assert "### ✅ Performance gate: passed" in github.comment
    assert "`memory-leak" in github.comment
    assert github.status is not None
    assert github.status.state == "success"


def test_a_forks_token_only_reads(github: Hub) -> None:
    """A fork's workflow asks for every right and writes at once: refused, while its run is judged as any."""
    github.pull.head_repository = "mallory/gateway"
    github.pull.files = (GATE,)
    text = github.github.run_git("show", f"main:{GATE}").decode()
    asking = text.replace(READS, WISHES) + STEP
    github.push({GATE: asking, "attack.py": ATTACK, "slowdown": "0.25"})
    run, ended = github.measure()
    assert (github.github.comments, github.github.statuses, github.pull.labels) == ([], [], [])
    github.report(run)

    assert ended.code == 1, ended.log
    answers = re.findall(r"answer (\w+ \d+)", ended.log)
    assert answers == ["issues 403", "statuses 403", "issues 403", "git 403"]
    assert f"This pull request changes files of the gate itself: `{GATE}`" in github.comment
    assert github.status is not None
    assert github.status.state == "failure"
    assert _may_write(github, scopes_of(asking, "measure"))
    assert not _may_write(github, scopes_of(asking, "measure", from_fork=True))


def test_a_merge_group_is_judged_by_what_it_follows(github: Hub) -> None:
    """The group before it has other limits than main: they decide, and the queue gets a status alone."""
    ahead = github.house.push({"perfgate.toml": CONFIG + LOOSE}, branch="ahead")
    github.push({"slowdown": "0.25"})
    run, ended = github.queue(on=ahead)
    github.report(run)

    assert ended.code == 1, ended.log
    assert github.github.comments == []
    assert github.status is not None
    assert github.status.state == "success"
