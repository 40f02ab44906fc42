"""`perfgate run`: the whole gate."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from sys import stderr

from perf.commands import output
from perf.commands.ordering import STATE_FOLDER, Choices, order_of
from perf.commands.output import Showing
from perf.commands.trend import trend_of
from perf.errors import Exit, PerfgateError
from perf.model.verdict import Failure
from perf.pipeline.gate import Result, run_gate
from perf.pipeline.order import Order
from perf.pipeline.progress import listener
from perf.report.compose import compose, compose_failure
from perf.report.trend import render_trend_markdown
from perf.store.runs import write_failure


def run(choices: Choices, showing: Showing, *, env: Mapping[str, str]) -> Exit:
    """Measure, judge, show; the exit code says what came out."""
    output.check_files(showing.files)
    colour = output.wants_colour(env, no_color=showing.no_color)
    try:
        order = _ordered(choices, env=env)
        result = _measure(order, showing, colour=colour)
    except PerfgateError as error:
        _show_failure(error, showing, env=env)
        raise
    report = compose(result.run, result.verdict, origin=output.origin(env))
    output.emit(report, showing, env=env)
    output.tell_github(report, env, appendix=_trend(order, env))
    if not showing.quiet:
        stderr.write(f"perfgate: raw blocks and verdict are in {result.directory}\n")
    return output.exit_code(result.verdict.state, fail_on_inconclusive=order.policy.fail_on_inconclusive)


def _ordered(choices: Choices, *, env: Mapping[str, str]) -> Order:
    """As `order_of`; in GitHub Actions a refusal is left to upload, so that the comment can tell it too."""
    try:
        return order_of(choices, env=env)
    except PerfgateError as error:
        if env.get("GITHUB_ACTIONS") == "true":
            folder = choices.repo / STATE_FOLDER / "runs" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-refused"
            write_failure(folder, _failure(error))
        raise


def _measure(order: Order, showing: Showing, *, colour: bool) -> Result:
    hears = listener(stderr, quiet=showing.quiet, colour=colour)
    try:
        hears.say(f"seed {order.seed}, scenarios {', '.join(order.expected)}")
        return run_gate(order, listener=hears)
    finally:
        hears.close()


def _trend(order: Order, env: Mapping[str, str]) -> str:
    """The trend of the committed baseline, which only a job summary shows."""
    return render_trend_markdown(trend_of(order)) if env.get("GITHUB_STEP_SUMMARY") else ""


def _show_failure(error: PerfgateError, showing: Showing, *, env: Mapping[str, str]) -> None:
    """A run without a result is reported like any other: in the files asked for, and on GitHub."""
    report = compose_failure(_failure(error), origin=output.origin(env))
    output.write_files(report, showing.files)
    output.tell_github(report, env)


def _failure(error: PerfgateError) -> Failure:
    return Failure(
        phase=error.phase or "plan", what=error.what, where=error.where, cure=error.cure, log=error.log
    )


def names(values: Sequence[str]) -> tuple[str, ...]:
    """Scenario numbers and names, also where several stand in one word, separated by commas."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())
