"""Tries which scenarios a target can serve: real processes, some requests of each, nothing measured."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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
from perf.pipeline.proving import proofs_of, unseen
from perf.pipeline.rig import Rig, Seat
from perf.sut.build import build
from perf.sut.launch import launch


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stand:
    """What gateways of one topology are started from."""

    target: Target
    built: Build
    topology: Topology
    rig: Rig
    folder: Path

    @contextmanager
    def seat(self, name: str) -> Iterator[Seat]:
        """A fresh one."""
        with launch(
            self.target,
            self.built,
            topology=self.topology,
            endpoints=self.rig.endpoints(self.topology),
            cpus=self.rig.placement.sut,
            run_dir=self.folder / name,
        ) as sut:
            yield Seat(sut=sut, target=self.target)


def try_target(
    target: Target,
    source: Source,
    *,
    scenarios: Sequence[Scenario],
    repo: Path,
    state: Path,
    listener: Listener,
) -> Trials:
    """Build the target, start it for each topology, send one request of each part, and see what it claims.

    Upstreams answer those without faults, whatever the scenario scripts: this is about what the target can
    do. What an outage shows is seen on a gateway of its own. A failure is a result, not an error.
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
            stand = _Stand(
                target=target, built=built, topology=topology, rig=rig, folder=Path(folder) / str(number)
            )
            mine = [within(each, topology) for each in scenarios if topology in each.topologies]
            found = with_trials(found, _with_losses(mine, _without_losses(mine, stand), stand=stand))
    return found


def _without_losses(scenarios: Sequence[Scenario], stand: _Stand) -> list[Trial]:
    """What one gateway shows of all these scenarios while its instances are there."""
    try:
        with stand.seat("calm") as seat:
            return [_try_one(each, rig=stand.rig, seat=seat) for each in scenarios]
    except PerfgateError as error:
        return [_failed(each, error) for each in scenarios]


def _with_losses(scenarios: Sequence[Scenario], trials: Sequence[Trial], *, stand: _Stand) -> list[Trial]:
    """The same with what gateways of their own show where an instance is lost, if all worked until then."""
    return [
        _try_losses(each, trial, stand=stand) if trial.outcome is Outcome.WORKS else trial
        for each, trial in zip(scenarios, trials, strict=True)
    ]


def _try_losses(scenario: Scenario, trial: Trial, *, stand: _Stand) -> Trial:
    """The upstream is ready before a gateway starts to probe it."""
    for proof in proofs_of(scenario):
        if not proof.apart:
            continue
        stand.rig.prepare(proof.part, stand.topology)
        try:
            with stand.seat(f"{scenario.name}-{proof.part.name}") as seat:
                reason = unseen(proof, scenario=scenario, rig=stand.rig, seat=seat)
        except PerfgateError as error:
            return _failed(scenario, error)
        if reason:
            return Trial(scenario=scenario.name, outcome=Outcome.FAILED, reason=reason)
    return trial


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


def _try_one(scenario: Scenario, *, rig: Rig, seat: Seat) -> Trial:
    try:
        preflight(
            [without_trouble(scenario)], topology=scenario.topology, rig=rig, seat=seat, arm=Arm.CANDIDATE
        )
        reasons = [
            unseen(proof, scenario=scenario, rig=rig, seat=seat)
            for proof in proofs_of(scenario)
            if not proof.apart
        ]
    except PerfgateError as error:
        return _failed(scenario, error)
    reason = "; ".join(filter(None, reasons))
    outcome = Outcome.FAILED if reason else Outcome.WORKS
    return Trial(scenario=scenario.name, outcome=outcome, reason=reason)


def _failed(scenario: Scenario, error: PerfgateError) -> Trial:
    reason = f"{error.what} ({error.where})"
    return Trial(scenario=scenario.name, outcome=Outcome.FAILED, reason=reason)
