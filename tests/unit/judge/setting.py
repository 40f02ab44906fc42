"""A small world to judge in: one scenario with one gate and one criterion, runs made from plain numbers."""

from array import array
from collections.abc import Sequence
from random import Random

from perf.judge.compare import series_of
from perf.judge.criteria import judge_criteria
from perf.model import metric as m
from perf.model.load import ClosedLoop, Outcome, Phase, Recording, Sample
from perf.model.metric import Metric
from perf.model.policy import DEFAULT_POLICY, Policy
from perf.model.run import Arm, Block, Mode, PartRecord, Run
from perf.model.scenario import (
    Ask,
    Bound,
    Cadence,
    Criterion,
    Part,
    Route,
    Scenario,
)
from perf.model.slices import Happened, Manner, Neighbours, SliceRecord, SliceStep
from perf.model.units import ms_to_ns
from perf.model.upstream import Arrival
from perf.model.verdict import Finding
from perf.scenarios.topologies import GENERAL, script
from tests.factories import a_block, a_build, a_header, a_part, a_run

SCENARIO = "baseline-latency"
PART = "main"
KEY = m.Key(SCENARIO, PART, m.E2E_P50.name)
POLICY: Policy = DEFAULT_POLICY
PREFIX = "0123456789ab"


def a_scenario_part(*, slices: int = 2, together: int = 0, stream: bool = False, keys: int = 1) -> Part:
    """A part that gates on E2E p50."""
    return Part(
        name=PART,
        ask=Ask.CHAT,
        stream=stream,
        keys=keys,
        workload=ClosedLoop(connections=1, requests=10),
        slices=slices,
        together=together,
        default_script=script(tokens=4),
        gates=(m.E2E_P50,),
    )


def a_scenario(
    *,
    parts: tuple[Part, ...] | None = None,
    route: Route = Route.THROUGH_SUT,
    cadence: Cadence = Cadence.EVERY_BLOCK,
    criteria: tuple[Criterion, ...] = (),
    name: str = SCENARIO,
) -> Scenario:
    """A scenario through the gateway."""
    return Scenario(
        number="1",
        name=name,
        title="Baseline latency",
        route=route,
        cadence=cadence,
        needs=frozenset(),
        topology=GENERAL,
        parts=(a_scenario_part(),) if parts is None else parts,
        criteria=criteria,
    )


def success_criterion(target: float = 0.99) -> Criterion:
    """At least this share of the requests must succeed."""
    return Criterion(part=PART, metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=target)


def paired_run(
    pairs: Sequence[tuple[float, float]], *, success: float = 1.0, same_build: bool = False
) -> Run:
    """A block for each pair of E2E p50s (baseline, candidate)."""
    blocks = tuple(
        a_block(
            number=number,
            parts=(
                _record(Arm.BASELINE, baseline, 1.0),
                _record(Arm.CANDIDATE, candidate, success),
            ),
        )
        for number, (baseline, candidate) in enumerate(pairs, start=1)
    )
    base = a_build(key="k-candidate") if same_build else None
    return a_run(header=a_header(scenarios=(SCENARIO,), base=base), blocks=blocks)


def lone_run(values: Sequence[float]) -> Run:
    """A block for each E2E p50 of the candidate, without a base build."""
    blocks = tuple(
        a_block(number=number, parts=(_record(Arm.CANDIDATE, value, 1.0),))
        for number, value in enumerate(values, start=1)
    )
    return a_run(header=a_header(scenarios=(SCENARIO,), mode=Mode.BASELINE_ONLY), blocks=blocks)


def noisy_pairs(count: int, *, change: float, sd: float = 0.02, seed: int = 1) -> list[tuple[float, float]]:
    """Pairs around 500 µs whose candidates are `change` worse, with normal noise on each side."""
    rng = Random(seed)
    return [
        (500_000 * (1 + rng.gauss(0, sd)), 500_000 * (1 + change) * (1 + rng.gauss(0, sd)))
        for _ in range(count)
    ]


def with_problem(block: Block, problem: str) -> Block:
    """The same block with a problem on its candidate side."""
    parts = tuple(_with_problem(part, problem) for part in block.parts)
    return a_block(number=block.number, parts=parts)


def _with_problem(part: PartRecord, problem: str) -> PartRecord:
    problems = (problem,) if part.arm is Arm.CANDIDATE else ()
    return a_part(arm=part.arm, values=part.values, counts=part.counts, problems=problems)


def _record(arm: Arm, p50: float, success: float) -> PartRecord:
    return a_part(arm=arm, values={m.E2E_P50.name: p50, m.SUCCESS_RATIO.name: success})


def a_sample(number: int, **changes: int) -> Sample:
    """A good answer after 1,000 ns; its first byte came after 400 ns."""
    sent = 10_000 * (number + 1)
    sample = Sample(
        number=number,
        template=0,
        connection=0,
        phase=Phase.STEADY,
        intended_ns=sent,
        sent_ns=sent,
        first_byte_ns=sent + 400,
        first_content_ns=0,
        last_byte_ns=sent + 1_000,
        deltas=0,
        bytes_in=100,
        status=200,
        outcome=Outcome.OK,
        ended_ns=sent + 1_000,
        frames=0,
        output_tokens=0,
    )
    return sample._replace(**changes)


def an_arrival(number: int, **changes: object) -> Arrival:
    """The arrival of request `number`: the upstream took 300 ns, 100 of them to the first byte."""
    at = 10_000 * (number + 1) + 100
    arrival = Arrival(
        instance="openai-0",
        connection=1,
        nonce=f"{PREFIX}{number:08x}",
        path="/v1/chat/completions",
        arrival_ns=at,
        first_byte_ns=at + 100,
        last_byte_ns=at + 300,
        status=200,
        bytes_in=100,
        bytes_out=100,
        client_aborted=False,
        credential="secret",
    )
    return arrival._replace(**changes)  # type: ignore[arg-type]  # one helper for fields of any type


def _a_recording(
    samples: Sequence[Sample], delta_times_ns: Sequence[int], *, engine_cpu_ns: int, lagging_sends: int
) -> Recording:
    return Recording(
        nonce_prefix=PREFIX,
        samples=tuple(samples),
        delta_times_ns=array("q", delta_times_ns),
        frame_times_ns=array("q"),
        started_ns=10_000,
        ended_ns=110_000,
        engine_cpu_ns=engine_cpu_ns,
        connections_opened=1,
        late_sends=lagging_sends,
        lagging_sends=lagging_sends,
        worst_lag_ns=lagging_sends * ms_to_ns(20),
        median_lag_ns=0,
    )


def a_slice(
    samples: Sequence[Sample],
    arrivals: Sequence[Arrival],
    *,
    part: Part | None = None,
    together: bool = False,
    engine_cpu_ns: int = 10_000,
    sut_cpu_ns: int = 50_000,
    happened: tuple[Happened, ...] = (),
    delta_times_ns: Sequence[int] = (),
    lagging_sends: int = 0,
    neighbours: Neighbours | None = None,
) -> SliceRecord:
    """A slice of 100,000 ns on one core, of which the gateway used 50,000."""
    recording = _a_recording(
        samples, delta_times_ns, engine_cpu_ns=engine_cpu_ns, lagging_sends=lagging_sends
    )
    step = SliceStep(
        scenario=SCENARIO,
        part=part or a_scenario_part(),
        manner=Manner.TOGETHER if together else Manner.ALONE,
        arms=(Arm.BASELINE, Arm.CANDIDATE) if together else (Arm.CANDIDATE,),
    )
    return SliceRecord(
        step=step,
        arm=Arm.CANDIDATE,
        recording=recording,
        arrivals=tuple(arrivals),
        happened=happened,
        sut_cpu_ns=sut_cpu_ns,
        sut_rss_bytes=1_000_000,
        upstream_cpu_ns=5_000,
        wall_ns=100_000,
        sut_cores=1,
        rig_cores=1,
        machine_cores=2,
        upstream_key="secret",
        neighbours=neighbours,
    )


def criterion_finding(criterion: Criterion, *, part: Part, values: dict[Metric, float]) -> Finding:
    """What is found of the only criterion of this part, where the candidate has these values."""
    record = a_part(arm=Arm.CANDIDATE, values={metric.name: value for metric, value in values.items()})
    block = a_block(number=0, parts=(record,))
    scenario = a_scenario(parts=(part,), criteria=(criterion,))
    (finding,) = judge_criteria((scenario,), all_series=series_of([block]), blocks=[block], policy=POLICY)
    return finding
