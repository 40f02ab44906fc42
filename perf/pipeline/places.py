"""The places that a configuration may name: scenarios, parts and criteria that exist."""

from perf.errors import ConfigError
from perf.judge.demands import holds
from perf.judge.summarise import BENCHMARKS
from perf.model.ingest import INGESTED
from perf.model.metric import Key
from perf.model.policy import Miss, Policy
from perf.model.quantity import written
from perf.scenarios import SCENARIOS


def require_known_places(policy: Policy, *, where: str) -> None:
    """ConfigError if a limit or a waiver names a scenario, part or criterion that nobody has.

    `where` is the file.
    """
    named = [("gate.limits", Key(*key.split("/"))) for key in policy.limits if "/" in key]
    named += [("gate.waivers", waiver.key) for waiver in policy.waivers]
    parts = {scenario.name: tuple(part.name for part in scenario.parts) for scenario in SCENARIOS}
    for table, key in named:
        if key.scenario in INGESTED or key.scenario == BENCHMARKS:
            continue
        known = parts.get(key.scenario, tuple(parts))
        if (key.part if key.scenario in parts else key.scenario) not in known:
            what = f"part {key.part!r}" if key.scenario in parts else f"scenario {key.scenario!r}"
            raise ConfigError(
                f"there is no {what}",
                where=f'{where}: {table}."{key.text}"',
                cure=f"Name one of: {', '.join(known)}.",
            )
    for waiver in policy.waivers:
        if isinstance(waiver.allows, Miss):
            _require_criterion(waiver.key, worst=waiver.allows.worst, where=where)


def _require_criterion(key: Key, *, worst: float, where: str) -> None:
    criteria = [each for scenario in SCENARIOS if scenario.name == key.scenario for each in scenario.criteria]
    known = {f"{each.part}/{each.metric.name}": each for each in criteria}
    criterion = known.get(f"{key.part}/{key.metric}")
    if criterion is None:
        raise ConfigError(
            f"{key.scenario} has no such criterion, so there is none to waive up to `worst`",
            where=f'{where}: gate.waivers."{key.text}"',
            cure=f"Name one of: {', '.join(known) or 'none'}; a compared number is waived up to `ceiling`.",
        )
    if holds(criterion, worst):
        raise ConfigError(
            f"`worst` of {key.text} meets its criterion, so there is no miss that it waives",
            where=f'{where}: gate.waivers."{key.text}"',
            cure=f"Its target is {written(criterion.target, criterion.metric.unit)}: give the value beyond "
            "it that is just bearable, and mind its unit; or remove the waiver.",
        )
