"""The measuring workflows, run by act on a gateway in Node: what is uploaded is real, and is reported."""

import io
import re
import zipfile
from collections.abc import Iterator

import pytest

from tests.act.house import PROJECT, House
from tests.act.hub import Hub, hub, settled
from tests.tools import tool

pytestmark = pytest.mark.act
CONSUMER = PROJECT / "tests" / "consumer"
GATEWAY = (CONSUMER / "src" / "gateway.mjs").read_text(encoding="utf-8")
SHORT = 'looks = [2]\nalpha = 0.0001\nbaseline = false\ninstructions = "off"\n'
CONFIG = (
    (CONSUMER / "perfgate.toml")
    .read_text(encoding="utf-8")
    .replace("[gate]\n", "[gate]\n" + SHORT)
    .replace('"openai-chat", "streaming"', '"openai-chat"')
)
PLACE = "  const provider ="
REFUSE = '  if (turn % 20 === 19) {\n    turn += 1;\n    refuse(response, 503, "later");\n    return;\n  }\n'


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """One repository for all tests here, whose gateway is the one in Node."""
    tool("node", package="nodejs")
    root = tmp_path_factory.mktemp("house")
    return settled(root, {"perfgate.toml": CONFIG, "src/gateway.mjs": GATEWAY})


@pytest.fixture
def github(house: House, request: pytest.FixtureRequest) -> Iterator[Hub]:
    with hub(house, branch=request.node.name) as found:
        yield found


def test_a_real_loss_is_never_green(github: Hub) -> None:
    """A gateway that refuses a twentieth of its requests: job, comment and status are red.

    What was measured passes every check of the trusted side and is judged there, from two blocks: too few
    for a control to hold, so that it comes to no result unless a criterion is missed, which is as red.
    """
    github.push({"src/gateway.mjs": GATEWAY.replace(PLACE, REFUSE + PLACE)})
    run, ended = github.measure()
    assert ended.code == 1, ended.log
    github.report(run)

    assert re.search(r"### (❌|🚫) Performance gate", github.comment)
    assert "`controls/planted`" in github.comment
    assert github.status is not None
    assert github.status.state == "failure"


def test_a_gateway_that_does_not_start_is_no_result(github: Hub) -> None:
    """The measuring job ends with the gateway's own last lines, and the comment has them."""
    github.push({"src/gateway.mjs": 'throw new Error("no configuration");\n'})
    run, ended = github.measure()
    assert ended.code == 1, ended.log
    github.report(run)

    assert "### 🚫 Performance gate: no result" in github.comment
    assert "no configuration" in github.comment
    assert github.status is not None
    assert github.status.state == "failure"


def test_a_long_run_is_started_by_hand(github: Hub) -> None:
    """The inputs of the dispatch choose what is measured; blocks and reports are kept."""
    inputs = {"suite": "fast", "scenario": "1", "base": "HEAD", "duration": "", "target": "", "ref": ""}
    ended = github.house.act(
        "perf-long.yml", event="workflow_dispatch", payload={"inputs": inputs}, sha=github.base, env={}
    )

    assert "Performance gate:" in ended.log, ended.log
    with zipfile.ZipFile(io.BytesIO(ended.artifacts["perfgate-long-1"])) as archive:
        texts = {name.rpartition("/")[2]: archive.read(name).decode() for name in archive.namelist()}
    assert {"run.json", "blocks.jsonl", "verdict.json"} <= set(texts)
    assert "raw data in artifact <code>perfgate-long-1</code>" in texts["report.html"]
