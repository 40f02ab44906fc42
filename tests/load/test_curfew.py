"""A run whose time is over sends nothing more, and waits for what is on its way."""

from dataclasses import replace

import pytest

from perf.load import run
from perf.load.engine import run_together
from perf.model.load import Bursts, ClosedLoop, OpenLoop, Outcome
from perf.model.units import ms_to_ns
from tests.load.plans import a_plan, answer, outcomes
from tests.load.scripted import Pause, ScriptedServer

_SLOW = (Pause(ns=ms_to_ns(60)), answer())


@pytest.mark.parametrize(
    "workload",
    [
        pytest.param(ClosedLoop(connections=2, requests=500), id="closed"),
        pytest.param(Bursts(size=500, every_ns=0, count=1), id="waiting-for-a-connection"),
        pytest.param(Bursts(size=1, every_ns=ms_to_ns(100), count=500), id="still-to-come"),
    ],
)
def test_a_run_ends_in_its_time(server: ScriptedServer, workload: ClosedLoop | OpenLoop) -> None:
    """No request is lost track of: each was answered, or is among those left unsent."""
    server.serve(_SLOW)
    recording = run(
        replace(a_plan(server.url, workload=workload, max_connections=2), send_within_ns=ms_to_ns(200))
    )

    assert recording.samples
    assert outcomes(recording.samples) == {Outcome.OK: len(recording.samples)}
    assert recording.unsent == 500 - len(recording.samples)


def test_a_run_may_end_in_its_warm_up(server: ScriptedServer) -> None:
    """Nothing of steady state is sent then."""
    server.serve(_SLOW)
    plan = a_plan(server.url, workload=Bursts(size=10, every_ns=0, count=1), warmup_requests=500)
    recording = run(replace(plan, send_within_ns=ms_to_ns(200)))

    assert 0 < len(recording.samples) < 500
    assert recording.unsent == 510 - len(recording.samples)


def test_runs_that_take_turns_end_in_their_time(server: ScriptedServer) -> None:
    """One that waits for its turn when the time is over still has it."""
    server.serve(_SLOW)
    plan = replace(
        a_plan(server.url, workload=ClosedLoop(connections=1, requests=500)), send_within_ns=ms_to_ns(200)
    )
    recordings = run_together((plan, replace(plan, nonce_prefix="ba9876543210")), alternating=True)

    for recording in recordings:
        assert outcomes(recording.samples) == {Outcome.OK: len(recording.samples)}
        assert recording.unsent == 500 - len(recording.samples) > 0


def test_a_run_in_time_leaves_nothing_unsent(server: ScriptedServer) -> None:
    """The end of its time does not matter to a run that is over."""
    server.serve((answer(),))
    plan = a_plan(server.url, workload=ClosedLoop(connections=2, requests=20), warmup_requests=2)
    recording = run(replace(plan, send_within_ns=ms_to_ns(20_000)))

    assert len(recording.samples) == 22
    assert recording.unsent == 0
