"""What a command asks for, and the plan that follows from it before anything is built."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from perf.errors import ConfigError, NothingToCompareError, UsageError
from perf.judge.controls import CONTROLS
from perf.judge.summarise import BENCHMARKS
from perf.model.baseline import Baseline
from perf.model.build import Source
from perf.model.counting import CounterChoice
from perf.model.load import ConstantRate
from perf.model.policy import Policy
from perf.model.run import Mode, Skip
from perf.model.scenario import Ask, Cadence, Capability, Part, Route, Scenario
from perf.model.target import RunningKind, Target
from perf.scenarios import SCENARIOS, SUITES

_FEWEST_BLOCKS = 2
"""Two have a spread, if a wide one; one has none."""
_EXTRAS = (BENCHMARKS, CONTROLS)
"""What can be asked for like a scenario, and has no file of its own."""
_ASKED = {
    Ask.CHAT: Capability.OPENAI_CHAT,
    Ask.CHAT_CONVERTED: Capability.OPENAI_TO_ANTHROPIC,
    Ask.MESSAGES: Capability.ANTHROPIC_MESSAGES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A gate run as ordered.

    Without `base` committed baselines alone decide; without `baseline` either, the scenarios' criteria do.
    `wrk` is the folder of wrk's scripts where it is to cross-check the engine, else None.
    """

    repo: Path
    state: Path
    target: Target
    suite: str
    scenarios: tuple[Scenario, ...]
    skips: tuple[Skip, ...]
    benchmarks: bool
    controls: bool
    wrk: Path | None
    counter: CounterChoice
    candidate: Source
    base: Source | None
    baseline: Baseline | None
    policy: Policy
    seed: int
    release: bool
    repository: str
    head_sha: str
    pull_request: int
    workflow_run: int = 0
    workflow_attempt: int = 0

    @property
    def mode(self) -> Mode:
        """What the candidate is compared with."""
        if self.base is not None:
            return Mode.PAIRED
        return Mode.CRITERIA_ONLY if self.baseline is None else Mode.BASELINE_ONLY

    @property
    def expected(self) -> tuple[str, ...]:
        """The scenario names that the run is to measure, micro-benchmarks and controls included."""
        names = tuple(scenario.name for scenario in self.scenarios)
        return (*names, *((BENCHMARKS,) if self.benchmarks else ()), *((CONTROLS,) if self.controls else ()))


def select(suite: str, wanted: Sequence[str]) -> tuple[Scenario, ...]:
    """The scenarios of a suite, or those given by number or name; UsageError for a name nobody knows."""
    if suite not in SUITES:
        raise ConfigError(
            f"There is no suite {suite!r}",
            where="suite",
            cure=f"Choose one of: {', '.join(SUITES)}.",
        )
    if not wanted:
        return SUITES[suite]
    known = {name: scenario for scenario in SCENARIOS for name in (scenario.number.lower(), scenario.name)}
    unknown = [name for name in wanted if name.lower() not in known and name not in _EXTRAS]
    if unknown:
        choices = ", ".join(f"{scenario.number} ({scenario.name})" for scenario in SCENARIOS)
        raise UsageError(
            f"There is no scenario {unknown[0]!r}",
            where="--scenario",
            cure=f"Choose among {choices}, {', '.join(_EXTRAS)}.",
        )
    chosen = {known[name.lower()].name for name in wanted if name not in _EXTRAS}
    return tuple(scenario for scenario in SCENARIOS if scenario.name in chosen)


def require_told_noise(policy: Policy) -> None:
    """ConfigError if the first look of a run that compares comes where nothing can be told from noise."""
    if policy.looks[0] < _FEWEST_BLOCKS:
        raise ConfigError(
            "one block tells no change from noise, so that neither a number nor a control could be judged",
            where=f"gate.looks = {list(policy.looks)} of the base commit, or of this tree without one",
            cure=f"Let the first look come after {_FEWEST_BLOCKS} blocks or more, 6 are usual; or compare "
            "nothing with --no-base --no-baseline: criteria alone need one block.",
        )


def lasting(scenarios: Sequence[Scenario], duration_ns: int | None) -> tuple[Scenario, ...]:
    """The scenarios with another duration for those that watch what a gateway keeps; None changes nothing.

    UsageError if none of them does.
    """
    if duration_ns is None:
        return tuple(scenarios)
    if not any(_watches(part) for scenario in scenarios for part in scenario.parts):
        raise UsageError(
            "None of these scenarios has a duration to choose", where="--duration", cure="Add --scenario 8."
        )
    return tuple(
        replace(scenario, parts=tuple(_lasting(part, duration_ns=duration_ns) for part in scenario.parts))
        for scenario in scenarios
    )


def _watches(part: Part) -> bool:
    return isinstance(part.workload, ConstantRate) and bool(part.usage_every_ns)


def _lasting(part: Part, *, duration_ns: int) -> Part:
    if not (isinstance(part.workload, ConstantRate) and part.usage_every_ns):
        return part
    return replace(part, workload=replace(part.workload, duration_ns=duration_ns))


def servable(scenarios: Sequence[Scenario], target: Target) -> tuple[tuple[Scenario, ...], tuple[Skip, ...]]:
    """The scenarios that a target can serve, with the parts that it can; the others with the reason."""
    kept: list[Scenario] = []
    skips: list[Skip] = []
    for scenario in scenarios:
        missing = scenario.needs - target.capabilities
        if missing:
            skips.append(Skip(scenario=scenario.name, reason=_unclaimed(target, missing)))
            continue
        unserved = {part.name: _needs(part, scenario) - target.capabilities for part in scenario.parts}
        served = [part for part in scenario.parts if not unserved[part.name]]
        if not served:
            lacking = frozenset[Capability]().union(*unserved.values())
            skips.append(Skip(scenario=scenario.name, reason=_unclaimed(target, lacking)))
            continue
        kept.append(_demanding(scenario.only(served), target))
        skips += [
            Skip(scenario=scenario.name, part=name, reason=_unclaimed(target, lacking))
            for name, lacking in unserved.items()
            if lacking
        ]
    return tuple(kept), tuple(skips)


def _demanding(scenario: Scenario, target: Target) -> Scenario:
    """With those criteria only that the target can be held to."""
    fair = tuple(each for each in scenario.criteria if each.needs <= target.capabilities)
    return replace(scenario, criteria=fair)


def _needs(part: Part, scenario: Scenario) -> frozenset[Capability]:
    """What the part says that it needs, and what its requests ask for."""
    if scenario.route is Route.DIRECT:
        return part.needs
    streams = part.stream or part.mixed
    return part.needs | {_ASKED[part.ask], *((Capability.STREAMING,) if streams else ())}


def _unclaimed(target: Target, missing: frozenset[Capability]) -> str:
    return f"{target.name} does not claim {', '.join(sorted(missing))}"


def left_out(scenarios: Sequence[Scenario], skips: Sequence[Skip]) -> tuple[Skip, ...]:
    """All other scenarios as skipped, with the suite that each belongs to."""
    told = {scenario.name for scenario in scenarios} | {skip.scenario for skip in skips}
    return tuple(
        Skip(
            scenario=scenario.name,
            reason=f"of the suite {_suite_of(scenario)}: --scenario {scenario.number} or --all runs it",
        )
        for scenario in SCENARIOS
        if scenario.name not in told
    )


def _suite_of(scenario: Scenario) -> str:
    return next(name for name, suite in SUITES.items() if scenario in suite)


def countable(
    scenarios: Sequence[Scenario], target: Target, *, counter: CounterChoice
) -> tuple[tuple[Scenario, ...], tuple[Skip, ...]]:
    """The scenarios without those that count instructions, if nothing is to count, or nothing can.

    Nothing can where a gateway was up before.
    """
    why = ""
    if counter is CounterChoice.OFF:
        why = "counting instructions is switched off"
    elif isinstance(target.kind, RunningKind):
        why = "the instructions of a gateway that was not started here cannot be counted"
    counted = [each for each in scenarios if each.cadence is Cadence.COUNTED]
    kept = tuple(each for each in scenarios if not (why and each in counted))
    return kept, tuple(Skip(scenario=each.name, reason=why) for each in counted if why)


def uncompared(order: Order) -> Order:
    """The order without what only compares: controls, and counts of instructions, which have no criteria."""
    counted = tuple(each for each in order.scenarios if each.cadence is Cadence.COUNTED)
    kept = tuple(each for each in order.scenarios if each not in counted)
    if not kept:
        return replace(order, controls=False)
    why = "instructions are only compared, and there is nothing to compare with"
    skips = tuple(Skip(scenario=each.name, reason=why) for each in counted)
    return replace(order, controls=False, scenarios=kept, skips=(*order.skips, *skips))


def controllable(scenarios: Sequence[Scenario], target: Target) -> bool:
    """Whether the controls can run: beside interleaved scenarios, and through a proxy of plain bytes."""
    secured = isinstance(target.kind, RunningKind) and target.kind.base_url.startswith("https:")
    return not secured and any(
        each.route is Route.THROUGH_SUT and each.cadence is Cadence.EVERY_BLOCK for each in scenarios
    )


def _asks_only_the_rig(order: Order) -> bool:
    """Whether the rig is all that was asked for, with nothing left out and nothing to compare."""
    rig = {scenario.route for scenario in order.scenarios} == {Route.DIRECT}
    return rig and order.mode is Mode.CRITERIA_ONLY and not order.skips and not order.benchmarks


def require_something(order: Order) -> None:
    """Raise if this order could only end in knowing nothing."""
    if _asks_only_the_rig(order):
        return
    if not any(scenario.route is Route.THROUGH_SUT for scenario in order.scenarios) and not order.benchmarks:
        raise NothingToCompareError(
            "No scenario to run that goes through the gateway",
            where=f"suite {order.suite}, target {order.target.name}",
            cure="Choose at least one of `perfgate scenarios` that the target can serve; to look at the rig "
            "alone, compare nothing: --no-base --no-baseline.",
        )
    judged = any(each.criteria for each in order.scenarios if each.route is Route.THROUGH_SUT)
    if order.mode is Mode.CRITERIA_ONLY and not judged:
        raise NothingToCompareError(
            "Nothing to compare with: no base commit, no committed baseline, and no criterion either",
            where=str(order.repo),
            cure="Give a base with --base REV, record a baseline with `perfgate baseline` and commit it, or "
            "choose a scenario with criteria.",
        )
    if order.base is not None and isinstance(order.target.kind, RunningKind):
        raise UsageError(
            "A gateway that is already running cannot be compared with a base build",
            where=f"target {order.target.name}",
            cure="Leave --base out; the committed baseline then decides.",
        )
