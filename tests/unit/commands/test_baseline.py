"""`perfgate baseline --from`: evidence of several machines, put together without measuring."""

import subprocess
from pathlib import Path

import pytest

from perf.cli import main
from perf.errors import Exit
from perf.model.baseline import MachineRecord
from perf.store.baselines import read_baseline, write_baseline
from tests.factories import a_baseline, a_record, an_entry, an_environment

_OTHER = an_environment(cpu_model="another", cores=2)
_SLOWER = (911_204.0, 909_877.0, 915_020.0, 912_641.0, 910_333.0)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with one commit and without rules of its own."""
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    for words in (("init", "--quiet"), (*who, "commit", "--quiet", "--allow-empty", "--message=first")):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return tmp_path


def _put_together(repo: Path, *evidence: MachineRecord) -> int:
    words = ["baseline", "--repo", str(repo), "--into", str(repo / "into.json")]
    for number, record in enumerate(evidence):
        path = repo / f"{number}.json"
        write_baseline(path, a_baseline(machines=(record,)))
        words += ["--from", str(path)]
    return main(words)


def test_evidence_of_one_kind_of_machine_becomes_one_record(repo: Path) -> None:
    """Ten runs of two machines of a kind stand together; another kind keeps a record of its own."""
    assert _put_together(repo, a_record(), a_record(), a_record(environment=_OTHER)) == Exit.PASS

    machines = read_baseline(repo / "into.json").machines
    counts = {each.environment.cores: [len(entry.values) for entry in each.entries] for each in machines}
    assert counts == {an_environment().cores: [10, 10], 2: [5, 5]}


def test_the_difference_is_told_in_words(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What moved, by how much and whether for the worse, what is new or gone, and the level that is kept."""
    _put_together(repo, a_record(entries=(an_entry(), an_entry(part="old"))))
    capsys.readouterr()
    slower = (an_entry(values=_SLOWER), an_entry(part="new"))
    later = a_record(entries=slower, commit="9" * 40, created_at="2026-12-01T00:00:00Z")

    assert _put_together(repo, later) == Exit.PASS
    told = capsys.readouterr().out
    assert "baseline-latency/main/e2e-p50: +12.3%, worse (811204 to 911204 ns)" in told
    assert "baseline-latency/new/e2e-p50: new" in told
    assert "baseline-latency/old/e2e-p50: gone" in told
    assert "the creep guard still counts from 811204 ns" in told


def test_a_machine_without_new_evidence_is_kept(repo: Path) -> None:
    """Evidence of one kind of machine leaves what another kind recorded."""
    _put_together(repo, a_record(environment=_OTHER))
    _put_together(repo, a_record())

    machines = read_baseline(repo / "into.json").machines
    assert {each.environment.cores for each in machines} == {an_environment().cores, 2}


def test_fewer_than_five_runs_are_refused(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Four runs of a kind of machine are named, and nothing is written."""
    assert _put_together(repo, a_record(entries=(an_entry(values=_SLOWER[:4]),))) == Exit.USAGE

    assert "has 4 runs; 5 are needed" in capsys.readouterr().err
    assert not (repo / "into.json").exists()
