"""What a report shows of a run and its verdict."""

import shlex
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf.model.metric import E2E_P50, METRICS, QPS, SUCCESS_RATIO
from perf.model.run import Arm, Mode
from perf.model.verdict import Acceptance, Decision, Finding, State
from perf.report import console, html, json, markdown, summary
from perf.report.compose import MAX_VISIBLE, compose, compose_failure
from perf.report.document import Report, Status
from perf.report.marks import MARKS, SEVERITY
from perf.report.phrase import text_of
from tests.factories import (
    a_block,
    a_caution,
    a_criterion,
    a_failure,
    a_finding,
    a_header,
    a_part,
    a_run,
    a_verdict,
)

FINDINGS = st.builds(
    a_finding,
    scenario=st.sampled_from(["a", "b", "c"]),
    part=st.sampled_from(["main", "other"]),
    metric=st.sampled_from(METRICS),
    decision=st.sampled_from(Decision),
    change=st.floats(-0.5, 0.5),
)
UNIQUE = st.lists(FINDINGS, max_size=16, unique_by=lambda finding: finding.key)


def _report(*findings: Finding, state: State = State.FAILED) -> Report:
    return compose(a_run(), a_verdict(state=state, findings=findings))


@given(UNIQUE)
@settings(max_examples=25)
def test_no_finding_is_lost(findings: list[Finding]) -> None:
    """Every finding stands in the full tables exactly once, whatever is visible."""
    report = _report(*findings)

    shown = [row.finding.key for group in report.groups for row in group.rows]
    assert sorted(shown) == sorted(finding.key for finding in findings)


@given(UNIQUE)
@settings(max_examples=25)
def test_visible_rows_are_the_severest(findings: list[Finding]) -> None:
    """At most eight changed rows, sorted by severity and then by key; the rest is counted."""
    report = _report(*findings)

    changed = [finding for finding in findings if MARKS[finding.decision].changed]
    wanted = sorted(changed, key=lambda finding: (SEVERITY[finding.decision], finding.key.text))
    assert [row.finding for row in report.visible] == wanted[:MAX_VISIBLE]
    assert report.more_changed == max(0, len(changed) - MAX_VISIBLE)


@given(UNIQUE)
@settings(max_examples=25)
def test_order_of_findings_does_not_matter(findings: list[Finding]) -> None:
    """The same verdict in another order gives the same report, sentence included."""
    turned = list(reversed(findings))

    assert _report(*turned) == _report(*findings)


@given(UNIQUE)
@settings(max_examples=25)
def test_counters_add_up(findings: list[Finding]) -> None:
    """Every finding is counted under one word."""
    assert sum(count for _, count in _report(*findings).counters) == len(findings)


def test_sentence_names_the_worst_offender_first() -> None:
    """Furthest beyond its own limit, not the largest percentage, comes first."""
    mild = a_finding(scenario="mild", metric=QPS, decision=Decision.REGRESSED, change=-0.06)
    worst = a_finding(scenario="worst", metric=E2E_P50, decision=Decision.REGRESSED, change=0.2)

    sentence = text_of(_report(mild, worst).sentence)

    assert sentence.startswith(
        "worst E2E p50 is 20.0 % slower (limit +5 %) and mild throughput is 6.0 % lower"
    )


def test_regression_below_its_limit_is_explained() -> None:
    """A loss between half of the limit and the limit is red, and the sentence says why."""
    finding = a_finding(decision=Decision.REGRESSED, change=0.04)

    assert "more than half of its limit of +5 %" in text_of(_report(finding).sentence)


def test_missed_criterion_is_named_with_its_target() -> None:
    """The sentence has the value and what is required."""
    finding = a_criterion(metric=SUCCESS_RATIO, decision=Decision.MISSED, value=0.93, target=0.99)

    assert "success is 93 % (required: ≥ 99 %)" in text_of(_report(finding).sentence)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (State.PASSED, Status.PASSED),
        (State.FAILED, Status.FAILED),
        (State.INCONCLUSIVE, Status.INCONCLUSIVE),
        (State.NO_RESULT, Status.NO_RESULT),
    ],
)
def test_status_is_the_state(state: State, status: Status) -> None:
    """A report says what the verdict says."""
    assert compose(a_run(), a_verdict(state=state)).status is status


@pytest.mark.parametrize("state", [State.PASSED, State.INCONCLUSIVE, State.NO_RESULT])
def test_acceptance_changes_nothing_but_a_failure(state: State) -> None:
    """What was not measured cannot be accepted."""
    acceptance = Acceptance(login="octocat", sha="a" * 40)

    report = compose(a_run(), a_verdict(state=state), acceptance=acceptance)

    assert report == compose(a_run(), a_verdict(state=state))


@pytest.mark.parametrize("state", list(State))
def test_empty_verdict_has_a_sentence_all_the_same(state: State) -> None:
    """Without findings to speak of, the sentence says that nothing is known."""
    report = compose(a_run(), a_verdict(state=state, findings=()))

    assert text_of(report.sentence).endswith(".")


def test_failed_states_have_a_command() -> None:
    """Whoever reads a red report can reproduce it on a laptop."""
    for state in (State.FAILED, State.INCONCLUSIVE, State.NO_RESULT):
        commands = [step.command for step in compose(a_run(), a_verdict(state=state)).steps]

        words = shlex.split(commands[0].replace("\\\n", ""))
        assert words[:6] == ["perfgate", "run", "--target", "reference", "--suite", "fast"]
        assert words[6:9] == ["--base", "4be0a77c1d2e", "--scenario"]


def test_long_command_goes_over_several_lines() -> None:
    """A command that a comment could not show on one line is continued as a shell allows."""
    findings = tuple(
        a_finding(scenario=f"a-scenario-with-a-long-name-{number}", decision=Decision.REGRESSED, change=0.2)
        for number in range(6)
    )

    lines = _report(*findings).steps[0].command.split(" \\\n")

    assert lines[0].endswith("--base 4be0a77c1d2e")
    assert [line.strip() for line in lines[1:]] == [
        f"--scenario a-scenario-with-a-long-name-{number}" for number in range(4)
    ]


def test_command_without_a_base_build_names_none() -> None:
    """A run against the committed baseline alone is repeated as such."""
    header = a_header(mode=Mode.BASELINE_ONLY)

    report = compose(a_run(header=header), a_verdict(state=State.FAILED))

    assert report.steps[0].command.startswith("perfgate run --target reference --suite fast --no-base ")


def test_requests_are_added_up_over_blocks() -> None:
    """Errors of all blocks are shown by class, and everything unclassed as other."""
    part = a_part(counts={"requests": 10, "ok": 6, "client-4xx": 1, "timeout": 1, "stream": 1, "aborted": 1})
    blocks = tuple(a_block(number=number, parts=(part,)) for number in (1, 2, 3))

    (traffic,) = compose(a_run(blocks=blocks), a_verdict()).traffic

    assert (traffic.arm, traffic.requests, traffic.ok) == (Arm.CANDIDATE, 30, 18)
    assert (traffic.client_4xx, traffic.timeout, traffic.other) == (3, 3, 6)


def test_a_note_on_a_target_is_shown_whether_it_was_met_or_missed() -> None:
    """What a reader must know to judge a target stands in every form of the report."""
    for decision in (Decision.MET, Decision.MISSED):
        finding = replace(a_criterion(decision=decision), note="10,000/s is the most there can be")
        report = _report(finding)

        for render in (console.render, markdown.render, html.render, json.render, summary.render):
            assert "10,000/s is the most there can be" in render(report)


def test_notes_of_the_reader_are_cautions() -> None:
    """A block that a crash tore away is told."""
    report = compose(a_run(notes=("The last line was torn.",)), a_verdict(cautions=(a_caution(),)))

    assert [caution.text for caution in report.cautions] == [a_caution().text, "The last line was torn."]


def test_failure_has_its_cure_and_no_numbers() -> None:
    """A run that came to no verdict says which phase failed and what to do."""
    report = compose_failure(a_failure(), header=a_header())

    assert report.status is Status.NO_RESULT
    assert text_of(report.sentence).startswith("The launch failed: the candidate's gateway")
    assert report.steps[0].case == "To mend it:"


def test_unknown_phase_is_not_quoted() -> None:
    """The sentence has words of ours only."""
    report = compose_failure(replace(a_failure(), phase="@everyone"))

    assert text_of(report.sentence).startswith("The run failed: ")
