"""Every state of the gate in every format."""

from dataclasses import replace
from pathlib import Path

import pytest

from perf.commands.beginning import no_rules
from perf.model.metric import CONNECTIONS_PER_REQUEST, E2E_P99, NEIGHBOUR_LOAD, QPS
from perf.model.run import Mode, PartRecord, Run, Skip
from perf.model.verdict import Acceptance, CautionKind, Decision, Excuse, Failure, Finding, State, Verdict
from perf.report import RENDERERS
from perf.report.compose import compose, compose_failure, compose_skip
from perf.report.document import Origin, Report
from tests.factories import (
    BASE_COMMIT,
    HEAD_COMMIT,
    a_caution,
    a_criterion,
    a_failure,
    a_finding,
    a_header,
    a_run,
    a_source,
    a_verdict,
)
from tests.golden.golden import assert_golden
from tests.judged import unchanged_findings

FILES = Path(__file__).parent / "report"
SUFFIXES = {
    "console": "txt",
    "console-colour": "ansi.txt",
    "console-all": "all.txt",
    "console-all-colour": "all.ansi.txt",
    "summary": "summary.txt",
    "summary-colour": "summary.ansi.txt",
    "markdown": "md",
    "html": "html",
    "json": "json",
    "junit": "xml",
    "annotations": "annotations.txt",
}
ORIGIN = Origin(
    run_url="https://github.com/acme/gateway/actions/runs/1",
    run_name="run 1234, attempt 1",
    artifact="perfgate-runs",
    finished_at="2026-11-23 09:47 UTC",
    accept_label="",
)


def _first_change() -> Failure:
    error = no_rules(a_source(commit=BASE_COMMIT))
    return Failure(phase=error.phase, what=error.what, where=error.where, cure=error.cure, log=())


def _waived_findings() -> tuple[Finding, ...]:
    """A miss and a loss that the base's configuration allows for a while."""
    until = "until 2027-01-31"
    miss = a_criterion(
        scenario="conversion",
        metric=CONNECTIONS_PER_REQUEST,
        decision=Decision.WAIVED,
        value=1.0,
        target=0.05,
    )
    loss = a_finding(scenario="conversion", decision=Decision.WAIVED, change=0.061)
    return (
        replace(miss, text=f"waived {until}: one connection a request; the pool is issue 41"),
        replace(loss, text=f"waived up to 8.0% {until}: TLS to the providers"),
    )


def _busy_run() -> Run:
    """Others had most of the machine in one part, and some of it in the others."""
    run = a_run()
    blocks = tuple(
        replace(
            block,
            parts=tuple(
                _beside(part, others=0.63 if not number else 0.08) for number, part in enumerate(block.parts)
            ),
        )
        for block in run.blocks
    )
    return replace(run, blocks=blocks)


def _beside(part: PartRecord, *, others: float) -> PartRecord:
    return replace(part, values={**part.values, NEIGHBOUR_LOAD.name: others})


def _busy_verdict() -> Verdict:
    """A throughput and a time that were missed beside them."""
    missed = "missed, but other processes took 63% of the cores: measure on a quieter machine"
    criteria = (
        a_criterion(
            scenario="concurrent", metric=QPS, decision=Decision.UNMEASURABLE, value=2_083, target=5_000
        ),
        a_criterion(
            scenario="concurrent",
            metric=E2E_P99,
            decision=Decision.UNMEASURABLE,
            value=869_000_000,
            target=500_000_000,
        ),
    )
    told = tuple(
        replace(each, text=missed, excuse=Excuse.NEIGHBOURS, baseline=each.candidate) for each in criteria
    )
    return a_verdict(state=State.INCONCLUSIVE, findings=(*unchanged_findings(), *told))


def _reports() -> dict[str, Report]:
    labelled = Origin(
        run_url=ORIGIN.run_url,
        run_name=ORIGIN.run_name,
        artifact=ORIGIN.artifact,
        finished_at=ORIGIN.finished_at,
        accept_label="perf: accept",
    )
    other_cpu = a_caution(
        kind=CautionKind.OTHER_MACHINE,
        text="The CPU differs from the baseline's. Committed times are shown only; paired ones decide.",
    )
    by_octocat = Acceptance(login="octocat", sha=HEAD_COMMIT)
    skips = (Skip(scenario="failover", reason="the target cannot fail over"),)
    baseline_only = a_run(header=a_header(mode=Mode.BASELINE_ONLY, skips=skips))
    return {
        "passed": compose(a_run(), a_verdict(), origin=ORIGIN),
        "failed": compose(
            a_run(), a_verdict(state=State.FAILED, cautions=(a_caution(), other_cpu)), origin=labelled
        ),
        "inconclusive": compose(a_run(), a_verdict(state=State.INCONCLUSIVE), origin=ORIGIN),
        "no-result": compose(a_run(), a_verdict(state=State.NO_RESULT), origin=ORIGIN),
        "accepted": compose(a_run(), a_verdict(state=State.FAILED), origin=labelled, acceptance=by_octocat),
        "skipped": compose_skip(by_octocat, origin=labelled),
        "beginning": compose_failure(_first_change(), origin=labelled),
        "launch-failed": compose_failure(a_failure(), header=a_header(), origin=ORIGIN),
        "waived": compose(
            a_run(), a_verdict(findings=(*unchanged_findings(), *_waived_findings())), origin=ORIGIN
        ),
        "busy": compose(_busy_run(), _busy_verdict(), origin=ORIGIN),
        "local": compose(baseline_only, a_verdict()),
    }


@pytest.mark.parametrize("format_name", list(RENDERERS))
@pytest.mark.parametrize("state", list(_reports()))
def test_report_is_as_agreed(state: str, format_name: str) -> None:
    """The output for each state equals the file that was read and agreed."""
    report = _reports()[state]

    content = RENDERERS[format_name](report)

    assert_golden(FILES / f"{state}.{SUFFIXES[format_name]}", content)


def test_every_format_has_golden_files() -> None:
    """A renderer without a golden file would be one that nobody looked at."""
    assert set(SUFFIXES) == set(RENDERERS)
