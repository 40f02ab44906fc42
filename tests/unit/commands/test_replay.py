"""`perfgate replay` and `perfgate explain`: a stored run, judged from disk."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from perf.cli import main
from perf.errors import Exit
from perf.judge.verdict import conclude
from perf.model.metric import Direction, Key, Unit
from perf.model.policy import DEFAULT_POLICY
from perf.model.run import Arm, Block
from perf.model.scenario import Criterion
from perf.scenarios import SCENARIOS
from perf.store.baselines import write_baseline
from perf.store.runs import RunStore, read_run, write_failure
from tests.factories import a_baseline, a_block, a_failure, a_header, a_part, an_entry
from tests.unit.judge.setting import noisy_pairs

SCENARIO = next(each for each in SCENARIOS if each.name == "sticky-sessions")
PART = next(part for part in SCENARIO.parts if part.gates)
GATE = next(gate for gate in PART.gates if gate.direction is Direction.LOWER_IS_BETTER)
KEY = Key(SCENARIO.name, PART.name, GATE.name)


def _block(number: int, sides: Mapping[Arm, float]) -> Block:
    """A block that meets every criterion of the scenario."""
    parts = (
        a_part(
            scenario=SCENARIO.name,
            part=part.name,
            arm=arm,
            values={
                **{each.metric.name: each.target for each in SCENARIO.criteria if each.part == part.name},
                **({GATE.name: value} if part == PART else {}),
            },
        )
        for arm, value in sides.items()
        for part in SCENARIO.parts
    )
    return a_block(number=number, parts=tuple(parts))


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit and without rules of its own."""
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    for words in (("init", "--quiet"), (*who, "commit", "--quiet", "--allow-empty", "--message=first")):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return tmp_path


@pytest.fixture
def run(repo: Path) -> Path:
    """A finished run that is 20 % slower."""
    store = RunStore.create(repo / ".perfgate" / "runs", a_header(scenarios=(SCENARIO.name,)))
    for number, (baseline, candidate) in enumerate(noisy_pairs(10, change=0.2), start=1):
        store.append(_block(number, {Arm.BASELINE: baseline, Arm.CANDIDATE: candidate}))
    measured = read_run(store.directory)
    store.finish(conclude(measured, scenarios=(SCENARIO,), baseline=None, policy=DEFAULT_POLICY))
    return store.directory


def _json(command: str, run: Path, *more: str) -> tuple[int, dict[str, object]]:
    target = run / "result.json"
    code = main([command, str(run), "--repo", str(run.parents[2]), "--output", str(target), "--quiet", *more])
    return code, json.loads(target.read_text())


def test_a_replay_gives_the_identical_verdict(run: Path) -> None:
    """From disk, bit for bit: findings, cautions and exit code are those of the run."""
    stored, told = _json("report", run)
    replayed, again = _json("replay", run, "--no-baseline")

    assert (stored, replayed) == (Exit.REGRESSION, Exit.REGRESSION)
    assert again == told


def test_a_replay_under_another_policy_may_say_something_else(run: Path, repo: Path) -> None:
    """A limit of 100 % lets the 20 % pass; the stored verdict stays what it was."""
    (repo / "perfgate.toml").write_text(f'[gate.limits]\n"{KEY.text}" = 1.0\n')

    code, told = _json("replay", run, "--no-baseline")

    assert (code, told["status"]) == (Exit.PASS, "passed")
    assert _json("report", run)[0] == Exit.REGRESSION


@pytest.mark.parametrize(
    ("change", "code"), [(0.0, Exit.NO_RESULT), (0.2, Exit.REGRESSION)], ids=["same", "worse"]
)
@pytest.mark.parametrize("told_why", [True, False], ids=["interrupted", "killed"])
def test_a_run_that_ended_early_cannot_pass(repo: Path, change: float, code: Exit, told_why: bool) -> None:
    """Its whole blocks may prove a loss; that nothing is wrong they do not, for something was left out."""
    store = RunStore.create(repo / ".perfgate" / "runs", a_header(scenarios=(SCENARIO.name,)))
    for number, (baseline, candidate) in enumerate(noisy_pairs(16, change=change, sd=0.001), start=1):
        store.append(_block(number, {Arm.BASELINE: baseline, Arm.CANDIDATE: candidate}))
    if told_why:
        write_failure(store.directory, a_failure(phase="measurement"))

    exit_code, told = _json("replay", store.directory, "--no-baseline")

    assert exit_code == code
    assert told["status"] == ("failed" if change else "no-result")
    assert "what it would have measured after that is not known" in json.dumps(told["cautions"])


def _interrupted(repo: Path, blocks: Sequence[Block], *, baseline: bool = False) -> tuple[int, str]:
    """What a replay says of these blocks and no verdict, with a committed baseline of the gate or without."""
    store = RunStore.create(repo / ".perfgate" / "runs", a_header(scenarios=(SCENARIO.name,)))
    for block in blocks:
        store.append(block)
    write_failure(store.directory, a_failure(phase="measurement"))
    if baseline:
        path = repo / "baselines" / "reference" / "fast.json"
        entry = an_entry(scenario=SCENARIO.name, part=PART.name, metric=GATE)
        write_baseline(path, a_baseline(entries=(entry,)))
    code, told = _json("replay", store.directory, *(() if baseline else ("--no-baseline",)))
    return code, str(told["status"])


@pytest.mark.parametrize("baseline", [True, False], ids=["baseline", "no-baseline"])
def test_a_run_that_ended_before_its_first_block_says_nothing(repo: Path, baseline: bool) -> None:
    """That it has no numbers is not the change's doing, whatever a committed baseline promises."""
    assert _interrupted(repo, (), baseline=baseline) == (Exit.NO_RESULT, "no-result")


@pytest.mark.parametrize(
    ("blocks", "code"), [(1, Exit.NO_RESULT), (5, Exit.NO_RESULT), (6, Exit.REGRESSION)], ids=str
)
def test_a_miss_of_what_every_block_measures_needs_the_blocks_of_a_look(
    repo: Path, blocks: int, code: Exit
) -> None:
    """One slow block is no slow gateway, and an early end makes it none."""
    missed = next(each for each in SCENARIO.criteria if each.metric.unit is Unit.RATIO)
    measured = [
        _with(_block(number, dict.fromkeys((Arm.BASELINE, Arm.CANDIDATE), 500_000.0)), missed, 0.5)
        for number in range(1, blocks + 1)
    ]

    assert _interrupted(repo, measured)[0] == code


def _with(block: Block, criterion: Criterion, value: float) -> Block:
    """The block with another value of one criterion, on both sides."""
    parts = tuple(
        replace(part, values={**part.values, criterion.metric.name: value})
        if part.part == criterion.part
        else part
        for part in block.parts
    )
    return replace(block, parts=parts)


def test_explain_says_why(run: Path, repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One number in words; the verdict is not repeated as an exit code."""
    asked = ("--repo", str(repo), "--no-baseline")
    code = main(["explain", str(run), f"{SCENARIO.name}/{PART.name}", GATE.name, *asked])

    assert code == Exit.PASS
    assert "It would not be red if" in capsys.readouterr().out


def test_explain_names_what_there_is(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that nobody knows is answered with those that exist."""
    code = main(["explain", str(run), SCENARIO.name, "latensy", "--repo", str(run.parents[2])])

    assert code == Exit.USAGE
    assert GATE.name in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "code"), [(0.0, Exit.PASS), (0.02, Exit.REGRESSION)], ids=["same", "worse"]
)
def test_counts_are_replayed_as_they_were_judged(repo: Path, change: float, code: Exit) -> None:
    """Three processes of each build, from disk: the same verdict, bit for bit."""
    counted = next(each for each in SCENARIOS if each.name == "instructions")
    store = RunStore.create(repo / ".perfgate" / "runs", a_header(scenarios=(counted.name,)))
    for number in range(1, 7):
        parts = tuple(
            a_part(
                scenario=counted.name,
                part=part.name,
                arm=arm,
                values={gate.name: 250_000.0 * factor + number for gate in part.gates},
            )
            for arm, factor in ((Arm.BASELINE, 1.0), (Arm.CANDIDATE, 1.0 + change))
            for part in counted.parts
        )
        store.append(a_block(number=number, parts=parts if number <= 3 else ()))
    store.finish(
        conclude(read_run(store.directory), scenarios=(counted,), baseline=None, policy=DEFAULT_POLICY)
    )

    stored, told = _json("report", store.directory)
    replayed, again = _json("replay", store.directory, "--no-baseline")

    assert (stored, replayed) == (code, code)
    assert again == told
