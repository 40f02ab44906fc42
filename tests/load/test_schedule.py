"""An open loop keeps to its schedule: which it is, and how late it is taken up."""

from dataclasses import replace
from random import Random
from statistics import median

from perf.load import run
from perf.load.arrivals import intended_times
from perf.model.load import MEDIAN_LAG_NS, ConstantRate, Poisson
from perf.model.units import ms_to_ns, s_to_ns
from tests.load.plans import a_plan, answer, steady
from tests.load.scripted import ScriptedServer


def test_the_seed_of_the_plan_makes_the_schedule(server: ScriptedServer) -> None:
    """The intended times of a Poisson run are those that its seed gives, to the nanosecond."""
    server.serve((answer(),))
    workload = Poisson(per_second=300, duration_ns=ms_to_ns(400))
    schedules = []
    for seed in (7, 8):
        recording = run(replace(a_plan(server.url, workload=workload, warmup_requests=2), seed=seed))
        times_ns = [sample.intended_ns - recording.started_ns for sample in steady(recording)]
        schedules.append(times_ns)

        assert times_ns == intended_times(workload, rng=Random(seed)).tolist()
    assert schedules[0] != schedules[1]


def test_a_calm_open_loop_is_on_time(server: ScriptedServer) -> None:
    """Half of the requests are taken up within 2 ms and leave then; the record tells how late that was."""
    server.serve((answer(),))
    workload = ConstantRate(per_second=200, duration_ns=s_to_ns(1))
    recording = run(a_plan(server.url, workload=workload, warmup_requests=8))
    late_ns = median(sample.sent_ns - sample.intended_ns for sample in steady(recording))

    assert 0 < recording.median_lag_ns <= late_ns <= MEDIAN_LAG_NS
    assert recording.median_lag_ns <= recording.worst_lag_ns
