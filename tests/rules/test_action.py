"""docs/reference/action.md and the workflows' linters agree with action.yml, gate.yml and the rest."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.rules.source import ROOT

PAGE = (ROOT / "docs" / "reference" / "action.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(?P<name>[\w-]+)` \|(?: `?(?P<default>[^|`]*?)`? \|)?", re.MULTILINE)
YAML = re.compile(r"^```yaml\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)
FEW = 12
OF_THE_WORKFLOW = {"runner", "perfgate-repository", "perfgate-ref"}
TOOLS = Path(sys.executable).parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = [ROOT / "action.yml", *sorted((ROOT / ".github" / "actions").rglob("action.yml"))]
LINTERS = {
    "actionlint": ["actionlint"],
    "zizmor": ["zizmor", "--offline", "--no-progress", "."],
    "workflows": ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS)],
    "actions": ["check-jsonschema", "--builtin-schema", "vendor.github-actions", *map(str, ACTIONS)],
    "dependabot": ["check-jsonschema", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml"],
}


def _document(path: str) -> Mapping[str, Mapping[str, Mapping[str, object]]]:
    text = (ROOT / path).read_text(encoding="utf-8")
    loaded: Mapping[str, Mapping[str, Mapping[str, object]]] = yaml.safe_load(
        text.replace("\non:", "\nevents:", 1)
    )
    return loaded


def _section(title: str, *, table: int) -> dict[str, str]:
    """The rows of one table of a section: name -> default."""
    section = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    tables = [part for part in section.split("\n\n") if part.startswith("| ")]
    return {found["name"]: found["default"] or "" for found in ROW.finditer(tables[table])}


def _defaults(inputs: Mapping[str, object]) -> dict[str, str]:
    found = {}
    for name, described in inputs.items():
        assert isinstance(described, dict)
        default = described.get("default", "")
        found[name] = str(default).lower() if isinstance(default, bool) else default
    return found


def test_the_actions_inputs_are_documented() -> None:
    """Each input has its row with its default, and each output its row; no row is without one."""
    action = _document("action.yml")

    assert _section("The action", table=0) == _defaults(action["inputs"])
    assert set(_section("The action", table=1)) == set(action["outputs"])


def test_the_workflows_inputs_are_documented() -> None:
    """The workflow that others call takes what its table says, and what the action takes as well."""
    call = _document(".github/workflows/gate.yml")["events"]["workflow_call"]
    inputs = call["inputs"]
    assert isinstance(inputs, dict)

    assert _section("The workflow", table=0) == _defaults(inputs)
    assert set(inputs) - OF_THE_WORKFLOW <= set(_document("action.yml")["inputs"])


def test_the_workflows_outputs_are_the_actions() -> None:
    """What the called workflow gives on, the action gives, and the page names."""
    document = _document(".github/workflows/gate.yml")
    outputs = document["events"]["workflow_call"]["outputs"]
    assert isinstance(outputs, dict)
    named = PAGE.partition("\nIts outputs are ")[2].partition(", as for the action.")[0]

    assert set(outputs) <= set(_document("action.yml")["outputs"])
    for name, described in outputs.items():
        assert described["value"] == f"${{{{ jobs.measure.outputs.{name} }}}}"
    assert document["jobs"]["measure"]["outputs"] == {
        name: f"${{{{ steps.perfgate.outputs.{name} }}}}" for name in outputs
    }
    assert set(re.findall(r"`([\w-]+)`", named)) == set(outputs)


@pytest.mark.parametrize(("title", "name"), [("The report", "report"), ("New baselines", "baseline")])
def test_what_the_other_actions_take_is_documented(title: str, name: str) -> None:
    """The actions that comment and that record baselines take and give what their tables say."""
    action = _document(f".github/actions/{name}/action.yml")

    assert _section(title, table=0) == _defaults(action["inputs"])
    assert set(_section(title, table=1)) == set(action["outputs"])


def test_the_action_can_be_listed() -> None:
    """The marketplace wants a name, a description, an icon and one of its colours."""
    action = _document("action.yml")
    colours = {"white", "yellow", "blue", "green", "orange", "red", "purple", "gray-dark"}

    assert {"name", "description"} <= set(action)
    assert str(action["branding"]["color"]) in colours
    assert "icon" in action["branding"]


def test_a_few_lines_are_enough() -> None:
    """What the page tells to copy has at most twelve lines, and the sample repository has the first of it."""
    examples = [found["text"] for found in YAML.finditer(PAGE)]
    sample = ROOT / "tests" / "consumer" / ".github" / "workflows" / "perf-gate.yml"

    assert len(examples) == 2
    assert all(text.count("\n") <= FEW for text in examples)
    assert sample.read_text(encoding="utf-8") == examples[0]


@pytest.mark.parametrize("linter", LINTERS)
def test_linters_have_nothing_to_say(linter: str) -> None:
    """actionlint, zizmor and the published schemas accept every workflow and action."""
    program, *words = LINTERS[linter]
    done = subprocess.run(
        [str(TOOLS / program), *words], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
