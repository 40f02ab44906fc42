"""Which requests show that a target does what a scenario needs."""

import pytest

from perf.model import metric as m
from perf.model.load import ClosedLoop, ConstantRate
from perf.model.scenario import Capability, Change, Route, Scenario
from perf.pipeline.proving import SHOWN, Proof, proofs_of
from perf.scenarios import SCENARIOS

_SERVED = [each for each in SCENARIOS if each.route is Route.THROUGH_SUT]
_BY_REQUESTS = frozenset(
    {
        Capability.OPENAI_CHAT,
        Capability.ANTHROPIC_MESSAGES,
        Capability.OPENAI_TO_ANTHROPIC,
        Capability.STREAMING,
        Capability.UPSTREAM_TLS,
    }
)
"""One request that needs it shows it."""


def _proofs(name: str) -> dict[str, Proof]:
    (scenario,) = (each for each in SCENARIOS if each.name == name)
    return {f"{proof.part.name} {proof.of}": proof for proof in proofs_of(scenario)}


@pytest.mark.parametrize("scenario", _SERVED, ids=lambda each: each.name)
def test_everything_that_a_scenario_needs_is_seen(scenario: Scenario) -> None:
    """By a request of each part, or by a load of its own; and nothing that it does not need."""
    needed = scenario.needs.union(*(part.needs for part in scenario.parts)) - _BY_REQUESTS

    assert {proof.of for proof in proofs_of(scenario)} == needed


def test_every_capability_is_told_of() -> None:
    """What one request of each part shows needs no more words, but for TLS."""
    assert set(SHOWN) == set(Capability) - _BY_REQUESTS | {Capability.UPSTREAM_TLS}


@pytest.mark.parametrize("scenario", _SERVED, ids=lambda each: each.name)
def test_a_proof_is_cheap(scenario: Scenario) -> None:
    """A few hundred requests or a few seconds, and no more client keys than are configured."""
    for proof in proofs_of(scenario):
        workload = proof.part.workload

        assert proof.part.keys <= scenario.topology_of(proof.part).keys
        assert isinstance(workload, ClosedLoop | ConstantRate)
        if isinstance(workload, ClosedLoop):
            assert workload.requests <= 400
        else:
            assert workload.duration_ns <= 6e9


def test_an_outage_is_what_the_part_scripts() -> None:
    """Sooner and shorter; how long a recovery may take is asked only where it is a matter of seconds."""
    failover, by_default = _proofs("failover"), _proofs("failover-70s")
    death = failover["death failover"]

    assert [event.change for event in death.part.events] == [Change.DIES, Change.RETURNS]
    assert failover["errors failover"].part.events[0].change is Change.FAILS
    assert [each.metric for each in death.criteria] == [m.SUCCESS_RATIO, m.RECOVER_TIME]
    assert [each.metric for each in by_default["death failover"].criteria] == [m.SUCCESS_RATIO]


def test_an_instance_that_refuses_some_refuses_all() -> None:
    """Three of ten might be none of a few."""
    ((_, script),) = _proofs("stream-faults")["overloaded failover"].part.scripts

    assert [fault.ratio for fault in script.faults] == [1.0]
