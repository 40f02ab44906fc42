"""`perfgate ingest` from the command line to the exit code."""

import json
from pathlib import Path

import pytest

from perf.cli import main
from perf.errors import Exit
from perf.model.run import Mode
from perf.store.runs import RunStore, read_run, read_verdict
from tests.factories import a_block, a_build, a_header, a_source
from tests.rules.source import ROOT


@pytest.fixture(autouse=True)
def _outside_of_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)


def _summaries(folder: Path, *, runs: int, slower: float = 1.0) -> list[str]:
    """Summaries of k6, whose medians scatter by 1 %."""
    folder.mkdir()
    paths = [folder / f"{number}.json" for number in range(runs)]
    for number, path in enumerate(paths):
        duration = {"med": slower * (100 + number / 10), "p(95)": slower * (130 + number % 2)}
        requests = {"count": 5000, "rate": (900 + number % 4) / slower}
        metrics = {"http_req_duration": duration, "http_reqs": requests, "http_req_failed": {"value": 0}}
        path.write_text(json.dumps({"metrics": metrics, "number": number}))
    return [str(path) for path in paths]


def _ingest(baseline: list[str], candidate: list[str], *more: str) -> int:
    sides = [word for path in baseline for word in ("--baseline", path)]
    sides += [word for path in candidate for word in ("--candidate", path)]
    return main(["ingest", "k6", "--repo", str(ROOT), "--no-base", *sides, *more])


@pytest.mark.parametrize(
    ("runs", "slower", "code"),
    [
        pytest.param(24, 1.001, Exit.PASS, id="unchanged"),
        pytest.param(10, 1.2, Exit.REGRESSION, id="slower"),
        pytest.param(3, 1.2, Exit.INCONCLUSIVE, id="too few"),
    ],
)
def test_the_exit_code_is_the_verdict(
    runs: int, slower: float, code: Exit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Alone, without a run: a table and the verdict of the gate."""
    base = _summaries(tmp_path / "a", runs=runs)
    candidate = _summaries(tmp_path / "b", runs=runs, slower=slower)

    assert _ingest(base, candidate, "--fail-on-inconclusive") == code
    assert "throughput" in capsys.readouterr().out


def test_a_result_on_both_sides_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Compared with itself everything would pass."""
    base = _summaries(tmp_path / "a", runs=1)

    assert _ingest(base, base) == Exit.USAGE
    assert "one and the same result" in capsys.readouterr().err


def test_results_become_part_of_a_stored_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The run's blocks hold them, its verdict is written anew, and a second time is refused."""
    build = a_build(source=a_source(commit=""))
    header = a_header(mode=Mode.PAIRED, base=build, scenarios=("baseline-latency",))
    store = RunStore.create(tmp_path, header)
    for number in range(1, 7):
        store.append(a_block(number=number))
    sides = (_summaries(tmp_path / "a", runs=8), _summaries(tmp_path / "b", runs=8, slower=1.2))

    first = _ingest(*sides, "--into", str(store.directory), "--no-baseline")
    second = _ingest(*sides, "--into", str(store.directory), "--no-baseline")

    verdict = read_verdict(store.directory)
    assert (first, second) == (Exit.REGRESSION, Exit.USAGE)
    assert verdict is not None
    assert ("k6", "http", "qps") in {finding.key for finding in verdict.findings}
    assert len(read_run(store.directory).blocks) == 8
    assert "already" in capsys.readouterr().err
