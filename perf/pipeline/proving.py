"""What shows that a target does what it claims: a few requests more, for what a scenario is about."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from perf.judge.demands import holds
from perf.judge.metrics import EXTRACTORS
from perf.judge.pool import Pool
from perf.model import metric as m
from perf.model.load import ClosedLoop, ConstantRate
from perf.model.metric import Metric, Unit
from perf.model.run import Arm
from perf.model.scenario import Bound, Capability, Change, Criterion, Event, Part, Scenario
from perf.model.slices import Manner, SliceRecord, SliceStep
from perf.model.units import ms_to_ns, ns_to_s, s_to_ns
from perf.model.upstream import UpstreamScript
from perf.pipeline.preflight import without_trouble
from perf.pipeline.rig import Rig, Seat

_KEYS, _TIMES = 5, 3
_SESSIONS = 400
"""One try in a thousand takes a gateway that ignores weights of 1, 2 and 1 for one that follows them."""
_MODELS = 10
_PER_SECOND = 20
_LOST_NS, _BACK_NS, _LEFT_NS = ms_to_ns(200), s_to_ns(2.5), ms_to_ns(500)
"""The outage outlasts the second after which an instance is to be tried again: once too early, then again.

By so much that on a busy machine, too, the first try finds it gone.
"""
_LONGEST_RECOVERY_NS = s_to_ns(5)
_REFUSED = 10
_NOTICED_BY = 3
"""So many failures may be what takes an instance out of use: how many clients see, the scenario judges."""
_LISTING_NS = s_to_ns(1.5)

SHOWN: Mapping[Capability, str] = {
    Capability.STICKY_BY_KEY: f"{_KEYS} keys ask {_TIMES} times each, and each stays with its instance",
    Capability.WEIGHTS: f"{_SESSIONS} sessions are spread as the weights say",
    Capability.FAILOVER: f"all but {_NOTICED_BY} requests are answered, while an instance is lost for a "
    "while or refuses all, each way on a fresh gateway; and it is used again, where the scenario wants that "
    f"within {ns_to_s(_LONGEST_RECOVERY_NS):.0f} s",
    Capability.MODEL_ROUTES: f"{_MODELS} models are asked for, and each request arrives for its own",
    Capability.MODEL_LIST: "GET /v1/models lists a model or an instance of the configuration",
    Capability.REQUEST_LOG: "something is written while it is asked",
    Capability.UPSTREAM_TLS: "the request of each part arrives by https, whatever the version of HTTP",
}
"""What is seen of a capability beyond one request of each part, which shows all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A load, and what must hold of it where a target does what `of` says.

    `apart` wants a gateway of its own: an outage leaves it in another state.
    """

    of: Capability
    part: Part
    criteria: tuple[Criterion, ...]
    apart: bool = False


def proofs_of(scenario: Scenario) -> tuple[Proof, ...]:
    """What is to be shown of a target for this scenario, besides that each of its requests works."""
    calm = without_trouble(scenario).parts
    first = calm[0]
    proofs: list[Proof] = []
    if Capability.STICKY_BY_KEY in scenario.needs:
        proofs.append(_sticky(first))
    if scenario.topology_of(first).request_log:
        proofs.append(_logged(first))
    for part, quiet in zip(scenario.parts, calm, strict=True):
        if Capability.WEIGHTS in scenario.needs | part.needs:
            proofs.append(_weighted(quiet))
        if scenario.topology_of(part).routes:
            proofs.append(_routed(quiet))
        if part.models_every_ns:
            proofs.append(_listed(replace(quiet, models_every_ns=part.models_every_ns)))
        if Capability.FAILOVER in scenario.needs | part.needs:
            proofs.append(_failed_over(part, quiet, scenario=scenario))
    return tuple(proofs)


def unseen(proof: Proof, *, scenario: Scenario, rig: Rig, seat: Seat) -> str:
    """Carry a proof out; why it failed, "" if it did not."""
    if proof.of is Capability.REQUEST_LOG and not seat.sut.is_ours:
        return ""
    step = SliceStep(scenario=scenario.name, part=proof.part, manner=Manner.ALONE, arms=(Arm.CANDIDATE,))
    topology = scenario.topology_of(proof.part)
    (record,) = rig.measure(step, topology=topology, seats={Arm.CANDIDATE: seat})
    return missed(proof, record)


def missed(proof: Proof, record: SliceRecord) -> str:
    """What does not hold of the load of a proof; "" where all does."""
    pool = Pool([record])
    wrong = [
        f"{each.metric.title} {'unknown' if value is None else _told(value, each.metric)}"
        for each in proof.criteria
        if (value := EXTRACTORS[each.metric](pool)) is None or not holds(each, value)
    ]
    if not wrong:
        return ""
    return f"{proof.of} was not seen in part {proof.part.name}: {', '.join(wrong)}"


def _told(value: float, metric: Metric) -> str:
    return f"{ns_to_s(value):.1f} s" if metric.unit is Unit.NS else f"{value:.3g}"


def _at_least(part: Part, metric: Metric, *, target: float) -> Criterion:
    return Criterion(part=part.name, metric=metric, bound=Bound.AT_LEAST, target=target)


def _sticky(part: Part) -> Proof:
    asked = _alone(replace(part, keys=_KEYS), requests=_KEYS * _TIMES)
    return Proof(
        of=Capability.STICKY_BY_KEY,
        part=asked,
        criteria=(_at_least(part, m.STICKY_RATIO, target=1.0), _at_least(part, m.SUCCESS_RATIO, target=1.0)),
    )


def _weighted(part: Part) -> Proof:
    loop = ClosedLoop(connections=16, requests=_SESSIONS)
    asked = replace(part, keys=_SESSIONS, workload=loop, warmup_requests=0)
    return Proof(
        of=Capability.WEIGHTS,
        part=asked,
        criteria=(
            _at_least(part, m.CHI_SQUARE_P, target=0.001),
            _at_least(part, m.SUCCESS_RATIO, target=1.0),
        ),
    )


def _routed(part: Part) -> Proof:
    asked = _alone(replace(part, keys=_MODELS), requests=_MODELS)
    return Proof(
        of=Capability.MODEL_ROUTES, part=asked, criteria=(_at_least(part, m.MODEL_RATIO, target=1.0),)
    )


def _listed(part: Part) -> Proof:
    """Asked some times: the first list may come from the providers, all of them only where it is theirs."""
    asked = _steadily(part, for_ns=_LISTING_NS)
    return Proof(
        of=Capability.MODEL_LIST, part=asked, criteria=(_at_least(part, m.MODELS_RATIO, target=1.0),)
    )


def _logged(part: Part) -> Proof:
    asked = _steadily(part, for_ns=s_to_ns(1))
    return Proof(
        of=Capability.REQUEST_LOG,
        part=asked,
        criteria=(_at_least(part, m.LOG_BYTES_PER_REQUEST, target=1.0),),
    )


def _failed_over(part: Part, quiet: Part, *, scenario: Scenario) -> Proof:
    """With the loss that the part scripts; a part without one has an instance that refuses everything."""
    lost = [event for event in part.events if event.change is not Change.RETURNS]
    if not lost:
        scripts = tuple((name, _always(script)) for name, script in part.scripts)
        refused = replace(_alone(quiet, requests=_REFUSED), scripts=scripts)
        answered = _answered(part, requests=_REFUSED)
        return Proof(of=Capability.FAILOVER, part=refused, criteria=(answered,), apart=True)
    recovery = [
        each
        for each in scenario.criteria
        if (each.part, each.metric) == (part.name, m.RECOVER_TIME) and each.target <= _LONGEST_RECOVERY_NS
    ]
    events = (
        replace(lost[0], at_ns=_LOST_NS),
        Event(at_ns=_BACK_NS, instance=lost[0].instance, change=Change.RETURNS),
    )
    watched_ns = _BACK_NS + sum(round(each.target) for each in recovery) + _LEFT_NS
    asked = replace(_steadily(quiet, for_ns=watched_ns), events=events)
    answered = _answered(part, requests=ns_to_s(watched_ns) * _PER_SECOND)
    return Proof(of=Capability.FAILOVER, part=asked, criteria=(answered, *recovery), apart=True)


def _answered(part: Part, *, requests: float) -> Criterion:
    return _at_least(part, m.SUCCESS_RATIO, target=1 - (_NOTICED_BY + 0.5) / requests)


def _always(script: UpstreamScript) -> UpstreamScript:
    return replace(script, faults=tuple(replace(fault, ratio=1.0) for fault in script.faults))


def _alone(part: Part, *, requests: int) -> Part:
    return replace(part, workload=ClosedLoop(connections=1, requests=requests), warmup_requests=0)


def _steadily(part: Part, *, for_ns: int) -> Part:
    workload = ConstantRate(per_second=_PER_SECOND, duration_ns=for_ns)
    return replace(part, workload=workload, warmup_requests=0)
