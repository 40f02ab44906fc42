"""Both loops against a real server: how many requests, over how many connections, in which order."""

import gc
from dataclasses import replace
from itertools import pairwise
from statistics import median

import pytest

from perf.load import run
from perf.load.connection import Connection
from perf.model.load import Bursts, ClosedLoop, ConstantRate, Outcome, Phase, Poisson, Spread
from perf.model.units import ms_to_ns
from tests.load.plans import a_plan, a_template, answer, outcomes, steady
from tests.load.scripted import Hangup, Pause, ScriptedServer


def test_a_closed_loop_sends_every_request_once(server: ScriptedServer) -> None:
    """Warm-up first, then steady state; the server saw each number once, over the same connections."""
    server.serve((answer(),))
    recording = run(a_plan(server.url, workload=ClosedLoop(connections=8, requests=200), warmup_requests=20))

    log = server.log()
    assert [served.number for served in log] == list(range(220))
    assert [sample.number for sample in recording.samples] == list(range(220))
    assert [sample.phase for sample in recording.samples] == [Phase.WARM_UP] * 20 + [Phase.STEADY] * 200
    assert outcomes(recording.samples) == {Outcome.OK: 220}
    assert recording.connections_opened == len({served.connection for served in log}) == 8
    assert recording.late_sends == recording.worst_lag_ns == 0
    assert all(sample.intended_ns == sample.sent_ns for sample in recording.samples)
    assert recording.engine_cpu_ns > 0


def test_each_request_bears_its_nonce_twice(server: ScriptedServer) -> None:
    """Header and body carry the prefix of the slice and the number of the request."""
    server.serve((answer(),))
    run(a_plan(server.url, workload=ClosedLoop(connections=1, requests=12)))

    for served in server.log():
        nonce = b"0123456789ab%08x" % served.number
        assert b"x-perfgate-nonce: " + nonce in served.head
        assert b"pg-nonce-" + nonce + b" hello" in served.body


def test_no_connection_serves_more_requests_than_planned(server: ScriptedServer) -> None:
    """With three requests a connection, ten requests take four connections."""
    server.serve((answer(),))
    recording = run(
        a_plan(server.url, workload=ClosedLoop(connections=1, requests=10), requests_per_connection=3)
    )

    assert [served.connection for served in server.log()] == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3]
    assert [sample.connection for sample in recording.samples] == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3]
    assert recording.connections_opened == 4


def test_a_new_connection_is_a_part_of_what_its_request_waits_for(server: ScriptedServer) -> None:
    """It counts from the asking for one, at once behind the request before; the first had its own already."""
    server.serve((answer(),))
    recording = run(
        a_plan(server.url, workload=ClosedLoop(connections=1, requests=60), requests_per_connection=1)
    )
    first, *others = recording.samples
    asking_ns = [later.intended_ns - earlier.ended_ns for earlier, later in pairwise(recording.samples)]
    dialling_ns = [sample.sent_ns - sample.intended_ns for sample in others]

    assert first.intended_ns == first.sent_ns
    assert min(asking_ns) >= 0
    assert min(dialling_ns) > 0
    assert median(asking_ns) < median(dialling_ns)
    assert recording.late_sends == 0


def test_a_connection_that_the_server_closes_is_replaced(server: ScriptedServer) -> None:
    """`Connection: close` costs a new connection, not a failure."""
    server.serve((answer(headers=("connection: close",)), Hangup(reset=False)))
    recording = run(a_plan(server.url, workload=ClosedLoop(connections=2, requests=10)))

    assert outcomes(recording.samples) == {Outcome.OK: 10}
    assert recording.connections_opened == 10


@pytest.mark.parametrize("spread", [pytest.param(each, id=each.value) for each in Spread])
def test_templates_are_spread(server: ScriptedServer, spread: Spread) -> None:
    """By request, templates take turns; by connection, each keeps its own."""
    server.serve((answer(),))
    templates = tuple(a_template(path=f"/{index}") for index in range(3))
    recording = run(
        a_plan(
            server.url,
            templates=templates,
            spread=spread,
            workload=ClosedLoop(connections=3, requests=30),
            requests_per_connection=4,
        )
    )

    for sample, served in zip(recording.samples, server.log(), strict=True):
        assert served.head.startswith(b"POST /%d HTTP/1.1\r\n" % sample.template)
    if spread is Spread.BY_REQUEST:
        assert all(sample.template == sample.number % 3 for sample in recording.samples)
    else:
        templates_of: dict[int, set[int]] = {}
        for sample in recording.samples:
            templates_of.setdefault(sample.connection, set()).add(sample.template)
        assert all(len(used) == 1 for used in templates_of.values())
        assert {sample.template for sample in recording.samples} == {0, 1, 2}


def test_an_open_loop_keeps_to_its_schedule(server: ScriptedServer) -> None:
    """Intended times are the schedule's own, and no request leaves before its time."""
    server.serve((answer(),))
    workload = ConstantRate(per_second=200, duration_ns=ms_to_ns(300))
    recording = run(a_plan(server.url, workload=workload, warmup_requests=4))

    samples = steady(recording)
    assert [sample.intended_ns - recording.started_ns for sample in samples] == [
        ms_to_ns(5) * index for index in range(60)
    ]
    assert all(sample.sent_ns >= sample.intended_ns for sample in samples)
    assert outcomes(recording.samples) == {Outcome.OK: 64}
    assert recording.worst_lag_ns > 0


def test_an_open_loop_reuses_the_connection_that_rested_least(server: ScriptedServer) -> None:
    """Last in, first out: a slow trickle needs one connection, warm-up's other three rest."""
    server.serve((answer(),))
    workload = Bursts(size=1, every_ns=ms_to_ns(60), count=5)
    recording = run(a_plan(server.url, workload=workload, warmup_requests=4))

    assert recording.connections_opened == 4
    assert len({sample.connection for sample in steady(recording)}) <= 2


def test_an_open_loop_waits_at_its_connection_limit(server: ScriptedServer) -> None:
    """A burst of nine over three connections takes three turns, and none is skipped."""
    server.serve((Pause(ns=ms_to_ns(50)), answer()))
    recording = run(a_plan(server.url, workload=Bursts(size=9, every_ns=0, count=1), max_connections=3))

    assert recording.connections_opened == 3
    assert outcomes(recording.samples) == {Outcome.OK: 9}
    assert recording.late_sends >= 6
    waited = sorted(sample.sent_ns - sample.intended_ns for sample in recording.samples)
    assert waited[3] >= ms_to_ns(49)
    assert waited[6] >= ms_to_ns(98)


def test_requests_in_flight_at_the_end_are_finished(server: ScriptedServer) -> None:
    """What was intended in steady state is steady state, however long it takes."""
    server.serve((Pause(ns=ms_to_ns(150)), answer()))
    workload = Poisson(per_second=300, duration_ns=ms_to_ns(100))
    recording = run(a_plan(server.url, workload=workload))

    assert recording.samples
    assert outcomes(steady(recording)) == {Outcome.OK: len(recording.samples)}
    assert recording.ended_ns >= max(sample.last_byte_ns for sample in recording.samples)


def test_churn_in_an_open_loop_frees_its_place(server: ScriptedServer) -> None:
    """With one request a connection and two places, twenty at once still all get through."""
    server.serve((answer(),))
    recording = run(
        a_plan(
            server.url,
            workload=Bursts(size=20, every_ns=0, count=1),
            max_connections=2,
            requests_per_connection=1,
        )
    )

    assert outcomes(recording.samples) == {Outcome.OK: 20}
    assert recording.connections_opened == 20


def test_an_empty_schedule_is_an_empty_recording(server: ScriptedServer) -> None:
    """Nothing to send is no reason to wait."""
    server.serve((answer(),))
    recording = run(a_plan(server.url, workload=Bursts(size=0, every_ns=0, count=0)))

    assert recording.samples == ()
    assert recording.connections_opened == 0


def test_a_long_prompt_arrives_whole(server: ScriptedServer) -> None:
    """A megabyte takes many writes, and the answer still belongs to it."""
    server.serve((answer(),))
    template = replace(a_template(), body_prefix=b"x" * 1_000_000)
    recording = run(a_plan(server.url, templates=(template,), workload=ClosedLoop(connections=2, requests=4)))

    assert outcomes(recording.samples) == {Outcome.OK: 4}
    assert [len(served.body) for served in server.log()] == [1_000_000 + 20 + len(template.body_suffix)] * 4


def test_closed_connections_leave_nothing_behind(server: ScriptedServer) -> None:
    """The collector is off during a run, so a closed connection must be freed without it."""
    server.serve((answer(),))
    plan = a_plan(server.url, workload=ClosedLoop(connections=4, requests=200), requests_per_connection=1)
    gc.collect()
    gc.disable()
    try:
        recording = run(plan)
        left = sum(isinstance(each, Connection) for each in gc.get_objects())
    finally:
        gc.enable()

    assert recording.connections_opened == 200
    assert left <= 4
