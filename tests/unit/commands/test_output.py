"""Exit codes, colours and files of the commands."""

from pathlib import Path

import pytest

from perf.commands import output
from perf.errors import Exit, UsageError
from perf.model.verdict import State
from perf.report.compose import compose, compose_failure
from tests.factories import a_failure, a_run, a_verdict


@pytest.mark.parametrize(
    ("state", "strict", "code"),
    [
        pytest.param(State.PASSED, True, Exit.PASS, id="passed"),
        pytest.param(State.FAILED, False, Exit.REGRESSION, id="failed"),
        pytest.param(State.NO_RESULT, False, Exit.NO_RESULT, id="no-result"),
        pytest.param(State.INCONCLUSIVE, False, Exit.PASS, id="inconclusive"),
        pytest.param(State.INCONCLUSIVE, True, Exit.INCONCLUSIVE, id="inconclusive-strict"),
    ],
)
def test_each_state_has_its_exit_code(state: State, strict: bool, code: Exit) -> None:
    """Not knowing is never success, and an undecided run fails where it is asked to."""
    assert output.exit_code(state, fail_on_inconclusive=strict) is code


@pytest.mark.parametrize(
    ("env", "no_color", "colour"),
    [
        pytest.param({"FORCE_COLOR": "1"}, False, True, id="forced"),
        pytest.param({"GITHUB_ACTIONS": "true"}, False, True, id="github"),
        pytest.param({"GITHUB_ACTIONS": "true", "NO_COLOR": "1"}, False, False, id="no-color"),
        pytest.param({"FORCE_COLOR": "1"}, True, False, id="option"),
        pytest.param({"FORCE_COLOR": "1", "TERM": "dumb"}, False, False, id="dumb"),
    ],
)
def test_colour_follows_the_conventions(env: dict[str, str], no_color: bool, colour: bool) -> None:
    """NO_COLOR and --no-color win over everything."""
    assert output.wants_colour(env, no_color=no_color) is colour


def test_files_are_written_in_the_format_of_their_suffix(tmp_path: Path) -> None:
    """Folders are made; each suffix has its format."""
    report = compose(a_run(), a_verdict())
    files = [tmp_path / "deep" / name for name in ("a.md", "a.json", "a.xml", "a.txt")]
    output.write_files(report, files)

    assert [path.read_text()[:1] for path in files[:3]] == ["#", "{", "<"]
    assert files[3].read_text() == output.rendered(report, "table")


def test_a_file_without_a_known_suffix_is_refused_early() -> None:
    """Before anything is measured."""
    with pytest.raises(UsageError, match=r"a\.pdf"):
        output.check_files([Path("a.pdf")])


def test_the_workflow_names_what_it_uploads() -> None:
    """The report names that artifact; where nothing is uploaded it names none."""
    env = {"GITHUB_REPOSITORY": "acme/gateway", "GITHUB_RUN_ID": "5"}

    assert output.origin(env).artifact == ""
    assert output.origin({**env, "PERFGATE_ARTIFACT": "perfgate-long-2"}).artifact == "perfgate-long-2"


def test_github_gets_summary_and_output(tmp_path: Path) -> None:
    """The job summary is the comment's text, and the verdict is a step output."""
    report = compose(a_run(), a_verdict())
    env = {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary"), "GITHUB_OUTPUT": str(tmp_path / "output")}
    output.tell_github(report, env)

    assert (tmp_path / "summary").read_text() == output.rendered(report, "markdown")
    assert (tmp_path / "output").read_text() == "verdict=passed\nregressions=0\nregressed=\n"


def test_what_failed_is_counted_and_named() -> None:
    """A criterion that was missed counts as well as a number that got worse."""
    failed = output.outputs_of(compose(a_run(), a_verdict(state=State.FAILED)))

    assert failed["regressions"] == "3"
    assert failed["regressed"].split(",") == [
        "sticky-sessions/main/sticky-ratio",
        "baseline-latency/main/overhead-p50",
        "sticky-sessions/main/qps",
    ]


def test_no_result_counts_no_regressions() -> None:
    """Where nothing was judged the count is empty: zero would read like a pass."""
    assert output.outputs_of(compose_failure(a_failure())) == {
        "verdict": "no-result",
        "regressions": "",
        "regressed": "",
    }


def test_an_output_is_one_line(tmp_path: Path) -> None:
    """A value with a line end cannot add an output of its own."""
    output.tell_outputs({"a": "1\nverdict=passed"}, {"GITHUB_OUTPUT": str(tmp_path / "output")})

    assert (tmp_path / "output").read_text() == "a=1 verdict=passed\n"
