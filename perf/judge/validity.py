"""Whether a slice may be believed: proof of passage, fitness of the rig, and enough of it."""

from collections.abc import Mapping

from perf.model.load import LAG_NS, MEDIAN_LAG_NS, Outcome, Phase, Sample
from perf.model.policy import Policy
from perf.model.scenario import Ask
from perf.model.slices import SliceRecord
from perf.model.units import ns_to_ms, ns_to_s
from perf.model.upstream import Arrival

_PROVEN_FAILURE_RATIO = 0.1
"""With so many failures a scenario misses its criterion of success, whatever was not sent any more."""
_NO_FAULT = frozenset({Outcome.OK, Outcome.ABORTED_BY_PLAN})
_MESSAGES = "/messages"
"""What the path of Anthropic Messages ends in, whatever a gateway puts before it."""


def nonce_of(prefix: str, number: int) -> str:
    """The nonce of request `number` of a slice."""
    return f"{prefix}{number:08x}"


def arrivals_by_nonce(record: SliceRecord) -> Mapping[str, tuple[Arrival, ...]]:
    """What arrived upstream of each request, in its order: retries follow the first attempt."""
    found: dict[str, list[Arrival]] = {}
    for arrival in record.arrivals:
        found.setdefault(arrival.nonce, []).append(arrival)
    return {nonce: tuple(arrivals) for nonce, arrivals in found.items()}


def problems_of(record: SliceRecord, *, policy: Policy) -> tuple[str, ...]:
    """Why this slice proves nothing; empty when it does."""
    checks = (
        _unproven(record),
        _foreign(record),
        _bypassed(record),
        _misdirected(record),
        _busy_rig(record, policy=policy),
        _late_rig(record, policy=policy),
        _slow_rig(record),
        _cut_short(record),
    )
    return tuple(problem for problem in checks if problem)


def passage_problems(record: SliceRecord) -> tuple[str, ...]:
    """Why it is not proven that the gateway passed all of it on to whom was asked; empty when it is."""
    checks = (_unproven(record), _bypassed(record), _misdirected(record))
    return tuple(problem for problem in checks if problem)


def rig_load(record: SliceRecord) -> float | None:
    """The share that engine and upstream used of their cores, or one of them of its own; None for no load.

    Each works on one core at a time, so that one of them can be at its limit while the other is idle.
    """
    used = _rig_use(record)
    return used and max(*used, sum(used) / record.rig_cores)


def _rig_use(record: SliceRecord) -> tuple[float, float] | None:
    """How much of a core engine and upstream used, each; None for no load."""
    duration_ns = record.recording.ended_ns - record.recording.started_ns
    if duration_ns <= 0 or not record.recording.samples:
        return None
    return record.recording.engine_cpu_ns / duration_ns, record.upstream_cpu_ns / record.wall_ns


def rig_lag(record: SliceRecord) -> float:
    """The share of the judged requests that the engine took up too late; 0 for a closed loop."""
    judged = sum(1 for sample in record.recording.samples if sample.phase == Phase.STEADY)
    return record.recording.lagging_sends / judged if judged else 0.0


def _unproven(record: SliceRecord) -> str:
    """Each good answer must have an arrival upstream."""
    seen = {arrival.nonce for arrival in record.arrivals}
    prefix = record.recording.nonce_prefix
    unseen = sum(1 for sample in _answered(record) if nonce_of(prefix, sample.number) not in seen)
    if not unseen:
        return ""
    total = len(record.recording.samples)
    return f"{unseen} of {total} answered requests never reached an upstream: they were not measured there"


def _foreign(record: SliceRecord) -> str:
    """No arrival may bear a nonce that this slice did not send."""
    prefix = record.recording.nonce_prefix
    foreign = sum(1 for arrival in record.arrivals if arrival.nonce and not arrival.nonce.startswith(prefix))
    return f"{foreign} requests of another slice arrived during this one" if foreign else ""


def _bypassed(record: SliceRecord) -> str:
    """An arrival without the gateway's own key came from somewhere else."""
    if not record.upstream_key:
        return ""
    bypassed = sum(
        1 for arrival in record.arrivals if arrival.nonce and arrival.credential != record.upstream_key
    )
    return f"{bypassed} requests reached the upstream without passing the gateway" if bypassed else ""


def _misdirected(record: SliceRecord) -> str:
    """Each good answer must be from an instance of the provider that was asked for, in its own dialect.

    A gateway that sends on what it was to convert would pass for one that converts for nothing.
    """
    if not record.suited:
        return ""
    seen = arrivals_by_nonce(record)
    elsewhere = sum(
        1
        for sample in _answered(record)
        if (arrivals := seen.get(nonce_of(record.recording.nonce_prefix, sample.number)))
        and not _suits(arrivals[-1], record)
    )
    if not elsewhere:
        return ""
    return (
        f"{elsewhere} of {len(record.recording.samples)} requests for {record.step.part.ask} were answered "
        "by another kind of provider, or by another endpoint: what was to be measured was not done"
    )


def _answered(record: SliceRecord) -> list[Sample]:
    return [sample for sample in record.recording.samples if sample.outcome == Outcome.OK]


def _suits(arrival: Arrival, record: SliceRecord) -> bool:
    by_messages = arrival.path.endswith(_MESSAGES)
    return arrival.instance in record.suited and by_messages is (record.step.part.ask is not Ask.CHAT)


def _busy_rig(record: SliceRecord, *, policy: Policy) -> str:
    """Engine and upstream together must leave room on their cores."""
    used, ratio = _rig_use(record), rig_load(record)
    if used is None or ratio is None:
        return "nothing was measured"
    if ratio <= policy.max_engine_ratio or record.step.part.saturating:
        return ""
    engine, upstream = used
    return (
        f"the rig was the bottleneck: the engine used {engine:.0%} and the upstream {upstream:.0%} of a "
        f"core, on {record.rig_cores} core(s) in all; the limit is {policy.max_engine_ratio:.0%}"
    )


def _late_rig(record: SliceRecord, *, policy: Policy) -> str:
    """An open loop must keep to its schedule: its latencies count from there, the rig's own lag included."""
    recording, late_ratio = record.recording, rig_lag(record)
    if late_ratio <= policy.max_lag_ratio or record.step.part.saturating:
        return ""
    return (
        f"the rig was the bottleneck: it took up {late_ratio:.0%} of the requests more than "
        f"{ns_to_ms(LAG_NS):.0f} ms late, the limit is {policy.max_lag_ratio:.0%}; "
        f"the worst by {ns_to_ms(recording.worst_lag_ns):.0f} ms"
    )


def _slow_rig(record: SliceRecord) -> str:
    """Nor may it be late by a little each time: that hides in no share, but in every latency."""
    median_ns = record.recording.median_lag_ns
    if median_ns <= MEDIAN_LAG_NS or record.step.part.saturating:
        return ""
    return (
        f"the rig was the bottleneck: it took up half of the requests {ns_to_ms(median_ns):.1f} ms late or "
        f"more, the limit is {ns_to_ms(MEDIAN_LAG_NS):.0f} ms"
    )


def _cut_short(record: SliceRecord) -> str:
    """A gateway that is too slow leaves the slice without an end; one that fails has shown what it is."""
    unsent, samples = record.recording.unsent, record.recording.samples
    failed = sum(1 for sample in samples if sample.outcome not in _NO_FAULT)
    if not unsent or failed > _PROVEN_FAILURE_RATIO * len(samples):
        return ""
    return (
        f"{record.step.part.name} was cut short: after {ns_to_s(record.wall_ns):.0f} s the gateway had "
        f"answered {len(samples)} of {len(samples) + unsent} requests"
    )
