"""Results of other tools: which tools there are, and what one run of a tool measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Tool(StrEnum):
    """A tool whose results can be judged; its name is the scenario under which they stand."""

    PYTEST_BENCHMARK = "pytest-benchmark"
    CRITERION = "criterion"
    GO_BENCH = "go-bench"
    HYPERFINE = "hyperfine"
    K6 = "k6"


INGESTED: frozenset[str] = frozenset(Tool)
"""The scenario names that other tools' results have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRun:
    """One run of a tool: per part and metric name its samples, in the metric's unit.

    `problems` say why the run proves nothing. `fresh_samples`: each sample came from a process of its own.
    """

    samples: Mapping[tuple[str, str], tuple[float, ...]]
    problems: tuple[str, ...]
    fresh_samples: bool
