"""From command line, configuration and repository to an order."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from perf.config import Config, load_config
from perf.errors import BaselineError, NothingToCompareError, UsageError
from perf.judge.summarise import BENCHMARKS
from perf.model.baseline import Baseline
from perf.model.build import Source
from perf.model.target import RunningKind, Target
from perf.pipeline.order import Order, select, servable
from perf.store.baselines import read_baseline_text
from perf.sut.source import candidate_source, config_text, default_base, file_text, repository_root

STATE_FOLDER = ".perfgate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the command line chose; None and empty leave it to the configuration."""

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


def order_of(choices: Choices, *, env: Mapping[str, str], record: bool = False) -> Order:
    """Everything that the run needs, checked before anything is built.

    Limits and error rates come from the base commit's configuration: a change cannot loosen its own gate.
    With `record`, the order is for a new baseline: nothing is compared, so neither base nor baseline is sought.
    """
    repo = repository_root(choices.repo)
    candidate = candidate_source(repo)
    own = _config(repo, None)
    target = _target(choices.target or own.target, own)
    base = None if record else _base(choices, repo, target=target)
    rules = own if base is None else _config(repo, base.commit)
    suite = choices.suite or rules.suite
    wanted = select(suite, choices.scenarios)
    scenarios, skips = servable(wanted, target)
    benchmarks = bool(target.benchmarks) and (not choices.scenarios or BENCHMARKS in choices.scenarios)
    policy = rules.policy
    if choices.fail_on_inconclusive:
        policy = replace(policy, fail_on_inconclusive=True)
    return Order(
        repo=repo,
        state=repo / STATE_FOLDER,
        target=target,
        suite=suite,
        scenarios=scenarios,
        skips=skips,
        benchmarks=benchmarks,
        candidate=candidate,
        base=base,
        baseline=None
        if record or choices.no_baseline
        else _baseline(rules, repo=repo, base=base, target=target, suite=suite),
        policy=policy,
        seed=secrets.randbits(32) if choices.seed is None else choices.seed,
        release=not choices.debug,
        repository=env.get("GITHUB_REPOSITORY", ""),
        head_sha=env.get("PERFGATE_HEAD_SHA", "") or candidate.commit,
        pull_request=_number(env.get("PERFGATE_PULL_REQUEST", "")),
    )


def baseline_path(config: Config, *, target: Target, suite: str) -> str:
    """The committed baseline's path in the repository."""
    return config.baseline_path(target=target.name, suite=suite)


def _config(repo: Path, rev: str | None) -> Config:
    found = config_text(repo, rev)
    return load_config(found.text if found else None, where=found.where if found else "built-in defaults")


def _target(name: str, config: Config) -> Target:
    if name not in config.targets:
        raise UsageError(
            f"There is no target {name!r}",
            where="--target",
            cure=f"Choose one of {', '.join(sorted(config.targets))}, or describe it in perfgate.toml.",
        )
    return config.targets[name]


def _base(choices: Choices, repo: Path, *, target: Target) -> Source | None:
    if choices.no_base or (isinstance(target.kind, RunningKind) and choices.base is None):
        return None
    return default_base(repo, choices.base)


def _baseline(
    config: Config, *, repo: Path, base: Source | None, target: Target, suite: str
) -> Baseline | None:
    """The base commit's baseline; where it has none yet, the candidate's own."""
    if not config.wants_baseline:
        return None
    path = baseline_path(config, target=target, suite=suite)
    for rev in (base.commit, None) if base else (None,):
        text = file_text(repo, rev, path)
        if text is not None:
            where = path if rev is None else f"{rev[:9]}:{path}"
            return _fitting(read_baseline_text(text, where=where), target=target, suite=suite, where=where)
    raise NothingToCompareError(
        "The committed baseline is missing, so nothing says which numbers must exist",
        where=path,
        cure="Record it with `perfgate baseline` and commit it, or say --no-baseline.",
    )


def _fitting(baseline: Baseline, *, target: Target, suite: str, where: str) -> Baseline:
    if (baseline.target, baseline.suite) != (target.name, suite):
        raise BaselineError(
            f"The baseline is of target {baseline.target}, suite {baseline.suite}",
            where=where,
            cure=f"Record one for {target.name}, {suite} with `perfgate baseline`.",
        )
    return baseline


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
