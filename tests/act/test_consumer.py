"""A repository of somebody else, with a gateway in Node, gated by twelve lines of YAML in either way."""

import re

import pytest

from perf.commands.rejudging import opened
from tests.act.house import PERFGATE, PROJECT, Ended, House
from tests.rules.test_action import PAGE, YAML
from tests.tools import tool

pytestmark = pytest.mark.act
CONSUMER = PROJECT / "tests" / "consumer"
WORKFLOW = ".github/workflows/perf-gate.yml"
SOURCE = "src/gateway.mjs"
PIN = "0" * 40
HEAD_SHA = "a" * 40
PULL = {"number": 7, "labels": [], "head": {"sha": HEAD_SHA}}
MEND = "  const provider ="
BREAK = (
    '  if (turn % 20 === 19) {\n    turn += 1;\n    refuse(response, 503, "try later");\n    return;\n  }\n'
)
TELLING = """        id: perfgate
        with: {scenario: "1"}
      - if: always()
        env:
          CODE: ${{ steps.perfgate.outputs.exit-code }}
          VERDICT: ${{ steps.perfgate.outputs.verdict }}
        run: echo "the gate says $VERDICT, exit code $CODE"
"""
ASKING = f"""    with: {{scenario: "1", perfgate-repository: {PERFGATE}, perfgate-ref: "{PIN}"}}
"""
SHORT = "[gate]\nlooks = [2]\nbaseline = false\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Their repository, and ours beside it."""
    tool("node", package="nodejs")
    house = House(root=tmp_path_factory.mktemp("house"))
    house.bring_perfgate()
    files = {
        path.relative_to(CONSUMER).as_posix(): path.read_text()
        for path in CONSUMER.rglob("*")
        if path.is_file()
    }
    house.begin({**files, "perfgate.toml": files["perfgate.toml"].replace("[gate]\n", SHORT)})
    return house


def _gated(house: House, *, workflow: str, gateway: str, branch: str) -> Ended:
    """Run their workflow on a pull request that changes the gateway; our commit is the one it pins."""
    text = workflow.replace(PIN, house.own_commit)
    house.push({SOURCE: gateway, WORKFLOW: text}, branch=branch)
    sha = house.merge(branch, ref="refs/pull/7/merge")
    payload = {"number": 7, "pull_request": PULL}
    return house.act("perf-gate.yml", event="pull_request", payload=payload, sha=sha, env={})


def test_the_workflow_finds_a_loss_of_theirs(house: House) -> None:
    """One that refuses a twentieth of the requests fails the caller's job, and the numbers are uploaded."""
    _, example = YAML.findall(PAGE)
    gateway = (CONSUMER / SOURCE).read_text().replace(MEND, BREAK + MEND)
    ended = _gated(house, workflow=example + ASKING, gateway=gateway, branch="worse")

    assert ended.code == 1, ended.log
    assert re.search(r"set-output:: verdict=(failed|no-result)$", ended.log, re.MULTILINE), ended.log
    run = opened(ended.artifacts["perfgate-run-1"]).run
    assert run is not None
    assert (run.header.target, run.header.head_sha, len(run.blocks)) == ("node", HEAD_SHA, 2)


def test_the_action_tells_that_theirs_does_not_start(house: House) -> None:
    """No verdict is a failure with a name, and the reason is uploaded."""
    workflow = (CONSUMER / WORKFLOW).read_text()
    gateway = 'throw new Error("no configuration");\n'
    ended = _gated(house, workflow=workflow + TELLING, gateway=gateway, branch="silent")

    assert ended.code == 1, ended.log
    assert "the gate says no-result, exit code 3" in ended.log
    failure = opened(ended.artifacts["perfgate-run-1"]).failure
    assert failure is not None
    assert "no configuration" in "\n".join(failure.log)
