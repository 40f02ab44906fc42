"""Every form of a scenario, the long ones too, can be ordered, planned, configured and judged."""

from dataclasses import replace
from random import Random

import pytest

from perf.judge.metrics import EXTRACTORS
from perf.judge.plan import arms_of, plan_block, plan_once, send_within_ns, span_ns
from perf.model.run import Arm
from perf.model.scenario import Ask, Cadence, Change, Provider, Scenario
from perf.model.slices import SliceStep
from perf.pipeline import requests
from perf.pipeline.order import select, servable
from perf.scenarios import SCENARIOS
from perf.targets.reference import REFERENCE
from tests.unit.targets.requests import a_request, an_endpoint

_PROVIDERS = {
    Ask.CHAT: Provider.OPENAI,
    Ask.CHAT_CONVERTED: Provider.ANTHROPIC,
    Ask.MESSAGES: Provider.ANTHROPIC,
}
EACH = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)


def _planned(scenario: Scenario, *, paired: bool) -> tuple[SliceStep, ...]:
    if scenario.cadence is Cadence.EVERY_BLOCK:
        return plan_block([scenario], paired=paired, rng=Random(1))
    return plan_once(scenario, paired=paired, first=Arm.CANDIDATE)


@EACH
def test_a_form_is_ordered_by_its_number_and_its_name(scenario: Scenario) -> None:
    """Alone, and whole on the reference gateway."""
    assert select("fast", [scenario.number]) == select("fast", [scenario.name]) == (scenario,)
    assert servable([scenario], REFERENCE) == ((scenario,), ())


@EACH
@pytest.mark.parametrize("paired", [True, False], ids=["paired", "alone"])
def test_a_form_is_planned(scenario: Scenario, *, paired: bool) -> None:
    """Each part has a slice on each arm, and comes to an end."""
    steps = _planned(scenario, paired=paired)
    for arm in arms_of(scenario, paired=paired):
        assert {step.part for step in steps if arm in step.arms} == set(scenario.parts)
    assert all(span_ns(step.part.workload) < send_within_ns(step.part) for step in steps)


@EACH
def test_a_form_is_configured(scenario: Scenario) -> None:
    """The reference gateway has a configuration for each topology, and a client has keys to ask with."""
    for part in scenario.parts:
        topology = scenario.topology_of(part)
        instances = {each.name: each for each in topology.instances}
        named = {name for name, _ in (*part.scripts, *part.weights)} | {each.instance for each in part.events}
        told = replace(a_request(*(an_endpoint(number) for number in range(3))), topology=topology)

        assert named <= set(instances)
        assert _PROVIDERS[part.ask] in {each.provider for each in instances.values()}
        assert part.keys <= topology.keys
        assert REFERENCE.render(told)
        assert requests.through(part, target=REFERENCE, told=told)


@EACH
def test_what_happens_to_an_instance_happens_under_load(scenario: Scenario) -> None:
    """In its order, and a loss comes before its return."""
    for part in scenario.parts:
        times = [event.at_ns for event in part.events]

        assert times == sorted(times)
        assert all(0 < at_ns < span_ns(part.workload) for at_ns in times)
        assert [event.change is Change.RETURNS for event in part.events] in ([], [False], [False, True])


@EACH
def test_every_criterion_is_about_a_number_that_is_computed(scenario: Scenario) -> None:
    """No other could ever be met."""
    assert {each.metric for each in scenario.criteria} <= set(EXTRACTORS)
