"""`perfgate ingest`: other tools' results of base and candidate, judged by the rules of the gate."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from perf.commands import output
from perf.commands.ordering import Choices, config_of, order_of
from perf.commands.output import Showing
from perf.commands.stored import as_recorded
from perf.errors import BaselineError, Exit, UsageError
from perf.judge.ingest import added_to, records_of
from perf.judge.verdict import conclude
from perf.model.build import Build, Source
from perf.model.ingest import Tool, ToolRun
from perf.model.policy import Policy
from perf.model.run import Arm, Mode, Run, RunHeader
from perf.model.verdict import Verdict
from perf.pipeline.machine import environment
from perf.report.compose import compose
from perf.store.ingest import READERS
from perf.store.runs import RunStore, read_failure, read_run
from perf.sut.source import default_base, repository_root

_LABEL = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Which results of which tool: a path for each run of the tool, in the order in which they ran."""

    tool: Tool
    baseline: tuple[Path, ...]
    candidate: tuple[Path, ...]
    into: Path | None


def ingest(results: Results, choices: Choices, *, showing: Showing, env: Mapping[str, str]) -> Exit:
    """Judge the results alone, or with `into` as part of a stored run, whose verdict is then written anew.

    The rules are those of the base commit, as for any run.
    """
    output.check_files(showing.files)
    runs = _read(results)
    if results.into is not None:
        run, verdict, policy = _added(results, runs, directory=results.into, choices=choices, env=env)
    else:
        policy = _rules(choices)
        records = records_of(results.tool, runs, at_most=policy.looks[-1])
        run = Run(header=_header(results), blocks=added_to((), records))
        verdict = conclude(run, scenarios=(), baseline=None, policy=policy)
    report = compose(run, verdict, origin=output.origin(env))
    output.emit(report, showing, env=env)
    output.tell_github(report, env)
    strict = policy.fail_on_inconclusive or choices.fail_on_inconclusive
    return output.exit_code(verdict.state, fail_on_inconclusive=strict)


def _read(results: Results) -> dict[Arm, tuple[ToolRun, ...]]:
    """The runs of both sides; UsageError if a result stands on both, or twice on one."""
    paths = (*results.baseline, *results.candidate)
    runs = [READERS[results.tool](path) for path in paths]
    for number, run in enumerate(runs):
        first = runs.index(run)
        if first != number:
            raise UsageError(
                f"{paths[first]} and {paths[number]} are one and the same result",
                where="--baseline, --candidate",
                cure="Give each run of the tool once, on its own side.",
            )
    middle = len(results.baseline)
    return {Arm.BASELINE: tuple(runs[:middle]), Arm.CANDIDATE: tuple(runs[middle:])}


def _added(
    results: Results,
    runs: Mapping[Arm, Sequence[ToolRun]],
    *,
    directory: Path,
    choices: Choices,
    env: Mapping[str, str],
) -> tuple[Run, Verdict, Policy]:
    stored = _finished(directory, results.tool)
    base = stored.header.base
    commit = base.source.commit if base else ""
    recorded = replace(as_recorded(choices, stored), base=commit or None, no_base=not commit)
    order = order_of(recorded, env=env)
    records = records_of(results.tool, runs, at_most=order.policy.looks[-1])
    run = replace(stored, blocks=added_to(stored.blocks, records))
    verdict = conclude(run, scenarios=order.scenarios, baseline=order.baseline, policy=order.policy)
    store = RunStore(directory=directory)
    store.replace_blocks(run.blocks)
    store.finish(verdict)
    sys.stderr.write(f"perfgate: added to {directory}\n")
    return run, verdict, order.policy


def _finished(directory: Path, tool: Tool) -> Run:
    if read_failure(directory) is not None:
        raise BaselineError(
            "The run came to no verdict, so nothing can be added to it",
            where=str(directory),
            cure="Measure again with `perfgate run`, then add the results.",
        )
    run = read_run(directory)
    if any(part.scenario == tool for block in run.blocks for part in block.parts):
        raise UsageError(
            f"The run has results of {tool} already",
            where=str(directory),
            cure="Give all results of a tool at once, each with --baseline or --candidate.",
        )
    return run


def _rules(choices: Choices) -> Policy:
    """The base commit's policy; where there is no base, the working tree's."""
    repo = repository_root(choices.repo)
    own = config_of(repo, None)
    base = None if choices.no_base else default_base(repo, choices.base)
    return own.policy if base is None else config_of(repo, base.commit).policy


def _header(results: Results) -> RunHeader:
    now = datetime.now(UTC)
    return RunHeader(
        run_id=f"{now:%Y%m%dT%H%M%SZ}-{results.tool}",
        started_at=now.isoformat(timespec="seconds"),
        suite=results.tool.value,
        target=results.tool.value,
        mode=Mode.INGESTED,
        base=_side(Arm.BASELINE, results.baseline),
        candidate=_side(Arm.CANDIDATE, results.candidate),
        environment=environment(),
        seed=0,
        scenarios=(results.tool.value,),
        skips=(),
        placement="",
        repository="",
        head_sha="",
        pull_request=0,
    )


def _side(arm: Arm, paths: Sequence[Path]) -> Build:
    """A stand-in for a build that is not known: the names of its results."""
    label = ", ".join(str(path) for path in paths)
    return Build(
        target="",
        source=Source(label=label[:_LABEL], commit="", tree="", dirty=False),
        key=f"results of the {arm}",
        directory="",
        interpreter="",
        release=True,
        reused=False,
        toolchain="",
    )
