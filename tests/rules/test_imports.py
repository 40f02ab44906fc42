"""Imports point down: the table of tests/rules/house.py, held against every module."""

import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter

from tests.rules.house import ARROWS, PACKAGES, VERSION_MAY_BE_READ_BY, drawn
from tests.rules.source import ROOT, Module, hold, imports, modules, unit_of

OURS = modules("perf")
INSIDE = [module for module in OURS if module.unit]


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == "perf"


def _may_import(unit: str, name: str) -> bool:
    imported = unit_of(name)
    if imported not in ARROWS:
        return unit in VERSION_MAY_BE_READ_BY
    return imported == unit or imported in ARROWS[unit]


def arrows_up(module: Module) -> Iterator[str]:
    """Imports of ours that the table does not allow."""
    for node, name in imports(module):
        if _is_ours(name) and not _may_import(module.unit, name):
            yield f"{module.at(node)} imports {name}"


def strangers(module: Module) -> Iterator[str]:
    """Imports from outside that this part may not use."""
    allowed = PACKAGES.get(module.unit, frozenset())
    for node, name in imports(module):
        package = name.partition(".")[0]
        if package not in allowed | sys.stdlib_module_names | {"perf"}:
            yield f"{module.at(node)} imports {name}; perf.{module.unit} may use {sorted(allowed)}"


def test_every_part_is_in_the_table() -> None:
    """A new part of perf says in the table what it may import."""
    unknown = sorted({module.unit for module in INSIDE} - set(ARROWS))

    assert not unknown, f"{unknown} missing from ARROWS.\n{drawn()}"


def test_the_table_has_no_cycle() -> None:
    """Following the arrows never leads back."""
    order = list(TopologicalSorter(ARROWS).static_order())

    assert len(order) == len(ARROWS)


def test_the_table_is_documented() -> None:
    """docs/architecture.md shows the table that is held."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

    assert drawn() in page, f"Put this into docs/architecture.md:\n{drawn()}"


def test_imports_follow_the_table() -> None:
    """No module imports a part above it or beside it."""
    hold(arrows_up, INSIDE, hint=drawn())


def test_outside_packages_stay_in_their_part() -> None:
    """PyGithub is imported by perf.github alone, respx by perf.upstream alone, and so on."""
    hold(strangers, INSIDE, hint="The table is PACKAGES in tests/rules/house.py.")


def test_modules_import_in_no_circle() -> None:
    """Inside a package too, the arrows never lead back."""
    names = {module.name for module in OURS}
    graph = {
        module.name: {_nearest(name, names) for _, name in imports(module) if _is_ours(name)} - {module.name}
        for module in OURS
    }

    assert list(TopologicalSorter(graph).static_order())


def _nearest(name: str, names: set[str]) -> str:
    return name if name in names else name.rpartition(".")[0]
