"""`perfgate report` and `perfgate replay`: what a stored run says, and what it says under today's rules."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from perf.commands import output
from perf.commands.ordering import Choices, committed_baseline, config_of, recording_order
from perf.commands.run import Showing
from perf.errors import BaselineError, Exit
from perf.judge.verdict import conclude
from perf.model.run import Run
from perf.model.verdict import Verdict
from perf.report.compose import compose, compose_failure
from perf.report.document import Report
from perf.store.runs import read_failure, read_run, read_verdict


def report(directory: Path, showing: Showing, *, env: Mapping[str, str]) -> Exit:
    """Show a stored run as it was judged; exits as the run did."""
    document, verdict = stored_report(directory, env)
    _emit(document, showing, env=env)
    return _exit(verdict)


def replay(directory: Path, choices: Choices, *, showing: Showing, env: Mapping[str, str]) -> Exit:
    """Judge a stored run's blocks again, with the rules that the repository has now, and show that."""
    run = read_run(directory)
    order = recording_order(_as_recorded(choices, run), env=env)
    rules = config_of(order.repo, None)
    wanted = rules.wants_baseline and not choices.no_baseline
    baseline = committed_baseline(order, rules, base=None) if wanted else None
    verdict = conclude(run, scenarios=order.scenarios, baseline=baseline, policy=order.policy)
    _emit(compose(run, verdict, origin=output.origin(env)), showing, env=env)
    return output.exit_code(verdict.state, fail_on_inconclusive=order.policy.fail_on_inconclusive)


def _as_recorded(choices: Choices, run: Run) -> Choices:
    """The choices of the run itself: its target, its suite, its scenarios."""
    header = run.header
    return replace(
        choices, target=header.target, suite=header.suite, scenarios=header.scenarios, base=None, no_base=True
    )


def stored_report(directory: Path, env: Mapping[str, str]) -> tuple[Report, Verdict | None]:
    """The report of a run directory: its verdict, or why it has none."""
    verdict, failure = read_verdict(directory), read_failure(directory)
    if verdict is not None:
        return compose(read_run(directory), verdict, origin=output.origin(env)), verdict
    if failure is not None:
        return compose_failure(failure, origin=output.origin(env)), None
    raise BaselineError(
        "The run has neither a verdict nor a failure: it is still going on, or was killed",
        where=str(directory),
        cure="Wait for it, or judge what it measured with `perfgate replay`.",
    )


def _emit(document: Report, showing: Showing, *, env: Mapping[str, str]) -> None:
    colour = output.wants_colour(env, no_color=showing.no_color)
    output.emit(document, shape=showing.shape, files=showing.files, colour=colour)


def _exit(verdict: Verdict | None) -> Exit:
    if verdict is None:
        return Exit.NO_RESULT
    return output.exit_code(verdict.state, fail_on_inconclusive=False)
