"""`perfgate run`: the whole gate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from sys import stderr

from perf.commands import output
from perf.commands.ordering import Choices, order_of
from perf.errors import Exit, PerfgateError
from perf.model.verdict import Failure
from perf.pipeline.gate import Result, run_gate
from perf.pipeline.order import Order
from perf.pipeline.progress import listener
from perf.report.compose import compose, compose_failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """How results are to be shown."""

    shape: str
    files: tuple[Path, ...]
    quiet: bool
    no_color: bool


def run(choices: Choices, showing: Showing, *, env: Mapping[str, str]) -> Exit:
    """Measure, judge, show; the exit code says what came out."""
    output.check_files(showing.files)
    colour = output.wants_colour(env, no_color=showing.no_color)
    try:
        order = order_of(choices, env=env)
        result = _measure(order, showing, colour=colour)
    except PerfgateError as error:
        _show_failure(error, showing, env=env)
        raise
    report = compose(result.run, result.verdict, origin=output.origin(env))
    output.emit(report, shape=showing.shape, files=showing.files, colour=colour)
    output.tell_github(report, env)
    if not showing.quiet:
        stderr.write(f"perfgate: raw blocks and verdict are in {result.directory}\n")
    return output.exit_code(result.verdict.state, fail_on_inconclusive=order.policy.fail_on_inconclusive)


def _measure(order: Order, showing: Showing, *, colour: bool) -> Result:
    hears = listener(stderr, quiet=showing.quiet, colour=colour)
    try:
        hears.say(f"seed {order.seed}, scenarios {', '.join(order.expected)}")
        return run_gate(order, listener=hears)
    finally:
        hears.close()


def _show_failure(error: PerfgateError, showing: Showing, *, env: Mapping[str, str]) -> None:
    """A run without a result is reported like any other: in the files asked for, and on GitHub."""
    failure = Failure(
        phase="measurement", what=error.what, where=error.where, cure=error.cure, log=tuple(error.log)
    )
    report = compose_failure(failure, origin=output.origin(env))
    for path in showing.files:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(output.rendered(report, output.shape_of(path)), encoding="utf-8")
    output.tell_github(report, env)


def names(values: Sequence[str]) -> tuple[str, ...]:
    """Scenario numbers and names, also where several stand in one word, separated by commas."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())
