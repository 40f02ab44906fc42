"""Which numbers can fail a run, and which must exist."""

from collections.abc import Iterable, Sequence

from perf.judge.stored import REFERENCE
from perf.judge.summarise import BENCHMARKS
from perf.model.ingest import INGESTED
from perf.model.metric import Key
from perf.model.scenario import Cadence, Scenario

_ALL_OF = INGESTED | {BENCHMARKS}
"""Scenarios of which every number can fail."""


def gates_of(scenarios: Sequence[Scenario], measured: Iterable[Key]) -> frozenset[Key]:
    """The numbers that are compared and can fail: the scenarios' gates, micro-benchmarks, other tools'."""
    parts = {
        Key(scenario.name, part.name, metric.name)
        for scenario in scenarios
        for part in scenario.parts
        for metric in part.gates
    }
    return frozenset(parts | {key for key in measured if key.scenario in _ALL_OF})


def counted_keys(scenarios: Sequence[Scenario]) -> frozenset[Key]:
    """The gates whose few values are counts that repeat themselves almost exactly."""
    return gates_of([each for each in scenarios if each.cadence is Cadence.COUNTED], ())


def contract_keys(scenarios: Sequence[Scenario], measured: Iterable[Key]) -> frozenset[Key]:
    """The numbers that a committed baseline holds: all that can fail, and the reference workload."""
    demanded = {
        Key(scenario.name, criterion.part, criterion.metric.name)
        for scenario in scenarios
        for criterion in scenario.criteria
    }
    return gates_of(scenarios, measured) | demanded | {REFERENCE}
