"""Results of other tools, read strictly: one file a format, listed here."""

from collections.abc import Callable, Mapping
from pathlib import Path

from perf.model.ingest import Tool, ToolRun
from perf.store.ingest import criterion, go_bench, hyperfine, k6, pytest_benchmark

READERS: Mapping[Tool, Callable[[Path], ToolRun]] = {
    Tool.PYTEST_BENCHMARK: pytest_benchmark.read,
    Tool.CRITERION: criterion.read,
    Tool.GO_BENCH: go_bench.read,
    Tool.HYPERFINE: hyperfine.read,
    Tool.K6: k6.read,
}
"""Each gives what one run of the tool measured; BaselineError if the file is not such a result."""
