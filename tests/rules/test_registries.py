"""What is added to a registry is one file and one line, and the line is not forgotten."""

import importlib
import re
from types import ModuleType

import pytest

from perf.model import metric
from perf.model.metric import METRICS, Metric
from perf.model.scenario import Scenario
from perf.model.target import Target
from tests.rules.source import Module, imports, modules

SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
REGISTRIES = {"scenarios": ("SCENARIOS", Scenario), "targets": ("TARGETS", Target)}

CONTENT = [
    module for module in modules("perf") if module.unit in REGISTRIES and module.path.stem != "__init__"
]
PRESENT = sorted({module.unit for module in CONTENT})


def _registered(unit: str) -> list[object]:
    name, _ = REGISTRIES[unit]
    registry = vars(importlib.import_module(f"perf.{unit}"))[name]
    assert isinstance(registry, tuple)
    return list(registry)


def _named(value: object) -> str:
    assert isinstance(value, Scenario | Target)
    return value.name


def _entries(module: ModuleType, kind: type) -> list[object]:
    return [value for value in vars(module).values() if isinstance(value, kind)]


def _is_used(module: Module) -> bool:
    others = (other for other in modules("perf") if other is not module)
    return any(name.startswith(f"{module.name}.") for other in others for _, name in imports(other))


@pytest.mark.parametrize("module", CONTENT, ids=lambda module: module.name)
def test_every_entry_is_registered(module: Module) -> None:
    """A file of perf/scenarios or perf/targets is an entry of its registry, or serves one that is."""
    _, kind = REGISTRIES[module.unit]
    entries = _entries(importlib.import_module(module.name), kind)
    registered = {_named(value) for value in _registered(module.unit)}

    assert {_named(value) for value in entries} <= registered, f"{module.where} is not in its registry"
    assert entries or _is_used(module), f"{module.where} defines nothing and nobody uses it"


@pytest.mark.parametrize("unit", PRESENT)
def test_entry_names_are_unique_slugs(unit: str) -> None:
    """A name is what people type: lower case, digits and dashes, and only once."""
    names = [_named(value) for value in _registered(unit)]

    assert len(names) == len(set(names))
    assert all(SLUG.fullmatch(name) for name in names), names


def test_every_metric_is_registered_once() -> None:
    """METRICS holds each metric that perf.model.metric defines, under a name of its own."""
    defined = _entries(metric, Metric)

    assert sorted(one.name for one in METRICS) == sorted({one.name for one in METRICS})
    assert list(METRICS) == defined
    assert all(SLUG.fullmatch(one.name) for one in METRICS)


def test_metrics_of_scenarios_are_registered() -> None:
    """No scenario gates on a metric that METRICS does not know."""
    scenarios = [value for value in _registered("scenarios") if isinstance(value, Scenario)]
    used = {gate.name for one in scenarios for part in one.parts for gate in part.gates}
    used |= {criterion.metric.name for one in scenarios for criterion in one.criteria}

    assert used <= {one.name for one in METRICS}


def test_criteria_name_parts_that_exist() -> None:
    """A criterion about a part that no longer exists would never be missed."""
    scenarios = [value for value in _registered("scenarios") if isinstance(value, Scenario)]
    wrong = [
        f"{one.name}: {criterion.part} {criterion.minus_part}"
        for one in scenarios
        for criterion in one.criteria
        if not {criterion.part, criterion.minus_part} - {""} <= {part.name for part in one.parts}
    ]

    assert not wrong
