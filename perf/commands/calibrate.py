"""`perfgate calibrate`: how often the gate errs and what it finds, on this machine or on recorded blocks."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from perf.commands.ordering import Choices, config_of, recording_order
from perf.errors import BaselineError, Exit, UsageError
from perf.judge.calibration.table import calibrate, healthy
from perf.model.calibration import Calibration, End
from perf.model.rehearsal import RehearsalBook
from perf.model.verdict import State
from perf.pipeline.calibrating import record_planted, record_rehearsals
from perf.pipeline.progress import listener
from perf.report import calibration as shown
from perf.store.rehearsals import read_rehearsals, write_rehearsals
from perf.sut.source import commit_source, repository_root

SHAPES = {"table": shown.render, "markdown": shown.render_markdown, "json": shown.render_json}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to record and what to judge: a file of blocks, or `runs` gate runs to carry out first."""

    file: Path | None
    runs: int
    planted: str | None
    planted_blocks: int
    record: Path | None
    resamples: int
    shape: str


def options(parser: ArgumentParser) -> None:
    """What the command may be told besides what to measure."""
    parser.add_argument("file", nargs="?", type=Path, help="recorded blocks to judge, instead of --runs")
    parser.add_argument("--runs", type=int, default=0, help="gate runs of this commit against itself")
    parser.add_argument("--planted", metavar="REV", help="then blocks of this slower commit")
    parser.add_argument("--planted-blocks", type=int, default=24, help="how many (default: 24)")
    parser.add_argument("--record", type=Path, help="keep the blocks in this file, after each run")
    parser.add_argument("--resamples", type=int, default=300, help="gate runs to draw (default: 300)")
    parser.add_argument("--format", choices=tuple(SHAPES), default="table", help="on standard output")


def plan_of(arguments: Namespace) -> Plan:
    """The plan that the command line chose."""
    return Plan(
        file=arguments.file,
        runs=arguments.runs,
        planted=arguments.planted,
        planted_blocks=arguments.planted_blocks,
        record=arguments.record,
        resamples=arguments.resamples,
        shape=arguments.format,
    )


def calibrated(choices: Choices, plan: Plan, *, env: Mapping[str, str]) -> Exit:
    """Print the table; exit 1 if the real runs were red more often than they may be."""
    if (plan.file is None) == (plan.runs == 0):
        raise UsageError(
            "Calibration needs either a file of recorded blocks or runs to carry out",
            where="the command line",
            cure="Say `perfgate calibrate FILE`, or `perfgate calibrate --runs 20 --record FILE`.",
        )
    book = _recorded(choices, plan, env=env) if plan.file is None else read_rehearsals(plan.file)
    policy = config_of(repository_root(choices.repo), None).policy
    try:
        table = calibrate(book, policy=policy, resamples=plan.resamples, seed=choices.seed or 1)
    except ValueError as error:
        cure = "Record some with `perfgate calibrate --runs 20 --record FILE`."
        raise BaselineError(str(error), where=str(plan.file), cure=cure) from error
    sys.stdout.write(SHAPES[plan.shape](table))
    return _exit(table, alpha=policy.alpha)


def _exit(table: Calibration, *, alpha: float) -> Exit:
    reds = max(table.states.get(State.FAILED, 0), table.real.ends.get(End.RED, 0))
    if healthy(reds, table.real.runs, alpha=alpha):
        return Exit.PASS
    sys.stderr.write("perfgate: unchanged gate runs were red more often than chance allows\n")
    return Exit.REGRESSION


def _recorded(choices: Choices, plan: Plan, *, env: Mapping[str, str]) -> RehearsalBook:
    def keep(book: RehearsalBook) -> None:
        if plan.record is not None:
            write_rehearsals(plan.record, book)

    order = recording_order(choices, env=env)
    hears = listener(sys.stderr, quiet=False, colour=False)
    try:
        book = record_rehearsals(order, runs=plan.runs, listener=hears, keep=keep)
        if plan.planted is None:
            return book
        slower = commit_source(order.repo, plan.planted)
        return record_planted(
            order, book, slower=slower, blocks=plan.planted_blocks, listener=hears, keep=keep
        )
    finally:
        hears.close()
