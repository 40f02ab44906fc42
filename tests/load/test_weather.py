"""All faults at once: whatever a server does, the record is complete and adds up."""

from random import Random

import pytest

from perf.load import run
from perf.model.load import (
    Abort,
    ClosedLoop,
    ConstantRate,
    Outcome,
    Poisson,
    Recording,
    Sample,
    Timeouts,
    Workload,
)
from perf.model.units import ms_to_ns, s_to_ns
from tests.load.plans import (
    DELTAS,
    DONE,
    ERROR,
    FINISH,
    STREAM_HEAD,
    a_plan,
    a_template,
    answer,
    chunk,
    stream,
)
from tests.load.scripted import Hangup, Pause, Script, ScriptedServer

WEATHER: tuple[Script, ...] = (
    (stream(*DELTAS, FINISH, DONE),),
    (STREAM_HEAD, Pause(ns=ms_to_ns(3)), *(chunk(each) for each in (*DELTAS, FINISH, DONE)), b"0\r\n\r\n"),
    (stream(*DELTAS, FINISH, DONE), Hangup(reset=False)),
    (stream(*DELTAS, FINISH, DONE), Hangup(reset=True)),
    (STREAM_HEAD + chunk(DELTAS[0]), Hangup(reset=True)),
    (STREAM_HEAD + chunk(DELTAS[0]), Pause(ns=s_to_ns(60))),
    (stream(DELTAS[0], ERROR),),
    (answer(status="503 Service Unavailable", headers=("connection: close",)), Hangup(reset=False)),
    (answer(status="429 Too Many Requests"),),
    (b"HTTP/1.1 nonsense\r\n\r\n",),
    (Hangup(reset=False),),
    (Pause(ns=s_to_ns(60)),),
)
PATIENCE = Timeouts(connect_ns=s_to_ns(5), first_byte_ns=ms_to_ns(60), total_ns=ms_to_ns(120))


def odd_samples(recording: Recording) -> list[Sample]:
    """Samples that contradict themselves."""
    return [
        sample
        for sample in recording.samples
        if (sample.outcome == Outcome.OK)
        != (sample.last_byte_ns > 0 and sample.deltas == 3 and sample.status == 200)
        or (sample.deltas > 0) != (sample.first_content_ns > 0)
        or (sample.bytes_in > 0) != (sample.first_byte_ns > 0)
        or not sample.intended_ns <= sample.sent_ns
    ]


@pytest.mark.parametrize("requests_per_connection", [0, 5])
@pytest.mark.parametrize(
    "workload",
    [
        pytest.param(ClosedLoop(connections=16, requests=300), id="closed"),
        pytest.param(ConstantRate(per_second=600, duration_ns=ms_to_ns(500)), id="constant"),
        pytest.param(Poisson(per_second=600, duration_ns=ms_to_ns(500)), id="poisson"),
    ],
)
def test_every_request_is_recorded_once(
    server: ScriptedServer, workload: Workload, requests_per_connection: int
) -> None:
    """With every fault, churn and aborts together, numbers are complete and samples consistent."""
    random = Random(requests_per_connection)
    server.serve(*random.choices(WEATHER, weights=[8, 8] + [1] * 10, k=100))
    recording = run(
        a_plan(
            server.url,
            templates=(a_template(stream=True),),
            workload=workload,
            warmup_requests=10,
            requests_per_connection=requests_per_connection,
            max_connections=16,
            timeouts=PATIENCE,
            abort=Abort(every=7, after_deltas=1),
        )
    )

    assert [sample.number for sample in recording.samples] == list(range(len(recording.samples)))
    assert sum(sample.deltas for sample in recording.samples) == len(recording.delta_times_ns)
    assert odd_samples(recording) == []
    assert {Outcome.OK, Outcome.RESET, Outcome.FIRST_BYTE_TIMEOUT, Outcome.ABORTED_BY_PLAN} <= {
        Outcome(sample.outcome) for sample in recording.samples
    }
