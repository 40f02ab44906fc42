"""Which scenarios run, and what is refused before anything is built."""

from dataclasses import replace
from pathlib import Path

import pytest

from perf.errors import ConfigError, NothingToCompareError, UsageError
from perf.model import metric as m
from perf.model.counting import CounterChoice
from perf.model.policy import DEFAULT_POLICY
from perf.model.run import Skip
from perf.model.scenario import Ask, Capability, Route, Scenario
from perf.model.target import RunningKind
from perf.pipeline.order import (
    Order,
    countable,
    lasting,
    left_out,
    require_something,
    select,
    servable,
    uncompared,
)
from perf.scenarios import SCENARIOS, SUITES
from perf.targets import TARGETS
from tests.factories import a_baseline, a_source

_ORDER = Order(
    repo=Path("repo"),
    state=Path("repo/.perfgate"),
    target=TARGETS[0],
    suite="fast",
    scenarios=SCENARIOS,
    skips=(),
    benchmarks=True,
    wrk=None,
    controls=True,
    counter=CounterChoice.AUTO,
    candidate=a_source(),
    base=a_source(),
    baseline=a_baseline(),
    policy=DEFAULT_POLICY,
    seed=1,
    release=True,
    repository="",
    head_sha="",
    pull_request=0,
)

_RIG_ALONE = replace(
    _ORDER, scenarios=select("fast", ["1B", "2B"]), benchmarks=False, base=None, baseline=None
)
_ASKS = {
    Ask.CHAT: Capability.OPENAI_CHAT,
    Ask.CHAT_CONVERTED: Capability.OPENAI_TO_ANTHROPIC,
    Ask.MESSAGES: Capability.ANTHROPIC_MESSAGES,
}
_CLAIMS = (
    frozenset[Capability](),
    frozenset({Capability.OPENAI_CHAT}),
    frozenset({Capability.ANTHROPIC_MESSAGES, Capability.STREAMING}),
    *(frozenset(Capability) - {each} for each in Capability),
)
_PLAIN = {
    "5": {"chat", "chat-stream"},
    "9": {"split", "coalesced", "cut", "stalled"},
    "9S": {"coalesced", "cut"},
    "10": {"aborted-streams", "aborted-answers", "kept-connections", "new-connections"},
    "14": {"chat", "chat-whole"},
    "16": {"chat-100-chunks", "chat-2000-chunks", "held-open"},
    "17": {"chat", "chat-stream"},
}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)
def test_a_scenario_goes_by_number_and_by_name(scenario: object) -> None:
    """`--scenario 1b` and `--scenario rig-latency` are the same."""
    (one,) = (each for each in SCENARIOS if each is scenario)

    assert select("fast", [one.number.lower()]) == select("fast", [one.name]) == (one,)


def test_without_a_choice_the_suite_runs() -> None:
    """The whole suite, in its order."""
    assert select("fast", []) == SUITES["fast"]


def test_unknown_names_are_refused() -> None:
    """A scenario or a suite that nobody knows is no empty run."""
    with pytest.raises(UsageError, match="'nine'"):
        select("fast", ["1", "nine"])
    with pytest.raises(ConfigError, match="'slow'"):
        select("slow", [])


def test_what_a_target_does_not_claim_is_skipped_with_the_reason() -> None:
    """A target without failover is not asked for it, and the report says so."""
    target = replace(TARGETS[0], capabilities=frozenset(Capability) - {Capability.FAILOVER})
    kept, skips = servable(SCENARIOS, target)

    wanting = [each.name for each in SCENARIOS if Capability.FAILOVER in each.needs]
    assert [skip.scenario for skip in skips if not skip.part] == wanting
    assert [skip.place for skip in skips if skip.part] == [
        "stream-faults/overloaded",
        "stream-faults/overloaded-streams",
        "stream-faults/rate-limited",
    ]
    assert all("failover" in skip.reason for skip in skips)
    assert len(kept) == len(SCENARIOS) - len(wanting)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)
@pytest.mark.parametrize("claims", _CLAIMS, ids=lambda claims: "+".join(sorted(claims)))
def test_every_part_is_either_measured_or_told_as_skipped(
    scenario: Scenario, claims: frozenset[Capability]
) -> None:
    """Whatever a target claims; what is measured asks for nothing that it does not claim."""
    target = replace(TARGETS[0], capabilities=claims)
    kept, skips = servable([scenario], target)
    kept, uncounted = countable(kept, target, counter=CounterChoice.CALLGRIND)
    measured = {part.name for each in kept for part in each.parts}
    skipped = {part.name for part in scenario.parts for skip in skips if skip.part in ("", part.name)}

    assert not uncounted
    assert measured.isdisjoint(skipped)
    assert measured | skipped == {part.name for part in scenario.parts}
    assert all(each.parts for each in kept)
    if scenario.route is Route.THROUGH_SUT:
        assert all(_ASKS[part.ask] in claims for each in kept for part in each.parts)


@pytest.mark.parametrize("number", ["5", "9", "9S", "10", "14", "16", "17"])
def test_a_target_of_plain_streams_is_held_to_what_it_serves(number: str) -> None:
    """Neither conversion nor failover is needed to pass a stream on."""
    target = replace(TARGETS[0], capabilities=frozenset({Capability.OPENAI_CHAT, Capability.STREAMING}))
    (whole,) = select("fast", [number])
    (kept,), skips = servable([whole], target)

    assert {part.name for part in kept.parts} == _PLAIN[number]
    assert {skip.part for skip in skips} == {part.name for part in whole.parts} - _PLAIN[number]


@pytest.mark.parametrize("wanted", [["1B"], ["2B"], ["1B", "2B"]], ids="+".join)
def test_the_rig_alone_is_something_where_nothing_is_compared(wanted: list[str]) -> None:
    """It has criteria of its own, and whoever names it wants to know of nothing else."""
    require_something(replace(_RIG_ALONE, scenarios=select("fast", wanted)))


def test_a_usual_order_is_carried_out() -> None:
    """A base and scenarios through the gateway are something."""
    require_something(_ORDER)


@pytest.mark.parametrize(
    ("order", "error"),
    [
        pytest.param(
            replace(_ORDER, scenarios=select("fast", ["1B", "2B"]), benchmarks=False),
            NothingToCompareError,
            id="only-the-rig",
        ),
        pytest.param(
            replace(_RIG_ALONE, skips=(Skip(scenario="failover", reason="not claimed"),)),
            NothingToCompareError,
            id="only-the-rig-is-left",
        ),
        pytest.param(replace(_RIG_ALONE, base=a_source()), NothingToCompareError, id="rig-beside-a-base"),
        pytest.param(replace(_RIG_ALONE, baseline=a_baseline()), NothingToCompareError, id="rig-by-baseline"),
        pytest.param(replace(_RIG_ALONE, scenarios=()), NothingToCompareError, id="not-even-the-rig"),
        pytest.param(
            replace(_ORDER, scenarios=(), benchmarks=False), NothingToCompareError, id="no-scenario"
        ),
        pytest.param(
            replace(_ORDER, base=None, baseline=None, scenarios=()),
            NothingToCompareError,
            id="nothing-to-compare",
        ),
        pytest.param(
            replace(_ORDER, target=replace(TARGETS[0], kind=RunningKind(base_url="http://127.0.0.1:1"))),
            UsageError,
            id="base-of-a-running-gateway",
        ),
    ],
)
def test_an_order_that_could_know_nothing_is_refused(order: Order, error: type[Exception]) -> None:
    """Before minutes are spent."""
    with pytest.raises(error):
        require_something(order)


def test_what_only_compares_is_left_out_where_nothing_is_compared() -> None:
    """Instructions have no criterion: to count them alone would take minutes and say nothing."""
    alone = uncompared(replace(_ORDER, base=None, baseline=None))

    assert [skip.scenario for skip in alone.skips] == ["instructions"]
    assert {each.name for each in alone.scenarios} == {each.name for each in SCENARIOS} - {"instructions"}
    assert not alone.controls


def test_suites_hold_every_scenario() -> None:
    """None is in no suite; medium has all of fast but its short forms; long shares only the rig."""
    names = {suite: {scenario.name for scenario in found} for suite, found in SUITES.items()}

    assert set.union(*names.values()) == {scenario.name for scenario in SCENARIOS}
    assert names["fast"] - names["medium"] == {"stream-faults-short", "client-aborts-short"}
    assert names["long"] & (names["fast"] | names["medium"]) == {"rig-latency"}


def test_what_was_not_chosen_is_told_with_the_way_to_run_it() -> None:
    """Each scenario is either run or listed as skipped, with its number and suite."""
    chosen = select("fast", ["3"])
    skips = left_out(chosen, ())

    assert {skip.scenario for skip in skips} | {"sticky-sessions"} == {each.name for each in SCENARIOS}
    (leak,) = (skip.reason for skip in skips if skip.scenario == "memory-leak-30min")
    assert "long" in leak
    assert "--scenario 8L" in leak


def test_a_duration_changes_only_what_watches_growth() -> None:
    """The same definition of scenario 8 runs as long as one likes; others keep their length."""
    leak, failover = lasting(select("fast", ["7", "8"]), 20)[::-1]

    assert [part.workload for part in leak.parts] != [
        part.workload for part in select("fast", ["8"])[0].parts
    ]
    assert (failover,) == select("fast", ["7"])
    assert lasting(SCENARIOS, None) == SCENARIOS
    with pytest.raises(UsageError, match="duration"):
        lasting(select("fast", ["7"]), 20)


def test_a_criterion_that_needs_more_is_left_out_alone() -> None:
    """Its part is measured all the same, and held to the others."""
    (whole,) = select("medium", ["15"])
    target = replace(TARGETS[0], capabilities=frozenset(Capability) - {Capability.STICKY_BY_KEY})
    (kept,), skips = servable([whole], target)

    assert kept.parts == whole.parts
    assert skips == ()
    assert set(whole.criteria) - set(kept.criteria) == {
        each for each in whole.criteria if each.metric is m.STICKY_RATIO
    }
    assert len(kept.criteria) == len(whole.criteria) - 1


def test_a_part_that_needs_more_is_left_out_with_its_criteria() -> None:
    """The other parts are measured, and the skip names the part and what is not claimed."""
    (whole,) = select("fast", ["20"])
    target = replace(TARGETS[0], capabilities=frozenset(Capability) - {Capability.MODEL_ROUTES})
    (kept,), skips = servable([whole], target)
    told = {skip.place: skip.reason for skip in skips}

    assert told == dict.fromkeys(
        (f"config-scale/{part.name}" for part in whole.parts if Capability.MODEL_ROUTES in part.needs),
        "reference does not claim model-routes",
    )
    assert {part.name for part in kept.parts} == {"small", "instances", "keys"}
    assert {each.part for each in kept.criteria} == {"small", "instances", "keys"}
    assert servable([whole], TARGETS[0]) == ((whole,), ())
