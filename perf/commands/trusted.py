"""The report of a run that is not believed: what is published of it, whatever it uploaded."""

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from perf.commands.consent import ACCEPT, Consent
from perf.commands.rejudging import Origins, rejudge
from perf.errors import ArtifactError, PerfgateError
from perf.github.artifact import artifact_name
from perf.github.runs import WorkflowRun
from perf.model.run import RunHeader
from perf.model.verdict import Caution, CautionKind, Failure
from perf.report.compose import compose, compose_failure, compose_skip
from perf.report.document import Origin, Report
from perf.report.status import is_success
from perf.store.runs import Uploaded

_MEASURED_BY = ("judge", "load", "pipeline", "scenarios", "stats", "sut", "upstream")
GATE_FILES = (
    ".github/*",
    ".ci/*",
    "scripts/*",
    "action.yml",
    "*perfgate.toml",
    "baselines/*",
    *(f"perf/{part}/*" for part in _MEASURED_BY),
)
"""What the gate itself is made of: who changes it measures with their own yardstick."""
_MAX_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is published of a run, and whether it counts as success."""

    report: Report
    success: bool


def told(
    uploaded: Uploaded | PerfgateError | None, *, repo: Path, origins: Origins, consent: Consent
) -> Told:
    """The report of what a measuring job uploaded; None is nothing at all.

    An error is what could not be read. Whatever is wrong gives `no result`, which is no success.
    """
    origin = origin_of(origins.run)
    if consent.skipped is not None:
        return _told(compose_skip(consent.skipped, origin=origin), consent=consent)
    try:
        return _judged(uploaded, repo=repo, origins=origins, consent=consent)
    except PerfgateError as error:
        stage = "check of the artifact" if isinstance(uploaded, Uploaded | PerfgateError) else "measuring job"
        phase = error.phase or stage
        failure = Failure(phase=phase, what=error.what, where=error.where, cure=error.cure, log=error.log)
        return _told(compose_failure(failure, origin=origin), consent=consent)


def _judged(
    uploaded: Uploaded | PerfgateError | None, *, repo: Path, origins: Origins, consent: Consent
) -> Told:
    if isinstance(uploaded, PerfgateError):
        raise uploaded
    if uploaded is None:
        raise _nothing(origins.run, "uploaded nothing that could be judged")
    if uploaded.failure is not None:
        header = _own_header(uploaded, origins.run)
        report = compose_failure(uploaded.failure, header=header, origin=origin_of(origins.run))
        return _told(report, consent=consent)
    if uploaded.run is None or uploaded.verdict is None:
        raise _nothing(origins.run, "was cut off before it came to a verdict")
    judged = rejudge(uploaded.run, said=uploaded.verdict, repo=repo, origins=origins)
    report = compose(judged.run, judged.verdict, origin=origin_of(origins.run), acceptance=consent.accepted)
    return _told(report, consent=consent, fail_on_inconclusive=judged.fail_on_inconclusive)


def _told(report: Report, *, consent: Consent, fail_on_inconclusive: bool = False) -> Told:
    return Told(
        report=replace(report, cautions=(*consent.cautions, *report.cautions)),
        success=is_success(report, fail_on_inconclusive=fail_on_inconclusive),
    )


def _own_header(uploaded: Uploaded, run: WorkflowRun) -> RunHeader | None:
    header = None if uploaded.run is None else uploaded.run.header
    return header if header is not None and header.head_sha == run.head_sha else None


def _nothing(run: WorkflowRun, what: str) -> ArtifactError:
    return ArtifactError(
        f"It ended as `{run.conclusion or 'unknown'}` and {what}",
        where=run.url,
        cure="Read the log of the run; run its failed job again, or push.",
    )


def origin_of(run: WorkflowRun) -> Origin:
    """Where the report's numbers come from, by what GitHub says."""
    return Origin(
        run_url=run.url,
        run_name=run.name,
        artifact=artifact_name(run.attempt),
        finished_at=f"{run.updated_at:%Y-%m-%d %H:%M} UTC",
        accept_label=ACCEPT,
    )


def own_yardstick(paths: tuple[str, ...], *, branch: str) -> tuple[Caution, ...]:
    """A caution where a pull request touches GATE_FILES; its rules are not used, its measuring is."""
    touched = [path for path in paths if any(fnmatchcase(path, pattern) for pattern in GATE_FILES)]
    if not touched:
        return ()
    named = ", ".join(f"`{path.replace('`', '')}`" for path in touched[:_MAX_NAMED])
    more = f" and {len(touched) - _MAX_NAMED} more" if len(touched) > _MAX_NAMED else ""
    text = (
        f"This pull request changes files of the gate itself: {named}{more}. It is judged by the rules of "
        f"`{branch}`, but measured by its own files: look at them before you believe the numbers."
    )
    return (Caution(kind=CautionKind.GATE_INPUTS, text=text),)
