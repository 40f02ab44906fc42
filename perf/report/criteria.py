"""What the scenarios demand, as tables: each criterion, and each number that is compared in pairs."""

from collections.abc import Sequence

from tabulate import tabulate

from perf.model.scenario import Cadence, Criterion, Part, Route, Scenario
from perf.report.format import NOTHING, demanded, loss

_HEADERS = ("no.", "scenario", "part", "metric", "what", "must be", "measured")
_NOTE = "why so"
_COMPARED_HEADERS = ("no.", "scenario", "part", "metric", "what", "may change by")
_MEASURED = {
    Cadence.EVERY_BLOCK: "in every block",
    Cadence.ONCE: "once a run",
    Cadence.COUNTED: "counted",
}

_Row = tuple[str, ...]


def render(scenarios: Sequence[Scenario]) -> str:
    """The criteria for a terminal."""
    rows = [_row(scenario, each) for scenario in scenarios for each in scenario.criteria]
    return tabulate(rows, headers=_HEADERS, tablefmt="simple", disable_numparse=True) + "\n"


def render_markdown(scenarios: Sequence[Scenario]) -> str:
    """The criteria, and what is compared, as docs/reference/criteria.md holds them.

    Cells are not padded: a new criterion is one new line.
    """
    criteria = [
        (*_as_code(_row(scenario, each)), each.note) for scenario in scenarios for each in scenario.criteria
    ]
    compared = [
        _as_code(row)
        for scenario in scenarios
        for part in scenario.parts
        for row in _compared(scenario, part)
    ]
    sections = (
        "## Criteria",
        _table((*_HEADERS, _NOTE), criteria),
        "## Compared in pairs",
        _table(_COMPARED_HEADERS, compared),
    )
    return "\n\n".join(sections) + "\n"


def _row(scenario: Scenario, criterion: Criterion) -> _Row:
    rig = ", of the rig" if scenario.route is Route.DIRECT else ""
    claimed = f", where {' and '.join(sorted(criterion.needs))} is claimed" if criterion.needs else ""
    return (
        scenario.number,
        scenario.name,
        criterion.part or NOTHING,
        criterion.metric.name,
        criterion.title,
        f"{criterion.bound.sign} {demanded(criterion.target, criterion.metric)}",
        f"{_MEASURED[scenario.cadence]}{rig}{claimed}",
    )


def _compared(scenario: Scenario, part: Part) -> list[_Row]:
    return [
        (scenario.number, scenario.name, part.name, metric.name, metric.title, loss(metric))
        for metric in part.gates
    ]


def _as_code(row: _Row) -> _Row:
    number, *names = row[:4]
    return (number, *(f"`{name}`" for name in names), *row[4:])


def _table(headers: _Row, rows: Sequence[_Row]) -> str:
    lines = [headers, ("---",) * len(headers), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
