"""What trying sees of a gateway that answers every request well, and does not do what it claims."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from perf.model.scenario import Route, Scenario
from perf.model.target import CommandKind, ConfigRequest, LogLevels, Target
from perf.model.trial import Outcome, Trial
from perf.pipeline.progress import Silent
from perf.pipeline.trying import try_target
from perf.scenarios import SCENARIOS, SUITES
from perf.sut.source import commit_source
from perf.targets.contract import contract_files
from tests.mutants.trial import TARGET, source_tree
from tests.sut.gateways import a_repository


def _tried(*scenarios: Scenario, folder: Path, patch: str = "", target: Target = TARGET) -> tuple[Trial, ...]:
    """Start the reference gateway, as it is or with a defect, and ask it for these scenarios."""
    tree = source_tree(folder / "tree", patch=patch)
    kind = CommandKind(build=("cp", "README.md", "{out}/README.md"))
    known = replace(target, kind=kind, inputs=("src",), env=(("PYTHONPATH", str(tree)),))
    repo = a_repository(folder / "repo")
    source, state = commit_source(repo, "HEAD"), folder / "state"
    return try_target(known, source, scenarios=scenarios, repo=repo, state=state, listener=Silent()).trials


def _works(scenario: Scenario) -> Trial:
    return Trial(scenario=scenario.name, outcome=Outcome.WORKS, reason="")


def _scenario(name: str, *parts: str) -> Scenario:
    """The scenario, or only these parts of it."""
    whole = next(each for each in SCENARIOS if each.name == name)
    return whole.only([part for part in whole.parts if not parts or part.name in parts])


def _without_list(request: ConfigRequest) -> Mapping[str, str]:
    return {
        name: text.replace("[routing.discovery]\nenabled = true", "[routing.discovery]\nenabled = false")
        for name, text in contract_files(request).items()
    }


def _only_the_first(request: ConfigRequest) -> Mapping[str, str]:
    return contract_files(replace(request, endpoints=request.endpoints[:1]))


@pytest.mark.parametrize(
    ("scenario", "patch", "wrong"),
    [
        pytest.param(
            _scenario("sticky-sessions"),
            "stickiness-broken",
            "sticky-by-key was not seen in part keys",
            id="3",
        ),
        pytest.param(
            _scenario("weighted-balancing"),
            "weights-ignored",
            "weights was not seen in part sessions",
            id="4",
        ),
        pytest.param(
            _scenario("stream-faults", "overloaded"),
            "lost-failover-on-503",
            "failover was not seen in part overloaded: success 0",
            id="9",
        ),
        pytest.param(
            _scenario("failover", "death"),
            "probed-only-once",
            "failover was not seen in part death: time to recover",
            id="7",
        ),
    ],
)
def test_a_defect_is_told(scenario: Scenario, patch: str, wrong: str, tmp_path: Path) -> None:
    """One request of each part works all the same."""
    (trial,) = _tried(scenario, folder=tmp_path, patch=patch)

    assert trial.outcome is Outcome.FAILED
    assert trial.reason.startswith(wrong)


@pytest.mark.parametrize(
    ("scenario", "target", "wrong"),
    [
        pytest.param(
            _scenario("config-scale", "small", "models"),
            replace(TARGET, render=_without_list),
            "model-list was not seen in part models: lists of its own models 0",
            id="no-list",
        ),
        pytest.param(
            _scenario("slow-sink"),
            replace(TARGET, log_levels=LogLevels(usual="error", requests="error")),
            "request-log was not seen in part normal: log per request 0",
            id="no-log",
        ),
        pytest.param(
            _scenario("failover", "errors"),
            replace(TARGET, render=_only_the_first),
            "failover was not seen in part errors: success",
            id="no-backup",
        ),
    ],
)
def test_a_wrong_configuration_is_told(
    scenario: Scenario, target: Target, wrong: str, tmp_path: Path
) -> None:
    """What the rendered file does not ask for is not there to be seen."""
    (trial,) = _tried(scenario, folder=tmp_path, target=target)

    assert trial.outcome is Outcome.FAILED
    assert trial.reason.startswith(wrong)


@pytest.mark.parametrize(
    "scenario",
    [
        _scenario("sticky-failover"),
        _scenario("failover"),
        _scenario("stream-faults", "overloaded", "rate-limited"),
        _scenario("weighted-balancing"),
        _scenario("black-hole"),
        _scenario("config-scale", "small", "routes", "models"),
        _scenario("slow-sink"),
        _scenario("upstream-http2"),
    ],
    ids=lambda each: each.name,
)
def test_the_reference_gateway_does_what_it_claims(scenario: Scenario, tmp_path: Path) -> None:
    """Each capability that a scenario needs is seen."""
    assert _tried(scenario, folder=tmp_path) == (_works(scenario),)


def test_the_long_forms_are_served(tmp_path: Path) -> None:
    """Each request that they send is answered well by the gateway that they configure."""
    long = [each for each in SUITES["long"] if each.route is Route.THROUGH_SUT]

    assert _tried(*long, folder=tmp_path) == tuple(map(_works, long))
