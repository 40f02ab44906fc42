"""The first two lines of a report: the state in a few words, and a sentence that names the worst offender."""

from collections import Counter
from collections.abc import Sequence

from perf.model.metric import Direction
from perf.model.verdict import FAILING, OPEN, UNMEASURED, Basis, Decision, Failure, Finding
from perf.report.document import Phrase, Row, Status
from perf.report.format import bare_title, change, interval, limit, quantities
from perf.report.marks import MARKS, SEVERITY, movement
from perf.report.phrase import code, joined, plain, strong, strong_code, told

_NAMED = 2
"""How many offenders the sentence names."""
BEGINNING = "beginning"
"""The phase of a failure that is none: the repository has no rules, or no baseline, yet."""
_PHASES = frozenset(
    {
        "plan",
        "build",
        "launch",
        "preflight",
        "measurement",
        "judging",
        "measuring job",
        "check of the artifact",
    }
)
"""Phases that a heading may name; any other is called the run."""


def title(status: Status, *, counters: Sequence[tuple[str, int]]) -> str:
    """The state in a few words of ours only: it stands in a heading."""
    failing = _failing_words(counters)
    match status:
        case Status.PASSED:
            return "passed"
        case Status.FAILED:
            return f"failed — {failing}" if failing else "failed"
        case Status.INCONCLUSIVE:
            return f"inconclusive — {_doubtful_words(counters)}"
        case Status.NO_RESULT:
            return "no result"
        case Status.ACCEPTED:
            return f"{failing or 'result'} accepted"
        case Status.SKIPPED:
            return "skipped"


def outcome_of(failure: Failure) -> str:
    """What failed, in words of ours only."""
    if failure.phase == BEGINNING:
        return "nothing is gated yet"
    return f"the {failure.phase if failure.phase in _PHASES else 'run'} failed"


def counters_of(findings: Sequence[Finding]) -> tuple[tuple[str, int], ...]:
    """How many findings of each kind, the severest kind first."""
    counts = Counter(finding.decision for finding in findings)
    return tuple(
        (mark.singular if counts[decision] == 1 else mark.plural, counts[decision])
        for decision, mark in MARKS.items()
        if counts[decision]
    )


def sentence_of(rows: Sequence[Row], *, status: Status) -> Phrase:
    """One sentence on the worst offenders and their limits, then the other counts."""
    match status:
        case Status.FAILED | Status.ACCEPTED:
            return _offence(rows)
        case Status.INCONCLUSIVE:
            return _doubt([row for row in rows if row.finding.decision in OPEN])
        case Status.NO_RESULT:
            return _void([row for row in rows if row.finding.decision in UNMEASURED])
        case Status.PASSED:
            return _praise(rows)
        case Status.SKIPPED:
            return plain(
                "A maintainer said that this change need not be measured, so nothing is known of it."
            )


def _failing_words(counters: Sequence[tuple[str, int]]) -> str:
    words = {name for decision in FAILING for name in (MARKS[decision].singular, MARKS[decision].plural)}
    return ", ".join(f"{count} {name}" for name, count in counters if name in words)


def _doubtful_words(counters: Sequence[tuple[str, int]]) -> str:
    """What leaves a run open: too much noise, or only what cannot be told on this machine."""
    words = {name for name, _ in counters}
    unmeasurable, inconclusive = MARKS[Decision.UNMEASURABLE].singular, MARKS[Decision.INCONCLUSIVE].singular
    if unmeasurable in words and inconclusive not in words:
        return unmeasurable
    return "noise above the limits"


def _offence(rows: Sequence[Row]) -> Phrase:
    failing = [row for row in rows if row.finding.gating and row.finding.decision in FAILING]
    if not failing:
        return plain("The gate failed.")
    worst = sorted(failing, key=lambda row: _badness(row.finding), reverse=True)
    named = joined([_accusation(row) for row in worst[:_NAMED]])
    rest = [finding for finding in (row.finding for row in rows) if not _is_named(finding, worst[:_NAMED])]
    others = ", ".join(f"{count} {name}" for name, count in counters_of(rest))
    return (*named, *plain(f". Besides: {others}." if others else "."))


def _is_named(finding: Finding, named: Sequence[Row]) -> bool:
    return any(row.finding is finding for row in named)


def _badness(finding: Finding) -> tuple[int, float, str]:
    """Severest kind first, then furthest beyond its limit, then by key so that the order is stable."""
    beyond = 0.0
    if finding.basis is not Basis.CRITERION and finding.worse is not None:
        beyond = finding.worse / finding.limit if finding.limit else float("inf")
    return (-SEVERITY[finding.decision], beyond, finding.key.text)


def _accusation(row: Row) -> Phrase:
    finding = row.finding
    name = (*strong_code(row.place), *strong(f" {bare_title(finding)} "))
    match finding.decision:
        case Decision.REGRESSED if finding.change is not None:
            moved = f"is {change(abs(finding.change)).lstrip('+')} {movement(finding)}"
            return (*name, *strong(moved), *plain(f" ({_allowed(finding)})"))
        case Decision.MISSED:
            (value,) = quantities([finding.candidate], finding=finding)
            return (*name, *strong(f"is {value}"), *plain(f" (required: {limit(finding)})"))
        case _:
            return (*name, *strong(f": {MARKS[finding.decision].word}"))


def _allowed(finding: Finding) -> str:
    if finding.worse is not None and finding.limit and finding.worse < finding.limit:
        return f"beyond noise, and more than half of its limit of {limit(finding)}"
    return f"limit {limit(finding)}"


def _doubt(open_rows: list[Row]) -> Phrase:
    if not open_rows:
        return plain("The measurements do not decide.")
    row = max(open_rows, key=lambda row: (_upper_harm(row.finding), row.finding.key.text))
    finding = row.finding
    if finding.basis is Basis.CRITERION:
        return (*strong_code(row.place), *plain(f" {bare_title(finding)} is undecided: {finding.text}."))
    span = interval(finding.lower, finding.upper)
    more = f" {len(open_rows) - 1} more are undecided as well." if len(open_rows) > 1 else ""
    return (
        *strong_code(row.place),
        *strong(f" {bare_title(finding)} is undecided"),
        *plain(f": its change lies in {span} %, across the limit of {limit(finding)}.{more}"),
        *plain(" Nothing is proven to be worse than allowed."),
    )


def _upper_harm(finding: Finding) -> float:
    """How far beyond its limit the number may be, at worst; an unknown bound is the worst."""
    worst = finding.upper if finding.direction is Direction.LOWER_IS_BETTER else finding.lower
    return abs(worst) / finding.limit if worst is not None and finding.limit else float("inf")


def _void(broken: list[Row]) -> Phrase:
    if not broken:
        return plain("Nothing was compared, so nothing is known.")
    row = min(broken, key=lambda row: row.finding.basis is not Basis.CONTROL)
    why = told(row.finding.text) if row.finding.text else plain("The measurement failed.")
    if row.finding.basis is Basis.CONTROL:
        return (
            *strong("The control "),
            *strong_code(row.finding.key.part),
            *strong(" failed"),
            *plain(": "),
            *why,
        )
    return (
        *strong_code(row.place),
        *strong(f" {bare_title(row.finding)} could not be measured"),
        *plain(": "),
        *why,
    )


def _praise(rows: Sequence[Row]) -> Phrase:
    judged = [row for row in rows if row.finding.decision is not Decision.INFORMATIONAL]
    if not judged:
        return plain("No number was judged.")
    met = sum(1 for row in judged if row.finding.decision is Decision.MET)
    waived = sum(1 for row in judged if row.finding.decision is Decision.WAIVED)
    compared = len(judged) - met - waived
    kept = [_count(compared, "comparison"), _count(met, "criterion")]
    held = [text for text in kept if text]
    lent = plain(f" Waived for now: {waived}." if waived else "")
    moved = [
        row
        for row in judged
        if row.finding.worse is not None and row.finding.limit and row.finding.decision is not Decision.WAIVED
    ]
    largest = max(moved, key=lambda row: _badness(row.finding)[1], default=None)
    if largest is None:
        return (*plain(f"{' and '.join(held) or 'Nothing else'} within the limits."), *lent)
    return (
        *strong(f"{' and '.join(held)} within the limits"),
        *plain("; closest to its limit: "),
        *code(largest.place),
        *plain(f" {bare_title(largest.finding)} {change(largest.finding.change or 0.0)}"),
        *plain(f" (limit {limit(largest.finding)})."),
        *lent,
    )


def _count(number: int, noun: str) -> str:
    plural = "criteria" if noun == "criterion" else f"{noun}s"
    return f"{number} {noun if number == 1 else plural}" if number else ""
