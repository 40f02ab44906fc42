"""From windows in which instructions were counted to part records, and what such a record says of others."""

from collections.abc import Iterator, Sequence

from perf.judge.gates import counted_keys
from perf.judge.metrics import values_of
from perf.judge.pool import Pool
from perf.judge.summarise import summarise
from perf.model import metric as m
from perf.model.counting import CountedSlice
from perf.model.load import Outcome
from perf.model.policy import Policy
from perf.model.run import Arm, PartRecord
from perf.model.scenario import Scenario
from perf.model.verdict import Decision, Verdict

COUNTED_BLOCKS = 3
"""So many processes of each build are counted before the first look; more only where these disagree."""

_TIMELESS = frozenset(
    metric.name
    for metric in (
        m.SUCCESS_RATIO,
        m.CONTENT_RATIO,
        m.ATTEMPTS_PER_REQUEST,
        m.CONNECTIONS_PER_REQUEST,
        m.UPSTREAM_BYTES_PER_REQUEST,
    )
)
"""What a gateway that runs many times slower than it does in production still shows truly."""


def summarise_counted(slices: Sequence[CountedSlice], *, policy: Policy) -> tuple[PartRecord, ...]:
    """One record per scenario, part and arm, in order of first appearance.

    Instructions per request, or per chunk of a stream, are those of the cheapest window: work that comes
    with time and not with requests (timers, probes) only ever adds to some of them.
    """
    groups: dict[tuple[str, str, Arm], list[CountedSlice]] = {}
    for each in slices:
        key = (each.record.step.scenario, each.record.step.part.name, each.record.arm)
        groups.setdefault(key, []).append(each)
    return tuple(_record(group, policy=policy) for group in groups.values())


def uncounted(scenario: Scenario, *, why: str) -> tuple[PartRecord, ...]:
    """Records that say why a run has no counts: numbers that are only absent could be forgotten."""
    return tuple(
        PartRecord(
            scenario=scenario.name, part=part.name, arm=Arm.CANDIDATE, values={}, counts={}, problems=(why,)
        )
        for part in scenario.parts
    )


def counts_disagree(verdict: Verdict, scenarios: Sequence[Scenario]) -> bool:
    """Whether the counts of one build differ too much among themselves to decide: more of them may help."""
    counted = counted_keys(scenarios)
    return any(
        finding.key in counted and finding.decision is Decision.INCONCLUSIVE for finding in verdict.findings
    )


def is_uncounted(record: PartRecord) -> bool:
    """Whether this record only says why there are no counts."""
    return bool(record.problems) and not (record.values or record.counts)


def _record(group: Sequence[CountedSlice], *, policy: Policy) -> PartRecord:
    (summary,) = summarise([each.record for each in group], policy=policy)
    facts = values_of(Pool([each.record for each in group]))
    values = {name: value for name, value in facts.items() if name in _TIMELESS}
    streamed = group[0].record.step.part.stream
    ratios = list(_ratios(group, streamed=streamed))
    if ratios:
        metric = m.INSTRUCTIONS_PER_DELTA if streamed else m.INSTRUCTIONS_PER_REQUEST
        values[metric.name] = min(ratios)
    failed = sum(
        1 for each in group for sample in each.record.recording.samples if sample.outcome != Outcome.OK
    )
    why = (f"{failed} of the requests that were counted failed",) if failed else ()
    return PartRecord(
        scenario=summary.scenario,
        part=summary.part,
        arm=summary.arm,
        values=values,
        counts=summary.counts,
        problems=(*summary.problems, *why),
    )


def _ratios(group: Sequence[CountedSlice], *, streamed: bool) -> Iterator[float]:
    for each in group:
        recording = each.record.recording
        count = len(recording.delta_times_ns) if streamed else len(recording.samples)
        if count:
            yield each.instructions / count
