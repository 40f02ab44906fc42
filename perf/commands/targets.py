"""`perfgate targets`: the gateways that can be measured, and what each was seen to serve."""

import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill

from tabulate import tabulate

from perf.commands.ordering import STATE_FOLDER, config_of
from perf.config import Config, find_target
from perf.errors import Exit
from perf.model.scenario import Capability, Route, Scenario
from perf.model.target import Target
from perf.model.trial import Outcome, Trials
from perf.pipeline.progress import Lines
from perf.pipeline.proving import SHOWN
from perf.pipeline.trying import try_target
from perf.scenarios import SCENARIOS
from perf.store.trials import read_trials, write_trials
from perf.sut.shipped import shipped_source
from perf.sut.source import candidate_source, repository_root

_NOT_TRIED = "not tried"
_WIDTH = 110
_WORKS = (
    "works: one request of each part was answered well, from providers without faults, and provably came "
    "through the gateway; and what the scenario needs was seen:"
)
_UNTRIED = (
    "not tried, whatever a cell says: time, cost, load, memory, what large requests do to small ones, faults "
    "in streams, clients that hang up, overload; `perfgate run` measures these."
)
_EXPLAINED = frozenset({Outcome.FAILED, Outcome.PARTLY})


def targets(repo: Path, names: Sequence[str], *, trying: bool) -> Exit:
    """What each target claims, and which scenarios it was seen to serve; `trying` sees now.

    Without `names` it is about all targets. Exits with 3 if what was tried failed.
    """
    root = repository_root(repo)
    config = config_of(root, None)
    chosen = _chosen(config, names)
    state = root / STATE_FOLDER
    if trying:
        for target in chosen:
            _try(target, root=root, state=state)
    found = {target.name: read_trials(state, target.name) for target in chosen}
    sys.stdout.write("\n\n".join((_claims(chosen), _matrix(chosen, found), _legend())) + "\n")
    notes = [_note(target, found[target.name]) for target in chosen]
    sys.stdout.write("\n" + "\n".join(notes) + "\n")
    failed = any(each.outcome is Outcome.FAILED for one in found.values() if one for each in one.trials)
    return Exit.NO_RESULT if trying and failed else Exit.PASS


def _chosen(config: Config, names: Sequence[str]) -> list[Target]:
    return [find_target(config, name) for name in names] if names else list(config.targets.values())


def _try(target: Target, *, root: Path, state: Path) -> None:
    source = shipped_source(target) if target.shipped else candidate_source(root)
    listener = Lines(sys.stderr)
    write_trials(
        state, try_target(target, source, scenarios=SCENARIOS, repo=root, state=state, listener=listener)
    )


def _claims(chosen: Sequence[Target]) -> str:
    rows = [
        (
            target.name,
            target.title,
            "all" if target.capabilities == frozenset(Capability) else ", ".join(sorted(target.capabilities)),
        )
        for target in chosen
    ]
    return tabulate(rows, headers=("target", "what", "claims"), tablefmt="simple", disable_numparse=True)


def _matrix(chosen: Sequence[Target], found: dict[str, Trials | None]) -> str:
    """A row a scenario, a column a target."""
    rows = [
        (f"{scenario.number} {scenario.name}", *(_cell(scenario, found[target.name]) for target in chosen))
        for scenario in SCENARIOS
        if scenario.route is Route.THROUGH_SUT
    ]
    headers = ("scenario", *(target.name for target in chosen))
    return tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True)


def _cell(scenario: Scenario, trials: Trials | None) -> str:
    for trial in trials.trials if trials else ():
        if trial.scenario == scenario.name:
            return "FAILED" if trial.outcome is Outcome.FAILED else trial.outcome.value
    return _NOT_TRIED


def _legend() -> str:
    """What a cell says, and what it does not."""
    shown = [
        _wrapped(f"{capability} ({', '.join(_numbers(capability))}): {what}")
        for capability, what in SHOWN.items()
    ]
    return "\n".join((fill(_WORKS, _WIDTH), *shown, fill(_UNTRIED, _WIDTH)))


def _numbers(capability: Capability) -> list[str]:
    """The scenarios that need it, or a part of which does."""
    return [
        scenario.number
        for scenario in SCENARIOS
        if capability in scenario.needs.union(*(part.needs for part in scenario.parts))
    ]


def _wrapped(text: str) -> str:
    return fill(text, _WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _note(target: Target, trials: Trials | None) -> str:
    """When it was tried, why what failed did, and what is missing of what works in part."""
    if trials is None:
        return f"{target.name}: {_NOT_TRIED}; `perfgate targets --try --target {target.name}` does."
    lines = [f"{target.name}: tried {trials.tried_at} ({trials.source})"]
    told: dict[str, list[str]] = {}
    for each in trials.trials:
        if each.outcome in _EXPLAINED:
            told.setdefault(each.reason, []).append(each.scenario)
    lines += [_wrapped(f"{', '.join(names)}: {reason}") for reason, names in told.items()]
    return "\n".join(lines)
