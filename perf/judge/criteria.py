"""Absolute demands of the scenarios on what was measured."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from perf.judge.ceiling import neighbours_share, rig_ceiling, share_beyond, slowed_to
from perf.judge.compare import Series
from perf.judge.demands import centre_of, holds, subject_of, value_of
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

OF_PROCESSES = frozenset(
    {
        m.CPU_PER_REQUEST,
        m.CPU_PER_DELTA,
        m.MACHINE_CPU,
        m.RSS_GROWTH,
        m.FD_GROWTH,
        m.SOCKET_GROWTH,
        m.MEMORY_PER_KEY,
        m.MEMORY_PER_KNOWN_KEY,
        m.MEMORY_PER_CHUNK,
        m.READY_TIME,
        m.FIRST_ANSWER_TIME,
        m.IDLE_CPU,
    }
)
"""What can be told only of a gateway that perfgate itself has started."""


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
        title=_title(criterion),
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


def _title(criterion: Criterion) -> str:
    sign = "≤" if criterion.bound is Bound.AT_MOST else "≥"
    minus = f" over {criterion.minus_part}" if criterion.minus_part else ""
    return f"{criterion.metric.title}{minus} {sign}"


def _decide(
    scenario: Scenario, criterion: Criterion, *, value: float | None, before: float | None, case: _Case
) -> _Ruling:
    if value is None:
        return _unmeasured(scenario, criterion, case=case)
    moot = _unheld(scenario, criterion, case=case) or _unlisted(scenario, criterion, case=case)
    if moot:
        return _Ruling(decision=Decision.UNMEASURABLE, text=moot)
    samples = _requests(scenario, criterion, case=case)
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


def _unlisted(scenario: Scenario, criterion: Criterion, *, case: _Case) -> str:
    """Why a part that asks for the list of models says nothing; "" where there is one, or was in the base.

    Whether its requests succeed can be told all the same, and that there is no list where one is claimed.
    """
    if criterion.metric in {m.SUCCESS_RATIO, m.MODELS_RATIO}:
        return ""
    series = case.all_series.get(Key(scenario.name, criterion.part, m.MODELS_RATIO.name))
    if series is None or series.centre(Arm.CANDIDATE) != 0 or series.centre(Arm.BASELINE):
        return ""
    return (
        "GET /v1/models never gave a list of the gateway's own, with a model or an instance that it is "
        "configured with: a target without one does not claim model-list"
    )


def _unmeasured(scenario: Scenario, criterion: Criterion, *, case: _Case) -> _Ruling:
    measured = Key(scenario.name, criterion.part, m.SUCCESS_RATIO.name) in case.all_series
    process = Key(scenario.name, criterion.part, m.RSS.name) in case.all_series
    if criterion.metric in OF_PROCESSES and measured and not process:
        text = "nothing is known of the processes of a gateway that was up before"
        return _Ruling(decision=Decision.UNMEASURABLE, text=text)
    counted = Key(scenario.name, criterion.part, m.REFUSED_CONNECTS.name) in case.all_series
    if criterion.metric is m.REFUSED_CONNECTS and measured and not counted:
        text = "this machine does not count the connects that are refused, under Tcp in /proc/net/snmp"
        return _Ruling(decision=Decision.UNMEASURABLE, text=text)
    return _Ruling(decision=Decision.INVALID, text="not measured: no valid block has this number")


def _busy_rig(scenario: Scenario, criterion: Criterion, *, case: _Case) -> str:
    """Why a load to the limit says nothing about the gateway; "" if the rig had room, or need not have."""
    part = next(each for each in scenario.parts if each.name == criterion.part)
    if not part.saturating:
        return ""
    return rig_ceiling(scenario.name, part.name, all_series=case.all_series, policy=case.policy)


def _unheld(scenario: Scenario, criterion: Criterion, *, case: _Case) -> str:
    """Why a slow reader of the log says nothing of the gateway; "" if it held the log up, or was not slow.

    Whether its requests succeed can be told all the same.
    """
    if criterion.metric is m.SUCCESS_RATIO:
        return ""
    part = next(each for each in scenario.parts if each.name == criterion.part)
    if not part.log_bytes_per_second:
        return ""
    key = Key(scenario.name, criterion.part, m.LOG_OVER_SINK.name)
    ratio = centre_of(key, all_series=case.all_series, arm=Arm.CANDIDATE)
    if ratio is None:
        return "nothing is known of the log of a gateway that was up before"
    if ratio >= 1:
        return ""
    per_request = centre_of(
        key._replace(metric=m.LOG_BYTES_PER_REQUEST.name), all_series=case.all_series, arm=Arm.CANDIDATE
    )
    requests = _requests(scenario, criterion, case=case)
    return (
        f"the gateway wrote {round((per_request or 0) * requests)} bytes for {requests} requests, "
        "less than even its slow reader had room for"
    )


def _requests(scenario: Scenario, criterion: Criterion, *, case: _Case) -> int:
    place = (scenario.name, criterion.part, Arm.RIG if scenario.route is Route.DIRECT else Arm.CANDIDATE)
    return sum(
        record.counts.get("requests", 0)
        for block in case.blocks
        for record in block.parts
        if (record.scenario, record.part, record.arm) == place
    )
