"""perf-baseline, run by act for a gateway in Node: a labelled merge leads to a proposal of new baselines."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from perf.store.baselines import read_baseline_text, write_baseline
from tests.act.house import PROJECT, Ended, House
from tests.act.hub import FOLDER, NUMBER, Hub, hub, settled
from tests.doubles.github.jobs import scopes_of
from tests.factories import a_baseline, a_record, an_entry

pytestmark = pytest.mark.act
CONSUMER = PROJECT / "tests" / "consumer"
CONFIG = (CONSUMER / "perfgate.toml").read_text().replace("[gate]\n", '[gate]\nsuite = "medium"\n')
PATH = "baselines/node/medium.json"
LABEL = "perf: update-baselines"
WORKFLOW = "perf-baseline.yml"
RECORDED = "recorded.json"
VERB = f"""#!/usr/bin/env bash
# In place of minutes of measuring: what `perfgate baseline` would measure is in the repository already.
source "$(dirname "${{BASH_SOURCE[0]}}")/.setup"
if [[ $1 == baseline ]]; then set -- "$1" --from {RECORDED}; fi
exec .venv/bin/perfgate "$@"
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A repository with a committed baseline and another one that measuring would give."""
    root = tmp_path_factory.mktemp("house")
    slower = a_record(
        entries=(an_entry(values=(1_211_204.0, 1_209_877.0, 1_215_020.0, 1_212_641.0, 1_210_333.0)),)
    )
    committed = replace(a_baseline(), target="node", suite="medium")
    write_baseline(root / "before.json", committed)
    write_baseline(root / "after.json", replace(committed, machines=(slower,)))
    texts = {PATH: (root / "before.json").read_text(), RECORDED: (root / "after.json").read_text()}
    return settled(root, {**texts, "perfgate.toml": CONFIG, "scripts/perfgate": VERB})


def _merged(github: Hub, *, by: str) -> Ended:
    """Pull request 7 of a fork was merged as the tip of main, and had the label; run what that starts."""
    github.pull.head_repository, github.pull.state = "mallory/gateway", "closed"
    github.pull.merged, github.pull.merge_sha = True, github.base
    github.github.set_label(NUMBER, LABEL, login=by)
    text = github.github.run_git("show", f"main:{FOLDER}/{WORKFLOW}").decode()
    jobs: list[Mapping[str, str]] = [scopes_of(text, job) for job in ("record", "propose")]
    ended = github.house.act(
        WORKFLOW,
        event="push",
        payload={"ref": "refs/heads/main", "after": github.base},
        sha=github.base,
        env={"GITHUB_API_URL": github.github.url, "GITHUB_REF_NAME": "main"},
        token=github.github.token({**jobs[0], **jobs[1]}),
    )
    assert ended.code == 0, ended.log
    return ended


def _values(text: str) -> list[tuple[float, ...]]:
    found = read_baseline_text(text, where=PATH)
    return [entry.values for record in found.machines for entry in record.entries]


def test_a_labelled_merge_leads_to_a_proposal(house: House) -> None:
    """What was recorded is proposed for review on a branch of its own, with a table of what changes."""
    with hub(house, branch="labelled") as github:
        _merged(github, by="root")
        proposed = [pull for pull in github.github.pulls.values() if pull.number != NUMBER]
        content = github.github.run_git("show", f"{proposed[0].head_branch}:{PATH}").decode()

    assert len(proposed) == 1
    assert proposed[0].base_branch == "main"
    assert proposed[0].head_branch == "perfgate/baseline-node-medium"
    assert _values(content) == _values((house.work / RECORDED).read_text())
    assert "| " in proposed[0].body


def test_a_label_of_somebody_who_may_not_write_is_nothing(house: House) -> None:
    """A stranger's label measures nothing and proposes nothing."""
    with hub(house, branch="stranger") as github:
        ended = _merged(github, by="mallory")

    assert ended.artifacts == {}
    assert set(github.github.pulls) == {NUMBER}
