"""The client that hangs up: by plan, and on Ctrl-C."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from perf.load import run
from perf.model.load import Abort, ClosedLoop, Outcome
from perf.model.units import ms_to_ns
from tests.load.plans import (
    DELTAS,
    DONE,
    FINISH,
    STREAM_HEAD,
    a_plan,
    a_template,
    answer,
    chunk,
    outcomes,
    stream,
)
from tests.load.scripted import Pause, ScriptedServer

ENDLESS = (STREAM_HEAD + chunk(DELTAS[0]), chunk(DELTAS[1]), Pause(ns=ms_to_ns(60_000)), chunk(DELTAS[2]))
INTERRUPTED = Path(__file__).parent / "interrupted.py"


@pytest.mark.parametrize("after_deltas", [1, 2])
def test_a_planned_abort_hangs_up_inside_the_stream(server: ScriptedServer, after_deltas: int) -> None:
    """Every third request is cut after its deltas, and the server sees it; the others are whole."""
    whole = (stream(*DELTAS, FINISH, DONE),)
    server.serve(whole, whole, ENDLESS)
    recording = run(
        a_plan(
            server.url,
            templates=(a_template(stream=True),),
            workload=ClosedLoop(connections=2, requests=12),
            abort=Abort(every=3, after_deltas=after_deltas),
        )
    )

    expected = [Outcome.OK, Outcome.OK, Outcome.ABORTED_BY_PLAN]
    assert [sample.outcome for sample in recording.samples] == expected * 4
    assert all(sample.deltas >= after_deltas for sample in recording.samples)
    assert sum(sample.deltas for sample in recording.samples) == len(recording.delta_times_ns)
    server.log_when(lambda log: all(served.cut_ns > 0 for served in log if served.number % 3 == 2))


def test_an_abort_after_no_delta_never_waits_for_an_answer(server: ScriptedServer) -> None:
    """With zero deltas, the client hangs up as soon as it has sent, streamed or not."""
    server.serve((answer(),), (Pause(ns=ms_to_ns(60_000)),))
    recording = run(
        a_plan(
            server.url,
            workload=ClosedLoop(connections=1, requests=6),
            abort=Abort(every=2, after_deltas=0),
        )
    )

    assert outcomes(recording.samples) == {Outcome.OK: 3, Outcome.ABORTED_BY_PLAN: 3}
    log = server.log_when(lambda log: len(log) == 6)
    assert [served.number for served in log] == list(range(6))


def test_warm_up_is_never_aborted(server: ScriptedServer) -> None:
    """Aborts are counted from the first steady-state request."""
    server.serve((stream(*DELTAS, FINISH, DONE),))
    recording = run(
        a_plan(
            server.url,
            templates=(a_template(stream=True),),
            workload=ClosedLoop(connections=1, requests=4),
            warmup_requests=3,
            abort=Abort(every=2, after_deltas=1),
        )
    )

    ok, aborted = Outcome.OK, Outcome.ABORTED_BY_PLAN
    assert [sample.outcome for sample in recording.samples] == [ok, ok, ok, ok, aborted, ok, aborted]


def test_ctrl_c_leaves_at_once(server: ScriptedServer) -> None:
    """An interrupt in the middle of silence ends the run with KeyboardInterrupt, and hangs up."""
    server.serve((Pause(ns=ms_to_ns(60_000)),))
    with subprocess.Popen(
        [sys.executable, "-X", "dev", str(INTERRUPTED), server.url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        server.log_when(lambda log: len(log) == 4)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)

    assert output == b"interrupted\n"
    assert errors == b""
    assert process.returncode == 0
