"""`perfgate report` and `perfgate replay`: what a stored run says, and what it says under today's rules."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from perf.commands import output
from perf.commands.ordering import Choices, committed_baseline, config_of, recording_order
from perf.commands.output import Showing
from perf.config import Config
from perf.errors import BaselineError, Exit
from perf.judge.verdict import conclude, unfinished
from perf.model.baseline import Baseline
from perf.model.run import Run
from perf.model.verdict import Failure, State
from perf.pipeline.order import Order
from perf.report.compose import compose, compose_failure, compose_unfinished
from perf.report.document import Report
from perf.store.runs import HEADER_NAME, read_failure, read_run, read_verdict

_CUT_OFF = Failure(
    phase="measurement",
    what="The run is still going on, or was killed",
    where="",
    cure="Wait for it, or run it again.",
    log=(),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A stored run's report and state; the state is NO_RESULT where it came to no verdict."""

    report: Report
    state: State
    fail_on_inconclusive: bool


def report(directory: Path, showing: Showing, *, env: Mapping[str, str]) -> Exit:
    """Show a stored run as it was judged; exits as such a run does."""
    verdict = read_verdict(directory)
    if verdict is None:
        return _tell(_failed(directory, env=env), showing, env=env)
    told = Told(
        report=compose(read_run(directory), verdict, origin=output.origin(env)),
        state=verdict.state,
        fail_on_inconclusive=False,
    )
    return _tell(told, showing, env=env)


def replay(directory: Path, choices: Choices, *, showing: Showing, env: Mapping[str, str]) -> Exit:
    """Judge a stored run's blocks again, with the rules that the repository has now, and show that.

    A run that never came to a verdict can have failed, but it cannot pass.
    """
    return _tell(_judged(directory, choices, env=env), showing, env=env)


def judged_again(directory: Path, choices: Choices, *, env: Mapping[str, str]) -> Told:
    """What a finished run's blocks say under the repository's rules; its own verdict is not believed."""
    if read_failure(directory) is not None:
        return _failed(directory, env=env)
    return _judged(directory, choices, env=env)


def _judged(directory: Path, choices: Choices, *, env: Mapping[str, str]) -> Told:
    run = read_run(directory)
    order = recording_order(as_recorded(choices, run), env=env)
    rules = config_of(order.repo, None)
    baseline = baseline_of(run, order, rules=rules) if not choices.no_baseline else None
    verdict = conclude(run, scenarios=order.scenarios, baseline=baseline, policy=order.policy)
    origin = output.origin(env)
    if read_verdict(directory) is None:
        failure = read_failure(directory) or _CUT_OFF
        verdict = unfinished(
            verdict, why=failure.what, run=run, scenarios=order.scenarios, policy=order.policy
        )
        report = compose_unfinished(run, verdict, failure=failure, origin=origin)
    else:
        report = compose(run, verdict, origin=origin)
    return Told(report=report, state=verdict.state, fail_on_inconclusive=order.policy.fail_on_inconclusive)


def baseline_of(run: Run, order: Order, *, rules: Config) -> Baseline | None:
    """The baseline by which a stored run is judged again: that of the working tree."""
    if not rules.wants_baseline:
        return None
    return committed_baseline(order, rules, base=None, paired=run.header.base is not None)


def as_recorded(choices: Choices, run: Run) -> Choices:
    """The choices of the run itself: its target, its suite, its scenarios."""
    header = run.header
    return replace(choices, target=header.target, suite=header.suite, scenarios=header.scenarios)


def _failed(directory: Path, *, env: Mapping[str, str]) -> Told:
    failure = read_failure(directory)
    if failure is None:
        raise BaselineError(
            "The run has neither a verdict nor a failure: it is still going on, or was killed",
            where=str(directory),
            cure="Wait for it, or judge what it measured with `perfgate replay`.",
        )
    header = read_run(directory).header if (directory / HEADER_NAME).exists() else None
    return Told(
        report=compose_failure(failure, header=header, origin=output.origin(env)),
        state=State.NO_RESULT,
        fail_on_inconclusive=False,
    )


def _tell(told: Told, showing: Showing, *, env: Mapping[str, str]) -> Exit:
    output.emit(told.report, showing, env=env)
    return output.exit_code(told.state, fail_on_inconclusive=told.fail_on_inconclusive)
