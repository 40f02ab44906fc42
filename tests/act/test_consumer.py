"""A repository of somebody else, with a gateway in Node, gated by twelve lines of YAML."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from perf.store.runs import read_run
from tests.act.house import PROJECT, House, project_files, write
from tests.tools import tool

pytestmark = pytest.mark.act
CONSUMER = PROJECT / "tests" / "consumer"
WORKFLOW = ".github/workflows/perf-gate.yml"
HEAD_SHA = "a" * 40
PULL = {"number": 7, "labels": [], "head": {"sha": HEAD_SHA}}
MEND = "  const provider ="
BREAK = (
    '  if (turn % 20 === 19) {\n    turn += 1;\n    refuse(response, 503, "try later");\n    return;\n  }\n'
)
WITH = """        id: perfgate
        with: {scenario: "1"}
      - if: always()
        env:
          CODE: ${{ steps.perfgate.outputs.exit-code }}
          VERDICT: ${{ steps.perfgate.outputs.verdict }}
        run: echo "the gate says $VERDICT, exit code $CODE"
"""
SHORT = "[gate]\nlooks = [1]\nbaseline = false\n"


def test_a_broken_gateway_of_another_repository_is_never_green(tmp_path: Path) -> None:
    """A change that refuses a twentieth of the requests fails the job, and what was measured is uploaded."""
    tool("node", package="nodejs")
    house = House(root=tmp_path)
    write(tmp_path / "repositories" / "perfgate", project_files())
    files = {
        path.relative_to(CONSUMER).as_posix(): path.read_text()
        for path in CONSUMER.rglob("*")
        if path.is_file()
    }
    files["perfgate.toml"] = files["perfgate.toml"].replace("[gate]\n", SHORT)
    files[WORKFLOW] += WITH
    house.begin(files)
    gateway = files["src/gateway.mjs"].replace(MEND, BREAK + MEND)
    house.push({"src/gateway.mjs": gateway}, branch="worse")
    ended = house.act(
        "perf-gate.yml",
        event="pull_request",
        payload={"number": 7, "pull_request": PULL},
        sha=house.merge("worse", ref="refs/pull/7/merge"),
        env={},
    )

    assert ended.code == 1, ended.log
    assert re.search(r"the gate says (failed, exit code 1|no-result, exit code 3)", ended.log), ended.log
    with zipfile.ZipFile(io.BytesIO(ended.artifacts["perfgate-run-1"])) as archive:
        archive.extractall(tmp_path / "uploaded")
    (directory,) = (tmp_path / "uploaded").iterdir()
    run = read_run(directory)
    assert run.header.target == "node"
    assert run.header.head_sha == HEAD_SHA
    assert len(run.blocks) == 1
    assert {path.name for path in directory.iterdir()} == {"run.json", "blocks.jsonl", "verdict.json"}
