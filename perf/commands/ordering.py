"""From command line, configuration and repository to an order."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from perf.commands.beginning import brings_rules, no_baseline, no_rules
from perf.config import Config, find_target, load_config
from perf.errors import BaselineError, UsageError
from perf.judge.controls import CONTROLS
from perf.judge.summarise import BENCHMARKS
from perf.model.baseline import Baseline
from perf.model.build import Source
from perf.model.counting import CounterChoice
from perf.model.scenario import Scenario
from perf.model.target import RunningKind, Target
from perf.model.units import s_to_ns
from perf.pipeline.order import (
    Order,
    controllable,
    countable,
    lasting,
    left_out,
    require_told_noise,
    select,
    servable,
    uncompared,
)
from perf.pipeline.places import require_known_places
from perf.pipeline.wrk import wrk_scripts
from perf.store.baselines import read_baseline_text
from perf.sut.shipped import shipped_source
from perf.sut.source import candidate_source, config_text, default_base, file_text, repository_root

STATE_FOLDER = ".perfgate"
OWN_ENGINE = "perfgate"
WRK = "wrk"
_UNIT_S = {"s": 1, "m": 60, "h": 3_600}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the command line chose; None and empty leave it to the configuration.

    `left_out` has the scenarios that were not chosen reported as skipped.
    """

    repo: Path
    target: str | None
    suite: str | None
    scenarios: tuple[str, ...]
    base: str | None
    no_base: bool
    no_baseline: bool
    debug: bool
    seed: int | None
    fail_on_inconclusive: bool
    duration: str | None = None
    left_out: bool = False
    engine: str = OWN_ENGINE
    counter: CounterChoice | None = None


def nothing_chosen(repo: Path, *, target: str | None = None, suite: str | None = None) -> Choices:
    """What the configuration alone decides, but for the target and suite that are named."""
    return Choices(
        repo=repo,
        target=target,
        suite=suite,
        scenarios=(),
        base=None,
        no_base=False,
        no_baseline=False,
        debug=False,
        seed=0,
        fail_on_inconclusive=False,
    )


def order_of(choices: Choices, *, env: Mapping[str, str]) -> Order:
    """Everything that a gate run needs, checked before anything is built.

    Limits and error rates come from the base commit's configuration: a change cannot loosen its own gate.
    """
    repo = repository_root(choices.repo)
    own = config_of(repo, None)
    target = find_target(own, choices.target or own.target)
    base = _base(choices, repo, target=target)
    rules = config_of(repo, base.commit) if base else own
    order = _order(choices, repo=repo, target=target, rules=rules, env=env)
    wanted = rules.wants_baseline and not choices.no_baseline
    baseline = committed_baseline(order, rules, base=base, paired=base is not None) if wanted else None
    if base is None and baseline is None:
        return uncompared(order)
    require_told_noise(order.policy)
    return replace(order, base=base, baseline=baseline)


def recording_order(choices: Choices, *, env: Mapping[str, str]) -> Order:
    """What a new baseline needs: nothing is compared, so neither base nor baseline is sought."""
    repo = repository_root(choices.repo)
    own = config_of(repo, None)
    target = find_target(own, choices.target or own.target)
    return _order(choices, repo=repo, target=target, rules=own, env=env)


def base_order(choices: Choices, *, base: Source) -> Order:
    """What the base commit gates, to judge a run that was measured elsewhere.

    The target is the base's own. Without a baseline at the base nothing is demanded but the scenarios.
    """
    repo = repository_root(choices.repo)
    rules = config_of(repo, base.commit)
    target = find_target(rules, rules.target)
    order = _order(choices, repo=repo, target=target, rules=rules, env={})
    path = rules.baseline_path(target=target.name, suite=order.suite)
    text = file_text(repo, path, rev=base.commit) if rules.wants_baseline else None
    where = f"{base.commit[:9]}:{path}"
    baseline = None if text is None else _fitting(read_baseline_text(text, where=where), order, where=where)
    return replace(order, base=base, baseline=baseline)


def config_of(repo: Path, rev: str | None) -> Config:
    """The configuration of a commit, or of the working tree for None; without a file, the defaults.

    The working tree's may name only scenarios that exist; a base commit's may name one that is gone since.
    """
    found = config_text(repo, rev)
    where = found.where if found else "built-in defaults"
    config = load_config(found.text if found else None, where=where)
    if rev is None:
        require_known_places(config.policy, where=where)
    return config


def baseline_file(order: Order) -> Path:
    """Where the committed baseline of an order belongs."""
    config = config_of(order.repo, None)
    return order.repo / config.baseline_path(target=order.target.name, suite=order.suite)


def committed_baseline(order: Order, rules: Config, *, base: Source | None, paired: bool) -> Baseline | None:
    """The base commit's baseline; where it has none yet, the candidate's own.

    The suite that the configuration names must have one. Another one may do without, if the run is paired.
    """
    path = rules.baseline_path(target=order.target.name, suite=order.suite)
    for rev in (base.commit, None) if base else (None,):
        text = file_text(order.repo, path, rev=rev)
        if text is not None:
            where = path if rev is None else f"{rev[:9]}:{path}"
            return _fitting(read_baseline_text(text, where=where), order, where=where)
    if paired and order.suite != rules.suite:
        return None
    if base is not None and brings_rules(order.repo, base):
        raise no_rules(base)
    raise no_baseline(order.repo, base, path=path)


def _order(choices: Choices, *, repo: Path, target: Target, rules: Config, env: Mapping[str, str]) -> Order:
    suite = choices.suite or rules.suite
    counter = choices.counter or rules.counter
    wanted = lasting(select(suite, choices.scenarios), _duration_ns(choices.duration))
    served, unserved = servable(wanted, target)
    scenarios, uncounted = countable(served, target, counter=counter)
    rest = left_out(scenarios, (*unserved, *uncounted)) if choices.left_out else ()
    strict = rules.policy.fail_on_inconclusive or choices.fail_on_inconclusive
    candidate = shipped_source(target) if target.shipped else candidate_source(repo)
    return Order(
        repo=repo,
        state=repo / STATE_FOLDER,
        target=target,
        suite=suite,
        scenarios=scenarios,
        skips=(*unserved, *uncounted, *rest),
        benchmarks=bool(target.benchmarks) and (not choices.scenarios or BENCHMARKS in choices.scenarios),
        controls=controllable(scenarios, target) and (not choices.scenarios or CONTROLS in choices.scenarios),
        wrk=_wrk(choices, scenarios),
        counter=counter,
        candidate=candidate,
        base=None,
        baseline=None,
        policy=replace(rules.policy, fail_on_inconclusive=strict),
        seed=secrets.randbits(32) if choices.seed is None else choices.seed,
        release=not choices.debug,
        repository=env.get("GITHUB_REPOSITORY", ""),
        head_sha=env.get("PERFGATE_HEAD_SHA", "") or candidate.commit,
        pull_request=_number(env.get("PERFGATE_PULL_REQUEST", "")),
        workflow_run=_number(env.get("GITHUB_RUN_ID", "")),
        workflow_attempt=_number(env.get("GITHUB_RUN_ATTEMPT", "")),
    )


def _base(choices: Choices, repo: Path, *, target: Target) -> Source | None:
    if target.shipped and choices.base is not None:
        raise UsageError(
            f"{target.title} is built from the locks that perfgate brings along: no commit has another one",
            where="--base",
            cure="Leave --base out. To compare two versions, keep the lock in a repository of your own "
            '(kind = "python" with project = "", or kind = "npm").',
        )
    if target.shipped:
        return None
    if choices.no_base or (isinstance(target.kind, RunningKind) and choices.base is None):
        return None
    return default_base(repo, choices.base)


def _fitting(baseline: Baseline, order: Order, *, where: str) -> Baseline:
    if (baseline.target, baseline.suite) != (order.target.name, order.suite):
        raise BaselineError(
            f"The baseline is of target {baseline.target}, suite {baseline.suite}",
            where=where,
            cure=f"Record one for {order.target.name}, {order.suite} with `perfgate baseline`.",
        )
    return baseline


def _wrk(choices: Choices, scenarios: Sequence[Scenario]) -> Path | None:
    if choices.engine == OWN_ENGINE:
        return None
    if not any(part.cross_checked for scenario in scenarios for part in scenario.parts):
        raise UsageError(
            "None of these scenarios is cross-checked by wrk", where="--engine wrk", cure="Add --scenario 2."
        )
    return wrk_scripts()


def _duration_ns(text: str | None) -> int | None:
    """What `90s`, `30m` or `1h` say; None for None."""
    if text is None:
        return None
    number, unit = text[:-1], text[-1:]
    if unit not in _UNIT_S or not (number.isascii() and number.isdigit() and int(number)):
        raise UsageError(
            f"{text!r} is no duration", where="--duration", cure="Give a whole number and s, m or h: 30m."
        )
    return s_to_ns(int(number) * _UNIT_S[unit])


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
