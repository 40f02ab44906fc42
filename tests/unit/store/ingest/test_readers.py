"""Other tools' results, as the tools themselves wrote them."""

import json
from pathlib import Path

import pytest

from perf.errors import BaselineError
from perf.model.ingest import Tool
from perf.store.ingest import READERS

SAMPLES = Path(__file__).parent / "samples"
TIME = "time-per-op"


def test_every_tool_has_a_reader() -> None:
    """What the command line offers can be read."""
    assert set(READERS) == set(Tool)


def test_pytest_benchmark_gives_its_rounds() -> None:
    """Seconds become ns; the name is the test's, as a word."""
    run = READERS[Tool.PYTEST_BENCHMARK](SAMPLES / "pytest-benchmark.json")

    assert set(run.samples) == {("test_x.py::test_join[1]", TIME), ("test_x.py::test_join[8]", TIME)}
    assert all(len(samples) == 12 for samples in run.samples.values())
    assert all(10 < value < 1e6 for samples in run.samples.values() for value in samples)


def test_pytest_benchmark_without_rounds_gives_the_median(tmp_path: Path) -> None:
    """One value is one value: too few for a conclusion, and not invented."""
    file = tmp_path / "one.json"
    file.write_text('{"benchmarks": [{"fullname": "test_a", "stats": {"median": 2e-6}}]}')

    assert READERS[Tool.PYTEST_BENCHMARK](file).samples == {("test_a", TIME): (2000.0,)}


def test_criterion_gives_time_per_iteration() -> None:
    """A sample of Criterion is the time of many iterations."""
    run = READERS[Tool.CRITERION](SAMPLES / "criterion")

    assert set(run.samples) == {("route", TIME), ("sse-decode-split-64", TIME)}
    assert len(run.samples["route", TIME]) == 10
    assert run.samples["route", TIME][0] == pytest.approx(9_910_057 / 10_617_456)


def test_go_gives_time_bytes_and_allocations() -> None:
    """Six -count lines are six samples; the number of processors is no part of the name."""
    run = READERS[Tool.GO_BENCH](SAMPLES / "go.txt")

    assert {part for part, _ in run.samples} == {"Decode-short", "Decode-long", "Route"}
    assert run.samples["Decode-short", TIME][0] == 959.9
    assert run.samples["Decode-long", "allocated-per-op"] == (448.0,) * 6
    assert run.samples["Route", "allocations-per-op"] == (0.0,) * 6


def test_hyperfine_gives_a_process_a_sample() -> None:
    """A lone command is called so: old and new differ by their path."""
    run = READERS[Tool.HYPERFINE](SAMPLES / "hyperfine.json")

    assert run.fresh_samples
    assert [(place, len(samples)) for place, samples in run.samples.items()] == [(("command", TIME), 8)]
    assert not run.problems


def test_failed_commands_are_a_problem(tmp_path: Path) -> None:
    """With --ignore-failure hyperfine times failures too, and failing is fast."""
    document = json.loads((SAMPLES / "hyperfine.json").read_text())
    document["results"][0]["exit_codes"][3] = 1
    file = tmp_path / "failed.json"
    file.write_text(json.dumps(document))

    assert READERS[Tool.HYPERFINE](file).problems == ("runs of 'true' failed",)


@pytest.mark.parametrize("name", ["k6-export.json", "k6-summary.json"])
def test_k6_gives_latency_and_rate(name: str) -> None:
    """Both forms of its summary: --summary-export and handleSummary."""
    run = READERS[Tool.K6](SAMPLES / name)

    assert run.samples == {
        ("http", "e2e-p50"): (131_200_000.0,),
        ("http", "e2e-p95"): (146_900_000.0,),
        ("http", "qps"): (119.4,),
    }


def test_k6_runs_that_failed_are_a_problem() -> None:
    """A quarter of failed requests is no throughput."""
    assert READERS[Tool.K6](SAMPLES / "k6-export.json").problems == ()
    assert READERS[Tool.K6](SAMPLES / "k6-summary.json").problems == ("25.0% of the requests failed",)


@pytest.mark.parametrize(
    ("tool", "text", "told"),
    [
        pytest.param(Tool.PYTEST_BENCHMARK, "", "no such result", id="empty"),
        pytest.param(Tool.PYTEST_BENCHMARK, '{"benchmarks": []}', "no benchmark", id="nothing ran"),
        pytest.param(Tool.HYPERFINE, '{"results": [{"command": "a"}]}', "times", id="no times"),
        pytest.param(
            Tool.HYPERFINE, '{"results": [{"command": "a", "times": []}]}', "nothing was", id="no runs"
        ),
        pytest.param(
            Tool.HYPERFINE, '{"results": [{"command": "a", "times": [0.0]}]}', "not positive", id="zero"
        ),
        pytest.param(
            Tool.HYPERFINE,
            '{"results": [{"command": "a/b", "times": [1]}, {"command": "a b", "times": [1]}]}',
            "twice",
            id="two names in one word",
        ),
        pytest.param(Tool.GO_BENCH, "PASS\nok x 0.1s\n", "no benchmark", id="no Go benchmark"),
        pytest.param(Tool.GO_BENCH, "BenchmarkA-2 10 5 ns/op\nFAIL\n", "failed", id="Go failure"),
        pytest.param(Tool.GO_BENCH, "BenchmarkA-2 10 five ns/op\n", "no pairs", id="Go nonsense"),
        pytest.param(Tool.K6, '{"metrics": {}}', "no count of http_reqs", id="k6 without HTTP"),
        pytest.param(Tool.CRITERION, "", "no result of Criterion", id="a file for a folder"),
    ],
)
def test_what_is_no_result_is_refused(tool: Tool, text: str, told: str, tmp_path: Path) -> None:
    """An error names the file and how to make a right one; nothing is read as nothing."""
    file = tmp_path / "result"
    file.write_text(text)

    with pytest.raises(BaselineError, match=told) as caught:
        READERS[tool](file)

    assert caught.value.where == str(file)
    assert "Give" in caught.value.cure
