"""The two forms of scenario 7."""

import tomllib
from dataclasses import replace

import pytest

from perf.judge.plan import plan_once, span_ns
from perf.model import metric as m
from perf.model.load import ConstantRate
from perf.model.run import Arm
from perf.model.scenario import Change, Scenario
from perf.model.slices import Manner
from perf.model.units import NS_PER_S
from perf.scenarios import SCENARIOS
from perf.scenarios.failover import FAILOVER_BY_DEFAULT, FAILOVER_SCENARIO
from perf.targets.reference import REFERENCE
from tests.unit.targets.requests import a_request, an_endpoint

_FORMS = pytest.mark.parametrize(
    "scenario", [FAILOVER_SCENARIO, FAILOVER_BY_DEFAULT], ids=lambda each: each.name
)


@_FORMS
def test_no_key_is_bound_to_the_backup_when_the_primary_returns(scenario: Scenario) -> None:
    """Each request has a key of its own, which the gateway knows."""
    for part in scenario.parts:
        assert isinstance(part.workload, ConstantRate)
        requests = part.workload.per_second * span_ns(part.workload) / NS_PER_S
        assert requests <= part.keys <= scenario.topology_of(part).keys


def test_the_long_form_leaves_the_time_of_recovery_to_the_gateway() -> None:
    """What is written for the reference gateway has no word about it, other than for the short form."""
    rendered = {
        scenario.number: tomllib.loads(
            REFERENCE.render(replace(a_request(an_endpoint()), topology=scenario.topology))["config.toml"]
        )
        for scenario in (FAILOVER_SCENARIO, FAILOVER_BY_DEFAULT)
    }

    assert rendered["7"]["resilience"]["initial_backoff_seconds"] == 1
    assert "resilience" not in rendered["7L"]
    assert "failure_timeout_seconds" not in str(rendered["7L"])


def test_whoever_loses_an_instance_is_held_to_few_connects_that_it_refuses() -> None:
    """And has the machine to itself meanwhile: the kernel has one count for both builds."""
    deadly = [
        (scenario, part)
        for scenario in SCENARIOS
        for part in scenario.parts
        if any(event.change is Change.DIES for event in part.events)
    ]

    assert {scenario.number for scenario, _ in deadly} == {"3F", "7", "7L"}
    for scenario, part in deadly:
        assert (part.name, m.REFUSED_CONNECTS) in {(each.part, each.metric) for each in scenario.criteria}
        steps = plan_once(scenario.only([part]), paired=True, first=Arm.CANDIDATE)
        assert [step.manner for step in steps] == [Manner.ALONE] * 2
