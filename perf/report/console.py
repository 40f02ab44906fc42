"""The report on a terminal, 120 columns wide: tables first, the verdict last, where the eye is."""

from collections.abc import Callable, Sequence

from tabulate import tabulate

from perf.model.run import Arm
from perf.report.document import Group, Report, Row, Status, Step, Traffic
from perf.report.format import bare_title, change, interval, limit, part_of_whole, quantities
from perf.report.marks import MARKS, word
from perf.report.neutral import visible, visible_indented
from perf.report.paint import BOLD, DIM, GREEN, RED, SIGNS, YELLOW, Paint, coloured, plain
from perf.report.phrase import text_of
from perf.report.reasons import explained
from perf.report.timeline import drawing
from perf.report.traffic import protocol_of

WIDTH = 120
_MAX_PART = 24
_MAX_PLACE = 44
_MAX_METRIC = 32
_MIN_NAME = 12
_MAX_SHARES = 3
_LOG_LINES = 20
_ARMS = {Arm.BASELINE: "baseline", Arm.CANDIDATE: "candidate", Arm.RIG: "rig"}
_STATUS = {
    Status.PASSED: ("✓", GREEN),
    Status.FAILED: ("✗", RED),
    Status.INCONCLUSIVE: ("?", YELLOW),
    Status.NO_RESULT: ("!", RED),
    Status.ACCEPTED: ("✓", YELLOW),
    Status.SKIPPED: ("-", YELLOW),
}


def render(report: Report) -> str:
    """The report as plain text, with the rows that matter most."""
    return _render(report, groups=report.brief(), paint=plain)


def render_coloured(report: Report) -> str:
    """The report with ANSI colours; the words are the same."""
    return _render(report, groups=report.brief(), paint=coloured)


def render_all(report: Report) -> str:
    """The report as plain text, with every number that was measured."""
    return _render(report, groups=report.groups, paint=plain)


def render_all_coloured(report: Report) -> str:
    """Every number, with ANSI colours."""
    return _render(report, groups=report.groups, paint=coloured)


def _render(report: Report, *, groups: Sequence[Group], paint: Paint) -> str:
    sections = [
        _comparisons(groups, paint=paint),
        _hidden(report, groups),
        _criteria(report.criteria, paint=paint),
        _traffic(report.traffic, paint=paint),
        _timelines(report, paint=paint),
        _facts(report, paint=paint),
        _failure(report, paint=paint),
        "\n".join(_reason(row, paint=paint) for row in explained(report)),
        "\n".join(f"{paint('!', YELLOW)} {_wrapped(caution.text)}" for caution in report.cautions),
        "\n".join(_step(step, paint=paint) for step in report.steps if step.paste),
        _verdict(report, paint=paint),
        "\n".join(_step(step, paint=paint) for step in report.steps if not step.paste),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _comparisons(groups: Sequence[Group], *, paint: Paint) -> str:
    """One table for all scenarios, so that its columns line up; each scenario gets a line of its own."""
    rows = [row for group in groups for row in group.rows]
    if not rows:
        return ""
    header = ["  part", "metric", "baseline", "candidate", "change [interval]", "limit", "verdict"]

    def table(most: int) -> str:
        return _table(header, [_cells(row, most=most, paint=paint) for row in rows], align="llrrrrl")

    head, rule, *lines = _fitting(table, most=_MAX_METRIC).split("\n")
    body: list[str] = [paint(head, BOLD), rule]
    position = 0
    for group in groups:
        body.append(paint(group.scenario, BOLD))
        body.extend(lines[position : position + len(group.rows)])
        position += len(group.rows)
    return "\n".join(body)


def _hidden(report: Report, groups: Sequence[Group]) -> str:
    left = sum(len(group.rows) for group in report.groups) - sum(len(group.rows) for group in groups)
    return f"{left} more numbers are shown only with --all." if left else ""


def _fitting(table: Callable[[int], str], *, most: int) -> str:
    """The table with the longest names that fit; its second line is as wide as the table."""
    for length in range(most, _MIN_NAME, -1):
        text = table(length)
        if len(text.split("\n", 2)[1]) <= WIDTH:
            return text
    return table(_MIN_NAME)


def _cells(row: Row, *, most: int, paint: Paint) -> list[str]:
    finding = row.finding
    baseline, candidate = quantities([finding.baseline, finding.candidate], finding=finding)
    moved = "" if finding.change is None else change(finding.change)
    return [
        f"  {visible(finding.key.part, most=_MAX_PART)}",
        visible(bare_title(finding), most=most),
        baseline,
        candidate,
        f"{moved} {interval(finding.lower, finding.upper)}".strip(),
        limit(finding),
        _verdict_cell(row, paint=paint),
    ]


def _verdict_cell(row: Row, *, paint: Paint) -> str:
    mark = MARKS[row.finding.decision]
    return paint(f"{mark.sign} {word(row.finding)}", SIGNS[mark.sign])


def _criteria(rows: Sequence[Row], *, paint: Paint) -> str:
    if not rows:
        return ""
    header = ["criterion of", "metric", "candidate", "required", "verdict"]

    def table(most: int) -> str:
        cells = [[_ending(row.place, most=most), *_demand(row, paint=paint)] for row in rows]
        return _table(header, cells, align="llrrl")

    return _titled(_fitting(table, most=_MAX_PLACE), paint=paint)


def _demand(row: Row, *, paint: Paint) -> list[str]:
    (value,) = quantities([row.finding.candidate], finding=row.finding)
    name = visible(bare_title(row.finding), most=_MAX_METRIC)
    return [name, value, limit(row.finding), _verdict_cell(row, paint=paint)]


def _traffic(entries: Sequence[Traffic], *, paint: Paint) -> str:
    if not entries:
        return ""
    header = ["requests of", "side", "sent", "ok", "4xx", "5xx", "network", "timeout", "other", "instances"]

    def table(most: int) -> str:
        cells = [[_ending(entry.place, most=most), *_sent(entry)] for entry in entries]
        return _table(header, cells, align="llrrrrrrrl")

    return _titled(_fitting(table, most=_MAX_PLACE), paint=paint)


def _sent(entry: Traffic) -> list[str]:
    return [_ARMS[entry.arm], *(f"{count:,}" for count in _counts(entry)), _shares(entry)]


def _ending(place: str, *, most: int) -> str:
    """A name cut at its beginning: parts of one scenario differ at the end."""
    shown = visible(place, most=200)
    return shown if len(shown) <= most else f"…{shown[len(shown) - most + 1 :]}"


def _counts(entry: Traffic) -> tuple[int, ...]:
    failed = (entry.client_4xx, entry.server_5xx, entry.network, entry.timeout, entry.other)
    return (entry.requests, entry.ok, *failed)


def _shares(entry: Traffic) -> str:
    total = sum(entry.instances.values()) or 1
    if len(entry.instances) < 2:
        return "".join(protocol_of(name) for name in entry.instances)
    if len(entry.instances) > _MAX_SHARES:
        return f"{len(entry.instances)} in use"
    shares = (part_of_whole(count / total).removesuffix(" %") for count in entry.instances.values())
    return f"{'/'.join(shares)} %"


def _timelines(report: Report, *, paint: Paint) -> str:
    drawn = (drawing(timeline) for timeline in report.timelines)
    return "\n\n".join(
        "\n".join([f"{paint('timeline of', BOLD)} {visible(first, most=WIDTH)}", *_shown(rest)])
        for first, *rest in drawn
    )


def _shown(lines: Sequence[str]) -> list[str]:
    return [f"  {visible(line, most=WIDTH - 2)}" for line in lines]


def _reason(row: Row, *, paint: Paint) -> str:
    mark, finding = MARKS[row.finding.decision], row.finding
    told = _wrapped(f"{row.place} {bare_title(finding)}: {finding.text}")
    return f"{paint(mark.sign, SIGNS[mark.sign])} {told}"


def _facts(report: Report, *, paint: Paint) -> str:
    width = max((len(fact.label) for fact in report.facts), default=0)
    lines = [
        f"{paint(fact.label.ljust(width), DIM)}  {_wrapped(text_of(fact.value), indent=width + 2)}"
        for fact in report.facts
    ]
    return "\n".join(lines)


def _failure(report: Report, *, paint: Paint) -> str:
    if report.failure is None:
        return ""
    where = f"{paint('where', DIM)}  {_wrapped(report.failure.where, indent=7)}"
    log = [f"  | {visible_indented(line)[: WIDTH - 4]}" for line in report.failure.log[-_LOG_LINES:]]
    return "\n".join([where, *log])


def _verdict(report: Report, *, paint: Paint) -> str:
    sign, colour = _STATUS[report.status]
    headline = paint(f"{sign} Performance gate: {report.title}", f"{BOLD};{colour}")
    by = report.acceptance
    word = "Skipped" if report.status is Status.SKIPPED else "Accepted"
    accepted = f"\n  {word} by {visible(by.login, most=40)} for {by.sha[:7]}." if by else ""
    return f"{headline}\n  {_wrapped(text_of(report.sentence), indent=2)}{accepted}"


def _step(step: Step, *, paint: Paint) -> str:
    told = f"  {_wrapped(f'{step.case} {text_of(step.text)}', indent=2)}"
    lines = [
        f"    {paint(line, BOLD)}" for line in (*step.command.split("\n"), *step.paste.split("\n")) if line
    ]
    return "\n".join([told, *lines])


def _table(header: list[str], cells: list[list[str]], *, align: str) -> str:
    sides = ["right" if side == "r" else "left" for side in align]
    return tabulate(
        cells,
        headers=header,
        tablefmt="simple",
        disable_numparse=True,
        colalign=sides,
        preserve_whitespace=True,
    )


def _titled(table: str, *, paint: Paint) -> str:
    head, _, body = table.partition("\n")
    return f"{paint(head, BOLD)}\n{body}"


def _wrapped(text: str, *, indent: int = 2) -> str:
    """The text on lines that fit the terminal; long words are kept whole."""
    lines: list[str] = []
    line = ""
    for item in visible(text, most=2_000).split(" "):
        if line and len(line) + 1 + len(item) > WIDTH - indent:
            lines.append(line)
            line = item
        else:
            line = f"{line} {item}" if line else item
    return f"\n{' ' * indent}".join([*lines, line])
