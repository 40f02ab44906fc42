"""Absolute demands of the scenarios on what was measured."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from perf.judge.ceiling import neighbours_share, rests_on_time, rig_ceiling, share_beyond, slowed_to
from perf.judge.compare import Series
from perf.judge.demands import centre_of, holds, subject_of, value_of
from perf.judge.moot import moot, unknown
from perf.judge.refusals import strays_excuse
from perf.model import metric as m
from perf.model.metric import Key, Metric
from perf.model.policy import Policy
from perf.model.run import Arm, Block
from perf.model.scenario import Bound, Criterion, Route, Scenario
from perf.model.verdict import Basis, Decision, Excuse, Finding

NEEDED_SAMPLES: Mapping[Metric, int] = {
    m.E2E_P95: 200,
    m.TTFT_P95: 200,
    m.TTFT_OVERHEAD_P95: 200,
    m.E2E_P99: 1000,
    m.SMALL_E2E_P99: 1000,
    m.OVERHEAD_P99: 1000,
    m.BYSTANDER_E2E_P99: 400,
    m.ITL_P99: 20,
}
"""Requests over all blocks without which a tail says nothing; a stream has many gaps of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What all criteria of a look share."""

    all_series: Mapping[Key, Series]
    blocks: Sequence[Block]
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ruling:
    """What is decided of a criterion, and why."""

    decision: Decision
    text: str
    excuse: Excuse | None = None
    at_worst: float | None = None


def judge_criteria(
    scenarios: Sequence[Scenario],
    *,
    all_series: Mapping[Key, Series],
    blocks: Sequence[Block],
    policy: Policy,
) -> tuple[Finding, ...]:
    """A finding for each criterion of each scenario, in their order."""
    case = _Case(all_series=all_series, blocks=blocks, policy=policy)
    return tuple(
        _judge(scenario, criterion, case=case) for scenario in scenarios for criterion in scenario.criteria
    )


def _judge(scenario: Scenario, criterion: Criterion, *, case: _Case) -> Finding:
    key, arm = subject_of(scenario, criterion)
    value = value_of(key, criterion, all_series=case.all_series, arm=arm)
    before = value_of(key, criterion, all_series=case.all_series, arm=Arm.BASELINE)
    ruling = _decide(scenario, criterion, value=value, before=before, case=case)
    return Finding(
        key=key,
        title=f"{criterion.title} {criterion.bound.sign}",
        unit=criterion.metric.unit,
        direction=criterion.metric.direction,
        basis=Basis.CRITERION,
        gating=True,
        decision=ruling.decision,
        baseline=before,
        candidate=value,
        committed=None,
        change=None,
        lower=None,
        upper=None,
        worse=None,
        limit=criterion.target,
        detectable=None,
        blocks=len(case.all_series[key].of(arm)) if key in case.all_series else 0,
        text=ruling.text,
        excuse=ruling.excuse,
        note=criterion.note,
        at_worst=ruling.at_worst,
    )


def _decide(
    scenario: Scenario, criterion: Criterion, *, value: float | None, before: float | None, case: _Case
) -> _Ruling:
    samples = _requests(scenario, criterion, case=case)
    if value is None:
        why = unknown(scenario, criterion, all_series=case.all_series)
    else:
        why = moot(scenario, criterion, value=value, requests=samples, all_series=case.all_series)
    if why:
        return _Ruling(decision=Decision.UNMEASURABLE, text=why)
    if value is None:
        return _Ruling(decision=Decision.INVALID, text="not measured: no valid block has this number")
    needed = NEEDED_SAMPLES.get(criterion.metric, 1)
    if samples < needed:
        text = f"{samples} requests; {needed} are needed for this percentile"
        return _Ruling(decision=Decision.INCONCLUSIVE, text=text)
    at_worst = _at_worst(scenario, criterion, case=case)
    if not holds(criterion, value):
        ruling = _missed(scenario, criterion, value=value, before=before, case=case)
        return replace(ruling, at_worst=at_worst)
    if at_worst is None or holds(criterion, at_worst):
        return _Ruling(decision=Decision.MET, text="held")
    text = f"held, but over {criterion.minus_part}, which neighbours slowed: measure on a quieter machine"
    return _Ruling(decision=Decision.UNMEASURABLE, text=text, at_worst=at_worst)


def _at_worst(scenario: Scenario, criterion: Criterion, *, case: _Case) -> float | None:
    """What a difference is at most, where others slowed the part that is taken off it; else None.

    They did where they took more beside that part than beside the other: then only the other is believed.
    """
    key, arm = subject_of(scenario, criterion)
    if not criterion.minus_part:
        return None
    mine, other = (
        neighbours_share(each, arm=arm, all_series=case.all_series)
        for each in (key, key._replace(part=criterion.minus_part))
    )
    if share_beyond(other, beside=mine) <= case.policy.max_neighbour_ratio:
        return None
    return centre_of(key, all_series=case.all_series, arm=arm)


def _missed(
    scenario: Scenario, criterion: Criterion, *, value: float, before: float | None, case: _Case
) -> _Ruling:
    """Missed, unless something else than the gateway may be the reason."""
    others = _neighbours(scenario, criterion, value=value, before=before, case=case)
    others = others or strays_excuse(scenario.name, criterion, value=value, all_series=case.all_series)
    if scenario.route is Route.DIRECT:
        text = "the rig itself missed its target: this machine cannot judge now"
        return _Ruling(decision=Decision.INVALID, text=f"{text}; {others}" if others else text)
    excuses = {Excuse.RIG: _busy_rig(scenario, criterion, case=case), Excuse.NEIGHBOURS: others}
    for excuse, why in excuses.items():
        if why:
            return _Ruling(decision=Decision.UNMEASURABLE, text=f"missed, but {why}", excuse=excuse)
    if before is not None and not holds(criterion, before):
        return _Ruling(decision=Decision.MISSED, text="missed, and by the base beside it too")
    return _Ruling(decision=Decision.MISSED, text="missed, whatever the baseline did")


def _neighbours(
    scenario: Scenario, criterion: Criterion, *, value: float, before: float | None, case: _Case
) -> str:
    """Why others on the machine may be to blame; "" where they took too little to explain so large a miss.

    Where the base held its target, only what they took beyond their share beside it may be to blame.
    """
    key, arm = subject_of(scenario, criterion)
    taken = more = neighbours_share(key, arm=arm, all_series=case.all_series)
    if before is not None and holds(criterion, before):
        there = neighbours_share(key, arm=Arm.BASELINE, all_series=case.all_series)
        more = share_beyond(taken, beside=there)
    if more <= case.policy.max_neighbour_ratio:
        return ""
    if arm is not Arm.RIG and not holds(
        criterion, _at_best(key, criterion, value=value, share=more, case=case)
    ):
        return ""
    return f"other processes took {taken:.0%} of the cores: measure on a quieter machine"


def _at_best(key: Key, criterion: Criterion, *, value: float, share: float, case: _Case) -> float:
    """What the value may have been without neighbours that took this share beside the part itself."""
    speed = slowed_to(share)
    if criterion.bound is Bound.AT_LEAST:
        return value / speed if speed else math.inf
    alone = centre_of(key, all_series=case.all_series, arm=Arm.CANDIDATE) or 0.0
    return value - alone * (1 - speed)


def _busy_rig(scenario: Scenario, criterion: Criterion, *, case: _Case) -> str:
    """Why a load to the limit says nothing about the gateway; "" if the rig had room, or need not have.

    A rig without room may be what is slow: it lets no gateway forget a key, keep memory or fail a request.
    """
    part = next(each for each in scenario.parts if each.name == criterion.part)
    if not (part.saturating and rests_on_time(criterion.metric)):
        return ""
    return rig_ceiling(scenario.name, part.name, all_series=case.all_series, policy=case.policy)


def _requests(scenario: Scenario, criterion: Criterion, *, case: _Case) -> int:
    place = (scenario.name, criterion.part, Arm.RIG if scenario.route is Route.DIRECT else Arm.CANDIDATE)
    return sum(
        record.counts.get("requests", 0)
        for block in case.blocks
        for record in block.parts
        if (record.scenario, record.part, record.arm) == place
    )
