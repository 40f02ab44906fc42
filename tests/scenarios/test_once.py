"""Short forms of the scenarios that run once, on the real reference gateway of this tree."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from perf.model import metric as m
from perf.model.load import ClosedLoop, ConstantRate
from perf.model.run import Block
from perf.model.scenario import Change, Event, Overload, Scenario
from perf.model.units import ms_to_ns, s_to_ns
from perf.model.verdict import Decision
from perf.pipeline.once import measure_once
from perf.pipeline.progress import HowFar
from perf.scenarios import SCENARIOS
from tests.mutants.trial import Court, court

PROJECT = Path(__file__).resolve().parents[2]
_KNOWN = {Decision.MET, Decision.MISSED, Decision.UNMEASURABLE}
_FACTS = {
    m.SUCCESS_RATIO.name,
    m.UNDISTURBED_SUCCESS.name,
    m.ATTEMPTS_PER_REQUEST.name,
    m.CONTENT_RATIO.name,
    m.BYSTANDER_STICKY_RATIO.name,
    m.SHARE_DEVIATION.name,
    m.STICKY_RATIO.name,
    m.SOCKET_GROWTH.name,
    m.FD_GROWTH.name,
    m.MEMORY_PER_KEY.name,
}
"""What a healthy gateway meets on the busiest machine; times are only to be measured here."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    """One upstream and rig for all of them."""
    with court(tmp_path_factory.mktemp("scenarios")) as one:
        yield one


def _named(name: str) -> Scenario:
    (scenario,) = (each for each in SCENARIOS if each.name == name)
    return scenario


def _shorter(name: str, **changes: object) -> Scenario:
    """The scenario with its only part changed."""
    scenario = _named(name)
    (part,) = scenario.parts
    return replace(scenario, parts=(replace(part, **changes),))  # type: ignore[arg-type]  # of any field


def _few_keys(name: str, *, keys: int, laps: int) -> Scenario:
    """The scenario with fewer client keys."""
    scenario = _shorter(name, keys=keys, workload=ClosedLoop(connections=8, requests=laps * keys))
    return replace(scenario, topology=replace(scenario.topology, keys=keys))


_SHORT_FORMS = (
    _shorter(
        "concurrent-throughput", workload=ClosedLoop(connections=200, requests=1_500), warmup_requests=0
    ),
    _few_keys("weighted-balancing", keys=2_000, laps=1),
    _shorter("sticky-sessions-10000", workload=ClosedLoop(connections=20, requests=1_000)),
    _shorter(
        "memory-leak",
        workload=ConstantRate(per_second=100, duration_ns=s_to_ns(4)),
        usage_every_ns=ms_to_ns(100),
    ),
    _shorter(
        "sticky-failover",
        workload=ConstantRate(per_second=100, duration_ns=s_to_ns(2)),
        events=(
            Event(at_ns=s_to_ns(0.7), instance="openai-0", change=Change.DIES),
            Event(at_ns=s_to_ns(1.5), instance="openai-0", change=Change.RETURNS),
        ),
    ),
    _shorter(
        "overload",
        workload=ClosedLoop(connections=16, requests=300),
        connections=64,
        overload=Overload(ratio=1.5, calm_ratio=0.2, before=1, during=2, after=4, step_ns=ms_to_ns(250)),
    ),
    _shorter("cold-start", slices=2),
    _few_keys("key-cardinality", keys=1_200, laps=2),
)


@pytest.mark.parametrize("scenario", _SHORT_FORMS, ids=lambda each: each.name)
def test_every_criterion_is_judged_on_the_real_gateway(scenario: Scenario, judged: Court) -> None:
    """Met, missed, or not measurable here: never silently skipped; and the gateway is a healthy one."""
    findings = judged.findings(PROJECT, scenario)
    decisions = {finding.key.metric: finding.decision for finding in findings}

    assert set(decisions) == {criterion.metric.name for criterion in scenario.criteria}
    assert set(decisions.values()) <= _KNOWN, [(each.key.text, each.text) for each in findings]
    assert {decisions[name] for name in _FACTS & set(decisions)} <= {Decision.MET}, decisions


def test_an_interrupt_leaves_what_was_measured(judged: Court) -> None:
    """Block 0 holds the slices that were done before it."""
    kept: list[Block] = []
    doings: list[str] = []

    def say(doing: str, how_far: HowFar | None) -> None:
        if how_far is not None:
            doings.append(f"{doing}: {how_far(0)}")
        if len(doings) == 2:
            raise KeyboardInterrupt

    bench = judged.bench(PROJECT, _shorter("cold-start", slices=2))
    with pytest.raises(KeyboardInterrupt):
        measure_once(bench, say=say, keep=kept.append)

    (block,) = kept
    assert block.number == 0
    assert [(part.scenario, part.counts["ok"]) for part in block.parts] == [("cold-start", 1)]
