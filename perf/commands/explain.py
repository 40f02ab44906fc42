"""`perfgate explain`: why one number of a stored run is red, green or undecided."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from perf.commands.ordering import Choices, config_of, recording_order
from perf.commands.stored import as_recorded, baseline_of
from perf.errors import Exit, UsageError
from perf.judge.compare import series_of
from perf.judge.explain import explain as explained_by_judge
from perf.model.metric import Key
from perf.model.run import Run
from perf.report.explanation import explained
from perf.store.runs import read_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which number of which run; `scenario` may have a part behind a slash, else every part is meant."""

    directory: Path
    scenario: str
    metric: str


def explain(question: Question, choices: Choices, *, env: Mapping[str, str]) -> Exit:
    """Say it in words, by the rules that the repository has now; always exits with 0."""
    run = read_run(question.directory)
    keys = _keys(run, question)
    order = recording_order(as_recorded(choices, run), env=env)
    rules = config_of(order.repo, None)
    baseline = baseline_of(run, order, rules=rules) if not choices.no_baseline else None
    found = explained_by_judge(run, keys, scenarios=order.scenarios, baseline=baseline, policy=order.policy)
    sys.stdout.write("\n".join(explained(each) for each in found))
    return Exit.PASS


def _keys(run: Run, question: Question) -> tuple[Key, ...]:
    """The numbers that are meant; UsageError naming what the run has instead."""
    measured = sorted(series_of(run.blocks))
    scenario, _, wanted = question.scenario.partition("/")
    inside = [key for key in measured if key.scenario == scenario]
    _require(scenario, {key.scenario for key in measured}, what="scenario")
    if wanted:
        _require(wanted, {key.part for key in inside}, what=f"part of {scenario}")
        inside = [key for key in inside if key.part == wanted]
    _require(question.metric, {key.metric for key in inside}, what=f"metric of {question.scenario}")
    return tuple(key for key in inside if key.metric == question.metric)


def _require(name: str, known: set[str], *, what: str) -> None:
    if name not in known:
        raise UsageError(
            f"The run has no {what} called {name!r}",
            where="perfgate explain",
            cure=f"It has: {', '.join(sorted(known)) or 'nothing'}.",
        )
