"""Scenario 7: the primary answers with errors; then it dies and comes back."""

from dataclasses import replace

from perf.model import metric as m
from perf.model.load import ConstantRate
from perf.model.metric import Metric
from perf.model.scenario import (
    Ask,
    Bound,
    Cadence,
    Capability,
    Change,
    Criterion,
    Event,
    Part,
    Scenario,
)
from perf.model.units import ms_to_ns, s_to_ns
from perf.scenarios.topologies import FAILOVER, script

_PRIMARY = "openai-primary"
_ALLOWED_ATTEMPTS = "three failures, each of up to three attempts, a trial a second, and what was on its way"


def _part(
    name: str, *, per_second: int, seconds: float, events: tuple[Event, ...], mixed: bool = False
) -> Part:
    """So many requests a second, each of a key of its own, whatever happens to the primary."""
    return Part(
        name=name,
        ask=Ask.CHAT,
        keys=round(per_second * seconds),
        workload=ConstantRate(per_second=per_second, duration_ns=s_to_ns(seconds)),
        default_script=script(tokens=16),
        events=events,
        mixed=mixed,
        saturating=True,
    )


def _event(change: Change, *, after_s: float) -> Event:
    return Event(at_ns=s_to_ns(after_s), instance=_PRIMARY, change=change)


def _at_most(part: str, metric: Metric, *, target: float, note: str = "") -> Criterion:
    return Criterion(part=part, metric=metric, bound=Bound.AT_MOST, target=target, note=note)


def few_refused(part: str) -> Criterion:
    """What is demanded where an instance refuses connections for some seconds.

    The same for one and a half of them at 100 requests/s as for five at 20: trials are few beside the rest.
    """
    note = f"{_ALLOWED_ATTEMPTS}; and twenty for other processes, whose connects are counted too"
    return _at_most(part, m.REFUSED_CONNECTS, target=40, note=note)


def _of_any(part: str) -> tuple[Criterion, ...]:
    """What is demanded however the primary is lost."""
    return (
        Criterion(part=part, metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.99),
        _at_most(part, m.DETECT_TIME, target=s_to_ns(1)),
        _at_most(part, m.OUTAGE_OVERHEAD_P50, target=ms_to_ns(10)),
        _at_most(part, m.ATTEMPTS_PER_REQUEST, target=1.1),
    )


FAILOVER_SCENARIO = Scenario(
    number="7",
    name="failover",
    title="Failover",
    cadence=Cadence.ONCE,
    needs=frozenset({Capability.OPENAI_CHAT, Capability.FAILOVER}),
    topology=FAILOVER,
    parts=(
        _part("errors", per_second=100, seconds=3.5, events=(_event(Change.FAILS, after_s=0.5),), mixed=True),
        _part(
            "death",
            per_second=100,
            seconds=6,
            events=(_event(Change.DIES, after_s=1), _event(Change.RETURNS, after_s=2.5)),
        ),
    ),
    criteria=(
        *_of_any("errors"),
        _at_most("errors", m.OVERHEAD_P50, target=ms_to_ns(10)),
        _at_most(
            "errors",
            m.FAILING_ATTEMPTS,
            target=20,
            note=_ALLOWED_ATTEMPTS,
        ),
        *_of_any("death"),
        few_refused("death"),
        _at_most("death", m.RECOVER_TIME, target=s_to_ns(3)),
    ),
)

_DEATH_AT_LEISURE = _part(
    "death",
    per_second=20,
    seconds=90,
    events=(_event(Change.DIES, after_s=5), _event(Change.RETURNS, after_s=10)),
)
FAILOVER_BY_DEFAULT = replace(
    FAILOVER_SCENARIO,
    number="7L",
    name="failover-70s",
    title="Failover, tried again when the gateway itself would",
    topology=replace(FAILOVER, name="failover-by-default", keys=_DEATH_AT_LEISURE.keys, recovery_ns=0),
    parts=(_DEATH_AT_LEISURE,),
    criteria=(
        *_of_any("death"),
        few_refused("death"),
        _at_most(
            "death",
            m.RECOVER_TIME,
            target=s_to_ns(70),
            note="it is left to the gateway when it tries a failed instance again",
        ),
    ),
)
