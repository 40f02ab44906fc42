"""The arguments of the commands that run inside workflows, and how each is called with them."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from perf.commands.arguments import choices_of
from perf.commands.output import environment
from perf.commands.proposing import propose_baseline, wants_baseline
from perf.commands.publish import publish
from perf.commands.publish_run import MEASURING, publish_run
from perf.commands.trend import trend
from perf.errors import Exit
from perf.model.speaking import CommentWhen


def add_publish_run(parser: ArgumentParser) -> None:
    """The arguments of `perfgate publish-run`."""
    parser.add_argument(
        "--workflow", default=MEASURING, metavar="PATH", help=f"the workflow that measures ({MEASURING})"
    )
    add_comment(parser)
    add_dry_run(parser)


def add_propose_baseline(parser: ArgumentParser) -> None:
    """The arguments of `perfgate propose-baseline`."""
    parser.add_argument("file", type=Path, help="what `perfgate baseline` wrote")
    parser.add_argument("--branch", default="main", help="the branch to change (default: main)")
    add_dry_run(parser)


def add_comment(parser: ArgumentParser) -> None:
    """When a first comment is posted."""
    text = "when to post a first comment (default: `gate.comment` of the base's perfgate.toml)"
    parser.add_argument("--comment", type=CommentWhen, choices=tuple(CommentWhen), help=text)


def add_dry_run(parser: ArgumentParser) -> None:
    """The switch of every command that writes to GitHub."""
    parser.add_argument("--dry-run", action="store_true", help="print what would be written; write nothing")


def call_publish(given: Namespace) -> Exit:
    """`perfgate publish`."""
    return publish(
        given.directory,
        choices_of(given),
        comment=given.comment,
        dry_run=given.dry_run,
        env=environment(),
    )


def call_publish_run(given: Namespace) -> Exit:
    """`perfgate publish-run`."""
    return publish_run(
        given.repo,
        workflow=given.workflow,
        comment=given.comment,
        dry_run=given.dry_run,
        env=environment(),
    )


def call_propose_baseline(given: Namespace) -> Exit:
    """`perfgate propose-baseline`."""
    return propose_baseline(
        given.file, given.repo, branch=given.branch, dry_run=given.dry_run, env=environment()
    )


def call_wants_baseline(_: Namespace) -> Exit:
    """`perfgate wants-baseline`."""
    return wants_baseline(env=environment())


def call_trend(given: Namespace) -> Exit:
    """`perfgate trend`."""
    return trend(choices_of(given), shape=given.format, env=environment())
