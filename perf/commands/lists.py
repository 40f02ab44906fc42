"""`perfgate scenarios` and `perfgate targets`: what there is to choose from."""

import sys
from pathlib import Path

from tabulate import tabulate

from perf.commands.ordering import config_of
from perf.errors import Exit
from perf.model.scenario import Capability, Route
from perf.scenarios import SCENARIOS, SUITES
from perf.sut.source import repository_root


def scenarios() -> Exit:
    """One line a scenario: number, name, whom it asks, its suites, its parts and what they gate on."""
    rows = [
        (
            scenario.number,
            scenario.name,
            "gateway" if scenario.route is Route.THROUGH_SUT else "rig itself",
            ", ".join(name for name, suite in SUITES.items() if scenario in suite),
            ", ".join(part.name for part in scenario.parts),
            ", ".join(sorted({metric.name for part in scenario.parts for metric in part.gates}))
            or "criteria only",
        )
        for scenario in SCENARIOS
    ]
    headers = ("no.", "scenario", "measures the", "suites", "parts", "gates on")
    sys.stdout.write(tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True) + "\n")
    return Exit.PASS


def targets(repo: Path) -> Exit:
    """One line a target: what it claims, and which scenarios that lets it serve."""
    rows = [
        (
            target.name,
            target.title,
            "all" if target.capabilities == frozenset(Capability) else ", ".join(sorted(target.capabilities)),
            ", ".join(each.number for each in SCENARIOS if each.needs <= target.capabilities),
        )
        for target in config_of(repository_root(repo), None).targets.values()
    ]
    headers = ("target", "what", "claims", "scenarios")
    sys.stdout.write(tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True) + "\n")
    return Exit.PASS
