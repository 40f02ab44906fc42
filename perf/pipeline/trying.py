"""Tries which scenarios a target can serve: real processes, one request of each shape, nothing measured."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from perf.errors import PerfgateError
from perf.model.build import Build, Source
from perf.model.run import Arm, Skip
from perf.model.scenario import Route, Scenario, Topology
from perf.model.target import Target
from perf.model.trial import Outcome, Trial, Trials
from perf.pipeline.order import servable
from perf.pipeline.placement import own_cores, place
from perf.pipeline.preflight import preflight, within, without_trouble
from perf.pipeline.progress import Listener
from perf.pipeline.providers import serve_providers
from perf.pipeline.rig import Rig, Seat
from perf.sut.build import build
from perf.sut.launch import launch


def try_target(
    target: Target,
    source: Source,
    *,
    scenarios: Sequence[Scenario],
    repo: Path,
    state: Path,
    listener: Listener,
) -> Trials:
    """Build the target, start it once for each topology, and send one request of each part.

    Upstreams answer without faults, whatever the scenario scripts: this is about what the target can do.
    A failure is a result, not an error.
    """
    asked = [each for each in scenarios if each.route is Route.THROUGH_SUT]
    served, skips = servable(asked, target)
    found = {
        each.scenario: Trial(scenario=each.scenario, outcome=Outcome.NOT_SUPPORTED, reason=each.reason)
        for each in skips
        if not each.part
    }
    listener.say(f"{target.name}: building")
    try:
        built = build(target, source, repo=repo, cache=state / "cache", say=listener.say)
        found |= _tried(target, built, scenarios=served, listener=listener)
    except PerfgateError as error:
        found |= {each.name: _failed(each, error) for each in served}
    found = in_part(found, skips)
    return Trials(
        target=target.name,
        tried_at=datetime.now(UTC).isoformat(timespec="seconds"),
        source=source.label,
        trials=tuple(found[each.name] for each in asked),
    )


def _tried(
    target: Target, built: Build, *, scenarios: Sequence[Scenario], listener: Listener
) -> Mapping[str, Trial]:
    placement = place(own_cores())
    found: dict[str, Trial] = {}
    with (
        serve_providers(scenarios, cpus=placement.upstream) as upstream,
        TemporaryDirectory(prefix="perfgate-try-") as folder,
    ):
        rig = Rig(upstream=upstream, placement=placement, rng=Random(0))
        wanted = dict.fromkeys(topology for each in scenarios for topology in each.topologies)
        for number, topology in enumerate(wanted):
            listener.say(f"{target.name}: topology {topology.name}")
            mine = [within(each, topology) for each in scenarios if topology in each.topologies]
            try:
                with _seat(
                    target, built, topology=topology, rig=rig, run_dir=Path(folder) / str(number)
                ) as seat:
                    trials = [_try_one(each, rig=rig, seat=seat) for each in mine]
            except PerfgateError as error:
                trials = [_failed(each, error) for each in mine]
            found = with_trials(found, trials)
    return found


def with_trials(found: Mapping[str, Trial], trials: Sequence[Trial]) -> dict[str, Trial]:
    """What is known of each scenario: one that failed under one topology works no better for another."""
    failed = {name for name, trial in found.items() if trial.outcome is Outcome.FAILED}
    return {**found, **{trial.scenario: trial for trial in trials if trial.scenario not in failed}}


def in_part(found: Mapping[str, Trial], skips: Sequence[Skip]) -> dict[str, Trial]:
    """The same; what works, but for parts that were skipped, works in part, and says which are missing."""
    missing: dict[str, dict[str, list[str]]] = {}
    for skip in skips:
        if skip.part and found[skip.scenario].outcome is Outcome.WORKS:
            missing.setdefault(skip.scenario, {}).setdefault(skip.reason, []).append(skip.part)
    partly = {
        name: Trial(
            scenario=name,
            outcome=Outcome.PARTLY,
            reason="; ".join(f"without {', '.join(parts)}: {reason}" for reason, parts in reasons.items()),
        )
        for name, reasons in missing.items()
    }
    return {**found, **partly}


@contextmanager
def _seat(target: Target, built: Build, *, topology: Topology, rig: Rig, run_dir: Path) -> Iterator[Seat]:
    with launch(
        target,
        built,
        topology=topology,
        endpoints=rig.endpoints(topology),
        cpus=rig.placement.sut,
        run_dir=run_dir,
    ) as sut:
        yield Seat(sut=sut, target=target)


def _try_one(scenario: Scenario, *, rig: Rig, seat: Seat) -> Trial:
    try:
        preflight(
            [without_trouble(scenario)], topology=scenario.topology, rig=rig, seat=seat, arm=Arm.CANDIDATE
        )
    except PerfgateError as error:
        return _failed(scenario, error)
    return Trial(scenario=scenario.name, outcome=Outcome.WORKS, reason="")


def _failed(scenario: Scenario, error: PerfgateError) -> Trial:
    reason = f"{error.what} ({error.where})"
    return Trial(scenario=scenario.name, outcome=Outcome.FAILED, reason=reason)
