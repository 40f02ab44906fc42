"""What the metrics of a slice are."""

from dataclasses import replace

import pytest

from perf.judge.metrics import EXTRACTORS, values_of
from perf.judge.pool import Pool
from perf.judge.summarise import summarise
from perf.model import metric as m
from perf.model.load import ConstantRate, Outcome, Phase
from perf.model.metric import METRICS, Metric
from perf.model.scenario import Change
from perf.model.slices import Happened, IdleSpell, LogSeen, Neighbours
from perf.scenarios import SCENARIOS
from tests.unit.judge.setting import POLICY, a_sample, a_scenario_part, a_slice, an_arrival

_SAMPLES = [a_sample(number) for number in range(4)]
_ARRIVALS = [an_arrival(number) for number in range(4)]


def _value(metric: Metric, *slices: object) -> float | None:
    return values_of(Pool(slices)).get(metric.name)  # type: ignore[arg-type]  # slices of the setting


def test_every_metric_but_the_benchmarks_has_an_extractor() -> None:
    """A metric that nothing computes could never be measured."""
    ingested = {m.TIME_PER_OP, m.ALLOCATED_PER_OP, m.ALLOCATIONS_PER_OP}
    counted = {m.INSTRUCTIONS_PER_REQUEST, m.INSTRUCTIONS_PER_DELTA}

    assert set(EXTRACTORS) == set(METRICS) - ingested - counted - {m.BENCH_BEST, m.PLANTED_DELAY}


def test_e2e_counts_from_the_intended_time() -> None:
    """A request sent 500 ns late took 500 ns longer than its connection saw."""
    late = [a_sample(number, intended_ns=10_000 * (number + 1) - 500) for number in range(4)]

    assert _value(m.E2E_P50, a_slice(late, _ARRIVALS)) == 1_500


def test_overhead_is_what_the_upstream_did_not_take() -> None:
    """1,000 ns for the client less 300 ns inside the upstream are 700 ns of overhead."""
    assert _value(m.OVERHEAD_P50, a_slice(_SAMPLES, _ARRIVALS)) == 700


def test_failures_have_no_part_in_latency_and_throughput() -> None:
    """A slow failure neither slows the p50 nor counts as throughput."""
    failed = a_sample(3, outcome=Outcome.SERVER_5XX, last_byte_ns=40_000 + 1_000)
    good, mixed = a_slice(_SAMPLES, _ARRIVALS), a_slice([*_SAMPLES[:3], failed], _ARRIVALS)

    assert _value(m.E2E_MAX, mixed) == _value(m.E2E_MAX, good) == 1_000
    assert _value(m.QPS, mixed) == pytest.approx(0.75 * (_value(m.QPS, good) or 0))
    assert _value(m.SUCCESS_RATIO, mixed) == 0.75


def test_warm_up_is_not_judged() -> None:
    """A slow first request of the warm-up leaves the latency alone."""
    warm = a_sample(0, phase=Phase.WARM_UP, last_byte_ns=10_000 + 9_000)

    assert _value(m.E2E_MAX, a_slice([warm, *_SAMPLES[1:]], _ARRIVALS)) == 1_000


@pytest.mark.parametrize(
    ("taken", "share"),
    [((30, 50), 0.4), ((30, -10), 0.1), ((-5, -9), 0.0), ((30, None), None)],
    ids=["added", "a tick too few", "never below nothing", "one unknown"],
)
def test_neighbours_are_those_of_all_slices(taken: tuple[int | None, ...], share: float | None) -> None:
    """Short slices are some ticks wrong, so they are added up; of all of them it must be known."""
    slices = [
        a_slice(
            _SAMPLES,
            _ARRIVALS,
            neighbours=None if each is None else Neighbours(taken_ns=each, whole_ns=100),
        )
        for each in taken
    ]

    assert _value(m.NEIGHBOUR_LOAD, *slices) == share


def test_cpu_is_spent_on_all_requests() -> None:
    """50,000 ns of CPU over four requests are 12,500 ns each; two slices pool."""
    one = a_slice(_SAMPLES, _ARRIVALS)

    assert _value(m.CPU_PER_REQUEST, one) == _value(m.CPU_PER_REQUEST, one, one) == 12_500


def test_cpu_is_that_of_the_slices_with_both_arms_at_once() -> None:
    """CPU comes from where both arms suffered alike, latency from where each had the machine to itself."""
    slow = [sample._replace(last_byte_ns=sample.last_byte_ns + 500) for sample in _SAMPLES]
    turn = a_slice(_SAMPLES, _ARRIVALS, sut_cpu_ns=80_000)
    both = a_slice(slow, _ARRIVALS, together=True)

    assert _value(m.CPU_PER_REQUEST, turn, both) == 12_500
    assert _value(m.E2E_MAX, turn, both) == 1_000


def test_a_slice_that_a_neighbour_hit_is_left_aside() -> None:
    """CPU per request is the median over slices."""
    slices = [a_slice(_SAMPLES, _ARRIVALS, sut_cpu_ns=cpu_ns) for cpu_ns in (50_000, 50_000, 500_000)]

    assert _value(m.CPU_PER_REQUEST, *slices) == 12_500


def test_retries_show_as_attempts() -> None:
    """One request of four that reached two instances makes 1.25 attempts per request."""
    arrivals = [*_ARRIVALS, an_arrival(3, instance="openai-1", connection=5)]

    assert _value(m.ATTEMPTS_PER_REQUEST, a_slice(_SAMPLES, arrivals)) == 1.25


def test_stickiness_is_judged_per_key() -> None:
    """Key 0 once strays from its instance: three of four requests were on the bound one."""
    part = a_scenario_part(keys=2)
    samples = [a_sample(number, template=number % 2) for number in range(4)]
    arrivals = [*_ARRIVALS[:3], an_arrival(3, instance="openai-1")]
    strayed = a_slice(samples, arrivals, part=part)

    assert _value(m.STICKY_RATIO, strayed) == 0.75
    assert _value(m.STICKY_RATIO, a_slice(samples, _ARRIVALS, part=part)) == 1.0


def test_ttft_and_itl_come_from_content_deltas() -> None:
    """Deltas 600, 700 and 900 ns after sending: TTFT 600, gaps of 100 and 200."""
    part = a_scenario_part(stream=True)
    sample = a_sample(0, first_content_ns=10_600, deltas=3)
    record = a_slice([sample], _ARRIVALS[:1], part=part, delta_times_ns=[10_600, 10_700, 10_900])

    assert _value(m.TTFT_P50, record) == 600
    assert _value(m.TTFT_OVERHEAD_P50, record) == 500
    assert _value(m.ITL_P50, record) == 150


def test_failover_times_count_from_what_happened() -> None:
    """Another instance answers 5,100 ns after the death; the dead one again 100 ns after its return."""
    happened = (
        Happened(at_ns=15_000, instance="openai-0", change=Change.DIES),
        Happened(at_ns=30_000, instance="openai-0", change=Change.RETURNS),
    )
    arrivals = [an_arrival(0), an_arrival(1, instance="openai-1"), an_arrival(2)]
    record = a_slice(_SAMPLES[:3], arrivals, happened=happened)

    assert _value(m.DETECT_TIME, record) == 5_100
    assert _value(m.RECOVER_TIME, record) == 100


def test_an_instance_that_is_never_used_again_takes_all_the_time_that_was_watched() -> None:
    """Not to come back is the longest recovery, and no missing number."""
    samples = [a_sample(number) for number in range(3)]
    happened = (Happened(at_ns=samples[0].intended_ns, instance="openai-1", change=Change.RETURNS),)
    record = a_slice(samples, [an_arrival(number) for number in range(3)], happened=happened)

    assert _value(m.RECOVER_TIME, record) == samples[-1].intended_ns - samples[0].intended_ns


def test_recovery_is_watched_for_longer_than_it_may_take() -> None:
    """Else an instance that never comes back would be back in time."""
    timed = {m.DETECT_TIME: {Change.DIES, Change.FAILS}, m.RECOVER_TIME: {Change.RETURNS}}
    for scenario in SCENARIOS:
        for criterion in scenario.criteria:
            if changes := timed.get(criterion.metric):
                part = next(each for each in scenario.parts if each.name == criterion.part)
                event = next(each for each in part.events if each.change in changes)
                assert isinstance(part.workload, ConstantRate)
                assert part.workload.duration_ns - event.at_ns > 1.1 * criterion.target


def test_counts_name_each_kind_of_failure_and_each_instance() -> None:
    """Requests are counted by how they ended, and by who answered them."""
    samples = [*_SAMPLES[:2], a_sample(2, outcome=Outcome.CLIENT_4XX), a_sample(3, outcome=Outcome.RESET)]
    arrivals = [an_arrival(0), an_arrival(1, instance="openai-1"), an_arrival(2, status=500)]
    (record,) = summarise([a_slice(samples, arrivals)], policy=POLICY)

    assert record.counts == {
        "requests": 4,
        "ok": 2,
        "client-4xx": 1,
        "network": 1,
        "instance:openai-0": 1,
        "instance:openai-1": 1,
    }


@pytest.mark.parametrize(
    ("logs", "per_request", "over_sink"),
    [
        ((None,), None, None),
        ((LogSeen(written_bytes=300, room_bytes=0),), 150, None),
        ((LogSeen(written_bytes=300, room_bytes=600), LogSeen(written_bytes=500, room_bytes=250)), 200, 0.5),
        ((LogSeen(written_bytes=300, room_bytes=600), None), None, 0.5),
    ],
    ids=["unknown", "usual", "slow", "half-known"],
)
def test_a_log_is_told_by_its_bytes(
    logs: tuple[LogSeen | None, ...], per_request: float | None, over_sink: float | None
) -> None:
    """Per request, and over what a slow reader had room for: the least that any slice shows."""
    slices = [replace(a_slice([a_sample(0), a_sample(1)], []), log=log) for log in logs]
    values = values_of(Pool(slices))

    assert values.get(m.LOG_BYTES_PER_REQUEST.name) == per_request
    assert values.get(m.LOG_OVER_SINK.name) == over_sink


def test_idle_cpu_is_a_share_of_one_core() -> None:
    """The most that any slice shows; nothing where the gateway was not left alone."""
    spells = (IdleSpell(cpu_ns=20, wall_ns=1_000), IdleSpell(cpu_ns=5, wall_ns=1_000), None)
    slices = [replace(a_slice([a_sample(0)], []), idle=spell) for spell in spells]

    assert values_of(Pool(slices))[m.IDLE_CPU.name] == 0.02
    assert m.IDLE_CPU.name not in values_of(Pool(slices[2:]))


def test_the_protocol_is_told_where_there_was_a_choice() -> None:
    """Its share is a number of the slice, and the counts by instance name it; elsewhere there is neither."""
    arrivals = [an_arrival(number, http2=number < 3) for number in range(4)]
    chosen = replace(a_slice(_SAMPLES, arrivals), offers_http2=True)
    counted = [
        sorted(name.partition(":")[2] for name in record.counts if name.startswith("instance:"))
        for one in (chosen, a_slice(_SAMPLES, _ARRIVALS))
        for record in summarise([one], policy=POLICY)
    ]
    name = arrivals[0].instance

    assert _value(m.HTTP2_RATIO, chosen) == 0.75
    assert _value(m.HTTP2_RATIO, a_slice(_SAMPLES, _ARRIVALS)) is None
    assert counted == [[f"{name}:http1.1", f"{name}:http2"], [name]]
