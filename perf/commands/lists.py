"""`perfgate scenarios`: what there is to measure."""

import sys

from tabulate import tabulate

from perf.errors import Exit
from perf.model.scenario import Route
from perf.report.criteria import render
from perf.scenarios import SCENARIOS, SUITES


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


def criteria() -> Exit:
    """One line a criterion, in the order of the scenarios."""
    sys.stdout.write(render(SCENARIOS))
    return Exit.PASS
