"""The options that several commands share."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from perf.commands.ordering import OWN_ENGINE, WRK, Choices
from perf.commands.output import FORMATS, Showing
from perf.commands.run import names
from perf.model.counting import CounterChoice


def add_choices(parser: ArgumentParser) -> None:
    """What is measured, against what, and how strictly."""
    group = parser.add_argument_group("what to measure")
    group.add_argument("--target", help="the gateway product (default: from perfgate.toml, else reference)")
    group.add_argument("--suite", help="fast, medium or long (default: fast)")
    group.add_argument(
        "--scenario", action="append", default=[], help="a scenario by number or name; may be repeated"
    )
    group.add_argument("--base", metavar="REV", help="the commit to compare with (default: found from git)")
    group.add_argument("--no-base", action="store_true", help="compare with the committed baseline alone")
    group.add_argument("--no-baseline", action="store_true", help="do without a committed baseline")
    group.add_argument("--debug", action="store_true", help="a debug build, marked as such everywhere")
    group.add_argument("--seed", type=int, help="the seed of all random choices (default: a new one)")
    group.add_argument(
        "--duration", metavar="30m", help="how long scenario 8 lasts, in s, m or h (default: its own)"
    )
    group.add_argument(
        "--engine",
        choices=(OWN_ENGINE, WRK),
        default=OWN_ENGINE,
        help="wrk repeats scenario 2 beside the engine",
    )
    group.add_argument(
        "--instructions",
        choices=[choice.value for choice in CounterChoice],
        help="what counts them (default: from perfgate.toml, else auto)",
    )
    group.add_argument("--fail-on-inconclusive", action="store_true", help="exit 4 if nothing is decided")


def add_showing(parser: ArgumentParser) -> None:
    """In which form the result is shown, and where else it is written."""
    group = parser.add_argument_group("how to show it")
    group.add_argument("--format", choices=FORMATS, default="table", help="on standard output")
    group.add_argument(
        "--output",
        action="append",
        type=Path,
        default=[],
        help="also to a file: .md .html .json .xml (JUnit) .txt; may be repeated",
    )
    group.add_argument("--all", action="store_true", help="every number that was measured")
    group.add_argument("-q", "--quiet", action="store_true", help="no progress")
    group.add_argument("--no-color", action="store_true", help="no colour, as with NO_COLOR")


def choices_of(arguments: Namespace) -> Choices:
    """What the command line chose to measure."""
    return Choices(
        repo=arguments.repo,
        target=arguments.target,
        suite=arguments.suite,
        scenarios=names(arguments.scenario),
        base=arguments.base,
        no_base=arguments.no_base,
        no_baseline=arguments.no_baseline,
        debug=arguments.debug,
        seed=arguments.seed,
        fail_on_inconclusive=arguments.fail_on_inconclusive,
        counter=CounterChoice(arguments.instructions) if arguments.instructions else None,
        duration=arguments.duration,
        engine=arguments.engine,
    )


def showing_of(arguments: Namespace) -> Showing:
    """How the command line wants it shown."""
    return Showing(
        shape=arguments.format,
        files=tuple(arguments.output),
        everything=arguments.all,
        quiet=arguments.quiet,
        no_color=arguments.no_color,
    )
