"""Where results go: standard output, files, and what GitHub Actions reads."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from perf.errors import Exit, UsageError
from perf.model.verdict import State
from perf.report import RENDERERS
from perf.report.document import NOWHERE, Origin, Report, Status
from perf.report.neutral import visible
from perf.report.status import failing_rows

FORMATS = ("table", "summary", "markdown", "html", "json", "junit", "github")
_RENDERER = {
    "table": "console",
    "summary": "summary",
    "markdown": "markdown",
    "html": "html",
    "json": "json",
    "junit": "junit",
    "github": "annotations",
}
_COLOURED = frozenset({"table", "summary"})
_BY_SUFFIX = {".md": "markdown", ".html": "html", ".json": "json", ".xml": "junit", ".txt": "table"}
_SUMMARY_LIMIT_BYTES = 900_000
_OUTPUT_LIMIT = 10_000
"""Characters of one output of a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """How results are to be shown: the format of standard output, more files, and how much of everything."""

    shape: str
    files: tuple[Path, ...]
    everything: bool
    quiet: bool
    no_color: bool


def emit(report: Report, showing: Showing, *, env: Mapping[str, str]) -> None:
    """Write the report to standard output in its format, and to each file in the format of its suffix."""
    write_files(report, showing.files)
    renderer = _RENDERER[showing.shape]
    if showing.shape == "table":
        renderer += "-all" if showing.everything else ""
    if showing.shape in _COLOURED:
        renderer += "-colour" if wants_colour(env, no_color=showing.no_color) else ""
    sys.stdout.write(RENDERERS[renderer](report).rstrip("\n") + "\n")
    sys.stdout.flush()


def write_files(report: Report, files: Sequence[Path]) -> None:
    """Write the report to each file, in the format of its suffix; folders are made."""
    for path in files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(rendered(report, shape_of(path)), encoding="utf-8")


def rendered(report: Report, shape: str) -> str:
    """The report in one of FORMATS."""
    return RENDERERS[_RENDERER[shape]](report)


def check_files(files: Sequence[Path]) -> None:
    """Raise UsageError for an output whose format cannot be told, before minutes are spent on measuring."""
    for path in files:
        shape_of(path)


def tell_github(report: Report, env: Mapping[str, str], *, appendix: str = "") -> None:
    """Inside GitHub Actions: the job summary with its appendix, annotations, outputs; elsewhere nothing."""
    if env.get("GITHUB_STEP_SUMMARY"):
        text = (rendered(report, "markdown") + appendix).encode("utf-8")[:_SUMMARY_LIMIT_BYTES]
        _append(env["GITHUB_STEP_SUMMARY"], text.decode("utf-8", "ignore"))
    tell_outputs(outputs_of(report), env)
    if env.get("GITHUB_ACTIONS") == "true":
        sys.stderr.write(rendered(report, "github"))


def outputs_of(report: Report) -> Mapping[str, str]:
    """What later steps can read; the regressions are "" where nothing was judged, never 0."""
    unknown = report.status in {Status.NO_RESULT, Status.SKIPPED}
    failing = failing_rows(report)
    return {
        "verdict": report.status.value,
        "regressions": "" if unknown else str(len(failing)),
        "regressed": "" if unknown else ",".join(row.finding.key.text for row in failing),
    }


def tell_outputs(values: Mapping[str, str], env: Mapping[str, str]) -> None:
    """Inside GitHub Actions: outputs of the step, one line each; elsewhere nothing."""
    if env.get("GITHUB_OUTPUT"):
        lines = (f"{name}={visible(value, most=_OUTPUT_LIMIT)}\n" for name, value in values.items())
        _append(env["GITHUB_OUTPUT"], "".join(lines))


def origin(env: Mapping[str, str]) -> Origin:
    """Where the report is made, as far as GitHub's variables tell; the workflow names its upload."""
    repository, run_id = env.get("GITHUB_REPOSITORY", ""), env.get("GITHUB_RUN_ID", "")
    if not (repository and run_id):
        return NOWHERE
    server = env.get("GITHUB_SERVER_URL", "https://github.com")
    attempt = env.get("GITHUB_RUN_ATTEMPT", "1")
    return Origin(
        run_url=f"{server}/{repository}/actions/runs/{run_id}",
        run_name=f"run {env.get('GITHUB_RUN_NUMBER', run_id)}, attempt {attempt}",
        artifact=env.get("PERFGATE_ARTIFACT", ""),
        finished_at="",
        accept_label="",
    )


def wants_colour(env: Mapping[str, str], *, no_color: bool) -> bool:
    """Whether to colour: NO_COLOR says no, FORCE_COLOR and GitHub's logs yes, else a terminal decides."""
    if no_color or env.get("NO_COLOR") or env.get("TERM") == "dumb":
        return False
    return bool(env.get("FORCE_COLOR")) or env.get("GITHUB_ACTIONS") == "true" or sys.stdout.isatty()


def exit_code(state: State, *, fail_on_inconclusive: bool) -> Exit:
    """How the process ends for each state of the verdict."""
    match state:
        case State.PASSED:
            return Exit.PASS
        case State.FAILED:
            return Exit.REGRESSION
        case State.NO_RESULT:
            return Exit.NO_RESULT
        case State.INCONCLUSIVE:
            return Exit.INCONCLUSIVE if fail_on_inconclusive else Exit.PASS


def shape_of(path: Path) -> str:
    """The format that a file's suffix names."""
    shape = _BY_SUFFIX.get(path.suffix)
    if shape is None:
        raise UsageError(
            f"The format of {path.name} cannot be told from its suffix",
            where=f"--output {path}",
            cure=f"Use one of {', '.join(_BY_SUFFIX)}.",
        )
    return shape


def _append(path: str, text: str) -> None:
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(text)


def environment() -> Mapping[str, str]:
    """The variables of this process, read in one place."""
    return os.environ
