"""From the slices of a block to its part records."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from perf.judge.metrics import values_of
from perf.judge.pool import Pool
from perf.judge.timeline import timeline_of
from perf.judge.validity import problems_of
from perf.model.load import Outcome, Phase
from perf.model.metric import BENCH_BEST
from perf.model.policy import Policy
from perf.model.run import Arm, PartRecord
from perf.model.slices import SliceRecord
from perf.model.upstream import Arrival

BENCHMARKS = "micro-benchmarks"
"""The scenario name under which pytest-benchmark results stand."""

_COUNTER: Mapping[Outcome, str] = {
    Outcome.OK: "ok",
    Outcome.CLIENT_4XX: "client-4xx",
    Outcome.SERVER_5XX: "server-5xx",
    Outcome.REFUSED: "network",
    Outcome.RESET: "network",
    Outcome.CONNECT_TIMEOUT: "timeout",
    Outcome.FIRST_BYTE_TIMEOUT: "timeout",
    Outcome.TOTAL_TIMEOUT: "timeout",
    Outcome.TRUNCATED_STREAM: "stream",
    Outcome.MALFORMED_STREAM: "stream",
    Outcome.STREAM_ERROR: "stream",
    Outcome.WRONG_CONTENT: "wrong-content",
    Outcome.WRONG_USAGE: "wrong-content",
    Outcome.ABORTED_BY_PLAN: "aborted",
}


def summarise(slices: Sequence[SliceRecord], *, policy: Policy) -> tuple[PartRecord, ...]:
    """One record per scenario, part and arm, in order of first appearance."""
    groups: dict[tuple[str, str, Arm], list[SliceRecord]] = {}
    for record in slices:
        groups.setdefault((record.step.scenario, record.step.part.name, record.arm), []).append(record)
    return tuple(
        PartRecord(
            scenario=scenario,
            part=part,
            arm=arm,
            values=values_of(Pool(records)),
            counts=_counts(records),
            problems=_problems(records, policy=policy),
            timeline=timeline_of(records),
        )
        for (scenario, part, arm), records in groups.items()
    )


def benchmark_records(best_ns: Mapping[Arm, Mapping[str, float]]) -> tuple[PartRecord, ...]:
    """The best rounds (ns, per benchmark name) of pytest-benchmark as records of `micro-benchmarks`."""
    return tuple(
        PartRecord(
            scenario=BENCHMARKS,
            part=name,
            arm=arm,
            values={BENCH_BEST.name: round_ns},
            counts={},
            problems=(),
        )
        for arm, rounds in best_ns.items()
        for name, round_ns in sorted(rounds.items())
    )


def _counts(records: Iterable[SliceRecord]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for record in records:
        for sample in record.recording.samples:
            if sample.phase == Phase.STEADY:
                counts["requests"] += 1
                counts[_COUNTER[Outcome(sample.outcome)]] += 1
        for arrival in record.arrivals:
            if arrival.nonce and arrival.status < 400:
                counts[f"instance:{_reached(record, arrival)}"] += 1
    return dict(counts)


def _reached(record: SliceRecord, arrival: Arrival) -> str:
    """The instance, and by which protocol where there was a choice."""
    if not record.offers_http2:
        return arrival.instance
    return f"{arrival.instance}:{'http2' if arrival.http2 else 'http1.1'}"


def _problems(records: Iterable[SliceRecord], *, policy: Policy) -> tuple[str, ...]:
    found = [problem for record in records for problem in problems_of(record, policy=policy)]
    return tuple(dict.fromkeys(found))
