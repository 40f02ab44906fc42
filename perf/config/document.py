"""The configuration as a whole: from its text to values."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import cast

from perf.config.described import described_target
from perf.config.reading import convert, join, wrong
from perf.config.schema import BASELINE, Document, Gate
from perf.config.waivers import waivers_of
from perf.errors import ConfigError, UsageError
from perf.model.counting import CounterChoice
from perf.model.metric import METRIC_BY_NAME
from perf.model.policy import Policy
from perf.model.speaking import CommentWhen
from perf.model.target import Target
from perf.model.units import s_to_ns
from perf.targets import TARGETS


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What perfgate.toml says, defaults filled in.

    `baseline` is a path that may hold `{target}` and `{suite}`; without `wants_baseline` none is asked for.
    `targets` are those that are built in and those that the file describes, by name.
    """

    target: str
    suite: str
    baseline: str
    wants_baseline: bool
    counter: CounterChoice
    comment: CommentWhen
    policy: Policy
    targets: Mapping[str, Target]

    def baseline_path(self, *, target: str, suite: str) -> str:
        """Return where the committed baseline of a target and suite belongs, relative to the repository."""
        return self.baseline.replace("{target}", target).replace("{suite}", suite)


def load_config(text: str | None, *, where: str) -> Config:
    """Read a configuration; None gives the defaults. Raises ConfigError naming file, key and cure.

    If `where` (a path, with `REV:` before it or not) ends in pyproject.toml, [tool.perfgate] is read.
    """
    document = convert(_parsed(text or "", where), Document, where=where, path="")
    return Config(
        target=document.gate.target,
        suite=document.gate.suite,
        baseline=_baseline(document.gate, where=where),
        wants_baseline=document.gate.baseline is not False,
        counter=document.gate.instructions,
        comment=document.gate.comment,
        policy=_policy(document.gate, where=where),
        targets=_targets(document, where=where),
    )


def find_target(config: Config, name: str) -> Target:
    """Return the target of that name, built in or described; raises UsageError naming those that exist."""
    if name not in config.targets:
        raise UsageError(
            f"no target is called {name!r}",
            where="--target, or gate.target of the configuration",
            cure=f"Name one of: {', '.join(config.targets)}; or describe it as [targets.{name}].",
        )
    return config.targets[name]


def _parsed(text: str, where: str) -> dict[str, object]:
    try:
        text.encode()
        table = tomllib.loads(text)
    except UnicodeEncodeError as broken:
        raise ConfigError("not UTF-8", where=where, cure="Save the file as UTF-8.") from broken
    except tomllib.TOMLDecodeError as broken:
        raise ConfigError(f"not valid TOML: {broken}", where=where, cure="Mend the syntax there.") from broken
    if not where.endswith("pyproject.toml"):
        return table
    tool = table.get("tool", {})
    own = tool.get("perfgate", {}) if isinstance(tool, dict) else {}
    if not isinstance(own, dict):
        raise wrong("expected a table", where=where, path="tool.perfgate")
    return cast("dict[str, object]", own)


def _baseline(gate: Gate, *, where: str) -> str:
    if gate.baseline is False:
        return BASELINE
    path = PurePosixPath(gate.baseline) if isinstance(gate.baseline, str) else None
    if path is None or path.is_absolute() or ".." in path.parts or path.suffix != ".json":
        cure = (
            "Give a .json path inside the repository ({target} and {suite} are filled in), or false for none."
        )
        raise wrong(f"{gate.baseline!r} is not a baseline", where=where, path="gate.baseline", cure=cure)
    return str(path)


def _policy(gate: Gate, *, where: str) -> Policy:
    if list(gate.looks) != sorted(set(gate.looks)):
        cure = "Give rising numbers of blocks, such as [6, 10, 16]."
        raise wrong(f"looks must rise: {list(gate.looks)}", where=where, path="gate.looks", cure=cure)
    return Policy(
        alpha=gate.alpha,
        looks=gate.looks,
        limits={key: _limit(key, value, where=where) for key, value in gate.limits.items()},
        waivers=waivers_of(gate, where=where),
        creep_factor=gate.creep_factor,
        budget_ns=s_to_ns(gate.budget_seconds),
        collapse_ratio=gate.collapse_ratio,
        max_engine_ratio=gate.max_engine_ratio,
        max_lag_ratio=gate.max_lag_ratio,
        max_neighbour_ratio=gate.max_neighbour_ratio,
        min_valid_ratio=gate.min_valid_ratio,
        fail_on_inconclusive=gate.fail_on_inconclusive,
    )


def _limit(key: str, value: object, *, where: str) -> float:
    path = join("gate.limits", key)
    parts = key.split("/")
    if len(parts) not in (1, 3) or not all(parts) or parts[-1] not in METRIC_BY_NAME:
        cure = f'Name a metric, or "scenario/part/metric". Metrics: {", ".join(METRIC_BY_NAME)}.'
        raise wrong(f"no number is called {key!r}", where=where, path=path, cure=cure)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 10:
        cure = "Give a ratio from 0 to 10: 0.05 allows a worsening of 5 %."
        raise wrong(f"{value!r} is not a limit", where=where, path=path, cure=cure)
    return float(value)


def _targets(document: Document, *, where: str) -> dict[str, Target]:
    targets = {target.name: target for target in TARGETS}
    for name, table in document.targets.items():
        if name in targets:
            cure = "Choose another name."
            raise wrong(f"{name!r} is built in", where=where, path=join("targets", name), cure=cure)
        targets[name] = described_target(name, table, where=where)
    return targets
