"""Every format: sizes, escapes and agreement with the report."""

import json
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from perf.model.metric import METRICS
from perf.model.run import Skip
from perf.model.verdict import Acceptance, Decision, Finding, State
from perf.report import RENDERERS
from perf.report.annotations import MAX_LINES
from perf.report.compose import compose, compose_failure
from perf.report.console import WIDTH
from perf.report.document import Origin, Report
from perf.report.markdown import BUDGET, Cut, render_within
from tests.factories import (
    a_block,
    a_caution,
    a_failure,
    a_finding,
    a_header,
    a_part,
    a_run,
    a_verdict,
)

HOSTILE = "@octocat ![x](https://e.vil) <img src=x> `|` \n# h --> &lt; \u202e\x00]]>"
PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")
OUR_TAGS = {"<details>", "</details>", "<summary>", "</summary>", "<sub>", "</sub>", "</a>"}
FINDINGS = st.builds(
    a_finding,
    scenario=st.sampled_from(["a", "long-name-of-a-scenario"]),
    part=st.sampled_from(["main", "openai-to-anthropic-streaming"]),
    metric=st.sampled_from(METRICS),
    decision=st.sampled_from(Decision),
    baseline=st.floats(1e-6, 1e15),
    change=st.floats(-0.99, 30.0),
)
REPORTS = st.builds(
    lambda state, findings: compose(a_run(), a_verdict(state=state, findings=tuple(findings))),
    st.sampled_from(State),
    st.lists(FINDINGS, max_size=8, unique_by=lambda finding: finding.key),
)


def _hostile() -> Report:
    header = a_header(skips=(Skip(scenario="x", reason=HOSTILE),))
    bad_build = replace(
        header.candidate, toolchain=HOSTILE, source=replace(header.candidate.source, label=HOSTILE)
    )
    finding = replace(
        a_finding(decision=Decision.INVALID, change=None, baseline=None), title=HOSTILE, text=HOSTILE
    )
    verdict = a_verdict(state=State.NO_RESULT, findings=(finding,), cautions=(a_caution(text=HOSTILE),))
    origin = Origin(
        run_url='javascript:"><b>',
        run_name=HOSTILE,
        artifact=HOSTILE,
        finished_at=HOSTILE,
        accept_label=HOSTILE,
    )
    run = a_run(header=replace(header, candidate=bad_build, placement=HOSTILE))
    return compose(run, verdict, origin=origin)


def _many(count: int) -> Report:
    findings = [
        a_finding(scenario=f"scenario-{number:04}", decision=list(Decision)[number % len(Decision)])
        for number in range(count)
    ]
    return compose(a_run(), a_verdict(state=State.FAILED, findings=tuple(findings)))


@pytest.mark.parametrize(
    "report",
    [
        pytest.param(_hostile(), id="numbers"),
        pytest.param(
            compose_failure(
                replace(a_failure(), what=HOSTILE, where=HOSTILE, cure=HOSTILE, log=("```", HOSTILE))
            ),
            id="failure",
        ),
        pytest.param(
            compose(
                a_run(),
                a_verdict(state=State.FAILED),
                acceptance=Acceptance(login=HOSTILE, sha=HOSTILE),
            ),
            id="acceptance",
        ),
    ],
)
def test_foreign_text_makes_no_markup(report: Report) -> None:
    """The comment has only the tags that we write, no image, no link and no mention."""
    tokens = PARSER.parse(RENDERERS["markdown"](report))

    children = [child for token in tokens for child in token.children or ()]
    html = "".join(
        each.content for each in (*tokens, *children) if each.type in {"html_block", "html_inline"}
    )
    bare = " ".join(child.content for child in children if child.type == "text")
    assert set(re.findall(r"<[^>]*>", html)) <= OUR_TAGS
    assert not {child.type for child in children} & {"image", "link_open"}
    assert "@" not in bare
    assert "://" not in bare


@given(REPORTS)
@settings(max_examples=15)
def test_tables_have_one_width(report: Report) -> None:
    """Every row of a Markdown table has as many cells as its head."""
    blocks = RENDERERS["markdown"](report).split("\n\n")

    for table in (block.split("\n") for block in blocks if block.startswith("|")):
        assert len({row.count("|") for row in table}) == 1


@pytest.mark.parametrize("count", [0, 100, 400], ids=str)
def test_comment_fits_whatever_the_number_of_rows(count: int) -> None:
    """However many measurements there are, GitHub takes the comment, and what is left out is said."""
    text = RENDERERS["markdown"](_many(count))

    assert len(text) <= BUDGET
    assert ("Left out" in text) == (count >= 400)


def test_what_is_cut_first_matters_least() -> None:
    """A smaller budget leaves out more, in one order, and never the verdict or the changed rows."""
    report = compose(a_run(), a_verdict(state=State.FAILED))
    whole = render_within(report, budget=BUDGET)
    sizes = [len(whole)]
    for _ in Cut:
        sizes.append(len(render_within(report, budget=sizes[-1] - 1)))

    least = render_within(report, budget=0)

    assert sizes == sorted(sizes, reverse=True)
    assert "Performance gate: failed" in least
    assert "| 🔴\N{NO-BREAK SPACE}slower" in least
    assert "<details>" not in least


def test_long_names_of_parts_stay_apart() -> None:
    """Names that are too long for the terminal keep their ends, where parts of a scenario differ."""
    names = ("chat-converted-with-a-long-name", "chat-converted-with-a-long-name-stream")
    counts = {"requests": 340_000, "ok": 340_000, "instance:a": 1, "instance:b": 1, "instance:c": 1}
    parts = tuple(a_part(scenario="conversion-overhead", part=name, counts=counts) for name in names)

    text = RENDERERS["console"](compose(a_run(blocks=(a_block(parts=parts),)), a_verdict()))

    lines = [line for line in text.split("\n") if "340,000" in line]
    assert len({line.split()[0] for line in lines}) == 2
    assert max(len(line) for line in text.split("\n")) <= WIDTH


def test_padding_goes_before_content() -> None:
    """A comment that is a little too long loses the spaces of its source and nothing else."""
    report = compose(a_run(), a_verdict(state=State.FAILED))
    whole = render_within(report, budget=BUDGET)

    text = render_within(report, budget=len(whole) - 1)

    assert PARSER.render(text).split() == PARSER.render(whole).split()
    assert len(text) < 0.9 * len(whole)


@given(REPORTS)
@settings(max_examples=15)
def test_terminal_lines_fit(report: Report) -> None:
    """Nothing is wider than 120 columns."""
    lines = RENDERERS["console"](report).split("\n")

    assert max(len(line) for line in lines) <= WIDTH


@given(REPORTS)
@settings(max_examples=15)
def test_colours_change_no_word(report: Report) -> None:
    """Without its escapes, the coloured output is the plain one."""
    coloured = RENDERERS["console-colour"](report)

    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == RENDERERS["console"](report)


def test_plain_output_has_no_escapes() -> None:
    """A file or a pager gets text only, whatever a stored run holds."""
    assert "\x1b" not in RENDERERS["console"](_hostile())
    assert "\x00" not in RENDERERS["console"](_hostile())


@pytest.mark.parametrize("state", list(State))
def test_terminal_says_the_verdict_after_the_tables(state: State) -> None:
    """What one sees without scrolling is the verdict."""
    text = RENDERERS["console"](compose(a_run(), a_verdict(state=state)))

    tail = text[text.index("Performance gate:") :]
    assert len(tail.split("\n")) <= 12
    assert "----" not in tail


@given(REPORTS)
@settings(max_examples=15)
def test_json_has_every_finding(report: Report) -> None:
    """The data has the raw numbers of all findings."""
    parsed = json.loads(RENDERERS["json"](report))

    findings: list[Finding] = [row.finding for group in report.groups for row in group.rows]
    assert [entry["candidate"] for entry in parsed["findings"]] == [each.candidate for each in findings]
    assert parsed["status"] == report.status.value


@given(REPORTS)
@settings(max_examples=15)
def test_junit_totals_agree_with_its_cases(report: Report) -> None:
    """Totals are the sums, and a report that is not passed never looks as if all were well."""
    suite = ET.fromstring(RENDERERS["junit"](report))[0]

    cases = suite.findall("testcase")
    assert int(suite.attrib["tests"]) == len(cases)
    for total, outcome in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.attrib[total]) == sum(case.find(outcome) is not None for case in cases)
    if report.status.value == "no-result":
        assert int(suite.attrib["errors"]) > 0


@pytest.mark.parametrize(
    ("decision", "outcome"),
    [
        (Decision.REGRESSED, "failure"),
        (Decision.MISSING, "failure"),
        (Decision.INVALID, "error"),
        (Decision.COLLAPSED, "error"),
        (Decision.INCONCLUSIVE, "skipped"),
    ],
)
def test_junit_tells_outcomes_apart(decision: Decision, outcome: str) -> None:
    """What fails is a failure, what was not measured an error, what is undecided is skipped."""
    findings = (a_finding(), a_finding(scenario="other", decision=decision))

    cases = ET.fromstring(
        RENDERERS["junit"](compose(a_run(), a_verdict(state=State.FAILED, findings=findings)))
    )[0]

    assert [[child.tag for child in case] for case in cases] == [[], [outcome]]


def test_junit_is_xml_whatever_it_quotes() -> None:
    """Control characters and the end of a CDATA section do no harm."""
    assert ET.fromstring(RENDERERS["junit"](_hostile())).tag == "testsuites"


@pytest.mark.parametrize("count", [1, 9, 60], ids=str)
def test_annotations_stay_below_ten_errors(count: int) -> None:
    """GitHub drops the eleventh error of a step, and its failure is one: the ninth tells how many more."""
    findings = tuple(
        a_finding(scenario=f"s{number:02}", decision=Decision.REGRESSED, change=0.2)
        for number in range(count)
    )

    lines = RENDERERS["annotations"](compose(a_run(), a_verdict(state=State.FAILED, findings=findings)))

    shown = lines.splitlines()
    assert len(shown) == min(count, MAX_LINES)
    assert all(line.startswith("::error title=") for line in shown)
    assert (f"and {count - MAX_LINES + 1} more" in shown[-1]) == (count > MAX_LINES)


def test_annotations_cannot_be_broken_out_of() -> None:
    """A line feed or a percent sign in a text starts no command of its own."""
    lines = RENDERERS["annotations"](_hostile()).splitlines()

    assert len(lines) == 1
    assert lines[0].startswith("::error title=Performance gate%2C baseline-latency::")


def test_failed_run_without_rows_is_annotated() -> None:
    """A build that failed is an error line too."""
    assert RENDERERS["annotations"](compose_failure(a_failure())).startswith(
        "::error title=Performance gate::"
    )


def test_working_tree_is_named_by_its_label() -> None:
    """A run on a laptop has no head commit; the footer names the tree instead."""
    header = replace(a_header(), head_sha="")

    text = RENDERERS["markdown"](compose(a_run(header=header), a_verdict()))

    assert "candidate `pull request 7`" in text
