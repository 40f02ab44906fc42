"""The Markdown tables of a comment, by tabulate; every cell comes escaped."""

from collections.abc import Sequence

from tabulate import tabulate

from perf.model.verdict import Decision
from perf.report.document import Group, Row, Traffic
from perf.report.format import NOTHING, bare_title, change, interval, limit, part_of_whole, quantities
from perf.report.marks import ARMS, MARKS, word
from perf.report.neutral import code_span, prose
from perf.report.traffic import protocol_of

NO_BREAK = "\N{NO-BREAK SPACE}"


def changed_table(rows: Sequence[Row]) -> str:
    """The rows that matter: seven columns, the width of a comment."""
    header = ["", "Scenario", "Metric", "Baseline", f"This{NO_BREAK}PR", "Change [interval]", "Limit"]
    cells = [[_look(row), code_span(row.place), *_numbers(row)] for row in rows]
    return _table(header, cells, align="lllrrrr")


def group_table(group: Group) -> str:
    """All numbers of one scenario; the part and the committed median only where there are any."""
    with_part = len({row.finding.key.part for row in group.rows}) > 1
    with_committed = any(row.finding.committed is not None for row in group.rows)
    header = ["", *(["Part"] if with_part else []), "Metric", "Baseline", f"This{NO_BREAK}PR"]
    header += ["Change [interval]", "Limit", *(["Committed"] if with_committed else [])]
    cells = [
        [
            _look(row),
            *([code_span(row.finding.key.part)] if with_part else []),
            *_numbers(row),
            *([_committed(row)] if with_committed else []),
        ]
        for row in group.rows
    ]
    return _table(header, cells, align=f"l{'l' if with_part else ''}lrrrr{'r' if with_committed else ''}")


def criteria_table(rows: Sequence[Row]) -> str:
    """Absolute demands on the candidate."""
    header = ["", "Scenario", "Criterion", f"This{NO_BREAK}PR", "Required"]
    cells = [[_look(row), code_span(row.place), *_demand(row)] for row in rows]
    return _table(header, cells, align="lllrr")


def traffic_table(entries: Sequence[Traffic]) -> str:
    """What became of the requests."""
    header = ["Scenario", "Side", "Requests", "OK", "4xx", "5xx", "Network", "Timeout", "Other"]
    return _table(header, [_traffic(entry) for entry in entries], align="llrrrrrrr")


def instance_lines(entries: Sequence[Traffic]) -> str:
    """Which instance answered how much, of every part that has more than one, or a choice of protocols."""
    return "\n".join(
        _instances(entry)
        for entry in entries
        if len(entry.instances) > 1 or any(map(protocol_of, entry.instances))
    )


def _table(header: list[str], cells: list[list[str]], *, align: str) -> str:
    sides = ["right" if side == "r" else "left" for side in align]
    return tabulate(cells, headers=header, tablefmt="pipe", disable_numparse=True, colalign=sides)


def _look(row: Row) -> str:
    return _whole(f"{MARKS[row.finding.decision].icon} {word(row.finding)}")


def _numbers(row: Row) -> list[str]:
    finding = row.finding
    baseline, candidate = quantities([finding.baseline, finding.candidate], finding=finding)
    return [
        prose(bare_title(finding)),
        _whole(baseline),
        _whole(candidate),
        _change(row),
        _whole(limit(finding)),
    ]


def _change(row: Row) -> str:
    finding = row.finding
    if finding.change is None:
        return NOTHING
    moved = _whole(change(finding.change))
    if finding.decision in {Decision.REGRESSED, Decision.IMPROVED, Decision.COLLAPSED}:
        moved = f"**{moved}**"
    bounds = _whole(interval(finding.lower, finding.upper))
    return f"{moved} {bounds}".rstrip()


def _committed(row: Row) -> str:
    (committed,) = quantities([row.finding.committed], finding=row.finding)
    return _whole(committed)


def _demand(row: Row) -> list[str]:
    finding = row.finding
    (value,) = quantities([finding.candidate], finding=finding)
    return [prose(bare_title(finding)), _whole(value), _whole(limit(finding))]


def _traffic(entry: Traffic) -> list[str]:
    counts = (entry.requests, entry.ok, entry.client_4xx, entry.server_5xx, entry.network, entry.timeout)
    return [
        code_span(entry.place),
        _whole(ARMS[entry.arm]),
        *(f"{count:,}" for count in (*counts, entry.other)),
    ]


def _instances(entry: Traffic) -> str:
    total = sum(entry.instances.values()) or 1
    shares = (
        f"{code_span(name)} {_whole(part_of_whole(count / total))}" for name, count in entry.instances.items()
    )
    return f"- {code_span(entry.place)}, {ARMS[entry.arm]}: {', '.join(shares)}"


def _whole(text: str) -> str:
    """The text with spaces at which no line is broken."""
    return text.replace(" ", NO_BREAK)
