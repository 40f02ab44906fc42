"""The report as JUnit XML: a test case per finding, so that CI systems list what failed."""

from xml.etree import ElementTree as ET

from perf.model.verdict import FAILING, OPEN, UNMEASURED, Decision
from perf.report.document import Report, Row, Status
from perf.report.format import bare_title
from perf.report.line import message
from perf.report.neutral import visible
from perf.report.phrase import text_of

_MOST = 1_000


def render(report: Report) -> str:
    """One suite: what fails is a failure, what was not measured an error, what is undecided skipped."""
    rows = [*(row for group in report.groups for row in group.rows), *report.criteria]
    cases = [_case(row, accepted=report.status is Status.ACCEPTED) for row in rows]
    if report.status is Status.NO_RESULT and not any(case.find("error") is not None for case in cases):
        cases.append(_nothing(report))
    suite = ET.Element("testsuite", name="perfgate", tests=str(len(cases)))
    for total, outcome in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(total, str(sum(1 for case in cases if case.find(outcome) is not None)))
    suite.extend(cases)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(row: Row, *, accepted: bool) -> ET.Element:
    finding = row.finding
    name = f"{visible(bare_title(finding), most=_MOST)} ({finding.basis.value})"
    case = ET.Element(
        "testcase", classname=_legal(f"{finding.key.scenario}.{finding.key.part}"), name=_legal(name)
    )
    outcome = _outcome(finding.decision, accepted=accepted) if finding.gating else ""
    if outcome:
        ET.SubElement(case, outcome, message=_legal(message(row)))
    return case


def _outcome(decision: Decision, *, accepted: bool) -> str:
    if decision in FAILING:
        return "skipped" if accepted else "failure"
    if decision in UNMEASURED:
        return "error"
    return "skipped" if decision in OPEN else ""


def _nothing(report: Report) -> ET.Element:
    case = ET.Element("testcase", classname="perfgate", name="result")
    error = ET.SubElement(case, "error", message=_legal(text_of(report.sentence)))
    if report.failure is not None:
        error.text = "\n".join(_legal(line) for line in report.failure.log)
    return case


def _legal(text: str) -> str:
    """Text without the characters that XML forbids."""
    return visible(text, most=_MOST)
