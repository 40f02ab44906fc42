"""From a run and its verdict to a report: what is shown, in what order, and what to do next."""

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from perf.model.run import Mode, Run, RunHeader
from perf.model.verdict import (
    FAILING,
    OPEN,
    UNMEASURED,
    Acceptance,
    Basis,
    Caution,
    CautionKind,
    Decision,
    Failure,
    Finding,
    State,
    Verdict,
)
from perf.report.document import NOWHERE, Group, Origin, Phrase, Report, Row, Status, Step
from perf.report.dots import changes_by_block
from perf.report.facts import facts_of
from perf.report.headline import BEGINNING, counters_of, outcome_of, sentence_of, title
from perf.report.marks import MARKS, SEVERITY
from perf.report.phrase import code, plain, strong, told
from perf.report.timeline import timelines_of
from perf.report.traffic import traffic_of
from perf.report.waivable import waiver_steps

MAX_VISIBLE = 8
"""Changed rows that are shown unfolded; a longer list is not read."""
_MAX_NAMED_SCENARIOS = 4
_MAX_COMMAND = 88
_CONTINUED = " \\\n    "
"""A shell's line continuation: a longer command would have to be scrolled in a comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """How parts are named: by the scenario alone where it has only one."""

    parts: dict[str, set[str]]

    def name(self, scenario: str, part: str) -> str:
        """`scenario`, or `scenario/part` where the scenario has several parts."""
        return f"{scenario}/{part}" if len(self.parts.get(scenario, ())) > 1 else scenario


def compose(
    run: Run, verdict: Verdict, *, origin: Origin = NOWHERE, acceptance: Acceptance | None = None
) -> Report:
    """Give the report of a run; an acceptance turns a failure into ACCEPTED, and nothing else."""
    places = _places(run, verdict)
    findings = [finding for finding in verdict.findings if not _is_good_control(finding)]
    rows = [
        Row(place=places.name(finding.key.scenario, finding.key.part), finding=finding)
        for finding in sorted(findings, key=_severity)
    ]
    status = _status(verdict, acceptance)
    counters = counters_of(findings)
    changed = [row for row in rows if MARKS[row.finding.decision].changed]
    kept = acceptance if status is Status.ACCEPTED else None
    return Report(
        status=status,
        title=title(status, counters=counters),
        sentence=sentence_of(rows, status=status),
        counters=counters,
        visible=tuple(changed[:MAX_VISIBLE]),
        more_changed=max(0, len(changed) - MAX_VISIBLE),
        groups=_groups(row for row in rows if row.finding.basis not in _NOT_COMPARED),
        criteria=_by_key(row for row in rows if row.finding.basis is Basis.CRITERION),
        traffic=traffic_of(run.blocks, place=places.name, but=_controls(verdict.findings)),
        timelines=timelines_of(run.blocks, place=places.name),
        cautions=(*verdict.cautions, *_notes(run)),
        facts=facts_of(run, verdict.findings),
        steps=_steps(run.header, status=status, rows=changed, origin=origin),
        failure=None,
        acceptance=kept,
        header=run.header,
        blocks=len(run.blocks),
        changes=changes_by_block(run.blocks),
        origin=origin,
    )


def compose_failure(failure: Failure, *, header: RunHeader | None = None, origin: Origin = NOWHERE) -> Report:
    """Give the report of a run that came to no verdict: the phase that failed, and the cure."""
    case = "What to do:" if failure.phase == BEGINNING else "To mend it:"
    cure = Step(case=case, text=told(failure.cure), command="")
    return replace(
        _empty(Status.NO_RESULT, header=header, origin=origin),
        sentence=_why(failure),
        steps=(cure, *(() if header is None else _reproduce(header, scenarios=()))),
        failure=failure,
    )


def compose_unfinished(run: Run, verdict: Verdict, *, failure: Failure, origin: Origin = NOWHERE) -> Report:
    """Give the report of what was measured before a run ended early; `verdict` knows that it did."""
    report = compose(run, verdict, origin=origin)
    return report if report.status is Status.FAILED else replace(report, sentence=_why(failure))


def _why(failure: Failure) -> Phrase:
    outcome, what = outcome_of(failure), failure.what.rstrip()
    return (
        *strong(f"{outcome[:1].upper()}{outcome[1:]}"),
        *plain(": "),
        *told(what),
        *plain("" if what.endswith((".", "!", "?")) else "."),
    )


def compose_skip(acceptance: Acceptance, *, origin: Origin = NOWHERE) -> Report:
    """Give the report of a change that a maintainer exempted from being measured."""
    empty = _empty(Status.SKIPPED, header=None, origin=origin)
    return replace(empty, acceptance=acceptance, steps=(_UNSKIP,) if origin.accept_label else ())


_UNSKIP = Step(
    case="To have it measured after all,",
    text=(*plain("take the label "), *code("perf: skip"), *plain(" off and push again.")),
    command="",
)


def _empty(status: Status, *, header: RunHeader | None, origin: Origin) -> Report:
    return Report(
        status=status,
        title=title(status, counters=()),
        sentence=sentence_of((), status=status),
        counters=(),
        visible=(),
        more_changed=0,
        groups=(),
        criteria=(),
        traffic=(),
        timelines=(),
        cautions=(),
        facts=() if header is None else facts_of(Run(header=header, blocks=()), ()),
        steps=(),
        failure=None,
        acceptance=None,
        header=header,
        blocks=0,
        changes={},
        origin=origin,
    )


def _status(verdict: Verdict, acceptance: Acceptance | None) -> Status:
    match verdict.state:
        case State.PASSED:
            return Status.PASSED
        case State.FAILED:
            return Status.FAILED if acceptance is None else Status.ACCEPTED
        case State.INCONCLUSIVE:
            return Status.INCONCLUSIVE
        case State.NO_RESULT:
            return Status.NO_RESULT


_NOT_COMPARED = frozenset({Basis.CRITERION, Basis.CONTROL})


def _is_good_control(finding: Finding) -> bool:
    """A control that came out as it must is a fact about the run, and no result of it."""
    return finding.basis is Basis.CONTROL and finding.decision is not Decision.INVALID


def _controls(findings: Iterable[Finding]) -> frozenset[str]:
    return frozenset(finding.key.scenario for finding in findings if finding.basis is Basis.CONTROL)


def _places(run: Run, verdict: Verdict) -> Places:
    parts: dict[str, set[str]] = {}
    for finding in verdict.findings:
        parts.setdefault(finding.key.scenario, set()).add(finding.key.part)
    for block in run.blocks:
        for record in block.parts:
            parts.setdefault(record.scenario, set()).add(record.part)
    return Places(parts=parts)


def _severity(finding: Finding) -> tuple[int, str]:
    return (SEVERITY[finding.decision], finding.key.text)


def _by_key(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: row.finding.key))


def _groups(rows: Iterable[Row]) -> tuple[Group, ...]:
    grouped = groupby(_by_key(rows), key=lambda row: row.finding.key.scenario)
    return tuple(Group(scenario=scenario, rows=tuple(members)) for scenario, members in grouped)


def _notes(run: Run) -> Iterable[Caution]:
    return (Caution(kind=CautionKind.DISCARDED_BLOCKS, text=note) for note in run.notes)


def _steps(header: RunHeader, *, status: Status, rows: Sequence[Row], origin: Origin) -> tuple[Step, ...]:
    if header.mode is Mode.INGESTED:
        return () if status is Status.PASSED else (_MEASURE_AGAIN,)
    match status:
        case Status.PASSED | Status.SKIPPED:
            return ()
        case Status.ACCEPTED:
            return (_REFRESH,)
        case Status.FAILED:
            again = _reproduce(header, scenarios=_scenarios(rows, FAILING))
            return (*again, _accept(origin), *waiver_steps(rows, header=header))
        case Status.INCONCLUSIVE:
            decide = _decide(header, scenarios=_scenarios(rows, OPEN))
            return (*decide, *waiver_steps(rows, header=header))
        case Status.NO_RESULT:
            return _reproduce(header, scenarios=_scenarios(rows, UNMEASURED))


_REFRESH = Step(
    case="After the merge,",
    text=plain("measure new baselines and propose them for review:"),
    command="perfgate baseline",
)


_MEASURE_AGAIN = Step(
    case="To look into it,",
    text=plain("run the tool on both builds in turns, ten times each, and give every result of either side."),
    command="",
)


def _accept(origin: Origin) -> Step:
    case = "If it is intended,"
    if not origin.accept_label:
        return Step(
            case=case,
            text=plain("say why in the pull request; after the merge, measure new baselines:"),
            command="perfgate baseline",
        )
    label = (*plain("a maintainer can accept it for this commit with the label "), *code(origin.accept_label))
    return Step(case=case, text=(*label, *plain(".")), command="")


def _reproduce(header: RunHeader, *, scenarios: Sequence[str]) -> tuple[Step, ...]:
    text = plain("reproduce it on your machine:")
    return (Step(case="If this is not expected,", text=text, command=_command(header, scenarios=scenarios)),)


def _decide(header: RunHeader, *, scenarios: Sequence[str]) -> tuple[Step, ...]:
    text = plain("measure on a quieter machine; running again until it is green proves nothing:")
    return (Step(case="To decide it,", text=text, command=_command(header, scenarios=scenarios)),)


def _scenarios(rows: Sequence[Row], decisions: Iterable[Decision]) -> tuple[str, ...]:
    wanted = set(decisions)
    told = (row.finding for row in rows if row.finding.basis is not Basis.CONTROL)
    named = (finding.key.scenario for finding in told if finding.decision in wanted)
    return tuple(dict.fromkeys(named))[:_MAX_NAMED_SCENARIOS]


def _command(header: RunHeader, *, scenarios: Sequence[str]) -> str:
    base = header.base.source.commit[:12] if header.base is not None else ""
    words = ["perfgate", "run"]
    words.extend(("--target", header.target))
    words.extend(("--suite", header.suite))
    words.extend(("--base", base) if base else ("--no-base",))
    if header.mode is Mode.CRITERIA_ONLY:
        words.append("--no-baseline")
    asked = [shlex.join(("--scenario", scenario)) for scenario in scenarios]
    line = " ".join([shlex.join(words), *asked])
    return line if len(line) <= _MAX_COMMAND else _CONTINUED.join([shlex.join(words), *asked])
