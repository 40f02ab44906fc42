"""One plan, several engine processes."""

from concurrent.futures import ThreadPoolExecutor
from multiprocessing import active_children
from time import monotonic_ns

import pytest

from perf.load import LoadError, run_many
from perf.load.many import WARM_UP_DEADLINE_S, Merged
from perf.model.load import ClosedLoop, ConstantRate, Outcome, Workload
from perf.model.units import ms_to_ns, s_to_ns
from tests.load.plans import (
    DELTAS,
    DONE,
    FINISH,
    NO_DIALECT,
    a_plan,
    a_template,
    an_unreadable_template,
    answer,
    stream,
)
from tests.load.scripted import Pause, ScriptedServer


def numbers(merged: Merged) -> list[int]:
    """The numbers of all recorded requests."""
    return sorted(merged.columns.column("number"))


@pytest.mark.parametrize(
    "workload",
    [ClosedLoop(connections=5, requests=90), ConstantRate(per_second=600, duration_ns=ms_to_ns(150))],
    ids=["closed", "open"],
)
def test_processes_share_a_plan(server: ScriptedServer, workload: Workload) -> None:
    """Every number is sent once, by whichever process, over as many connections as one would use."""
    server.serve((answer(),))
    merged = run_many(
        a_plan(server.url, workload=workload, warmup_requests=6, max_connections=4), processes=2
    )

    assert numbers(merged) == list(range(96))
    assert sorted(served.number for served in server.log()) == list(range(96))
    assert merged.outcomes == {Outcome.OK: 90}
    assert len(merged.e2e) == 90
    assert merged.figures.connections_opened <= 5
    assert merged.figures.started_ns < merged.figures.ended_ns
    assert merged.figures.engine_cpu_ns > 0


def test_histograms_of_all_processes_are_one(server: ScriptedServer) -> None:
    """TTFT and ITL of scripted streams come out as scripted, with as many gaps as there are."""
    server.serve((Pause(ns=ms_to_ns(20)), stream(*DELTAS[:1])[:-5], Pause(ns=ms_to_ns(40)), *_rest()))
    plan = a_plan(
        server.url,
        templates=(a_template(stream=True),),
        workload=ClosedLoop(connections=4, requests=12),
    )
    merged = run_many(plan, processes=3)

    assert merged.outcomes == {Outcome.OK: 12}
    assert (len(merged.e2e), len(merged.ttft), len(merged.itl)) == (12, 12, 24)
    assert merged.ttft.quantile_ns(0.0) >= ms_to_ns(20)
    assert merged.itl.quantile_ns(1.0) >= ms_to_ns(40)
    assert not len(merged.failed_e2e)


def test_failures_are_counted_apart(server: ScriptedServer) -> None:
    """A refused request is in no histogram of successes."""
    server.serve((answer(b"{}", status="500 Internal Server Error"),))
    merged = run_many(a_plan(server.url, workload=ClosedLoop(connections=2, requests=8)), processes=2)

    assert merged.outcomes == {Outcome.SERVER_5XX: 8}
    assert (len(merged.e2e), len(merged.failed_e2e)) == (0, 8)


def test_an_impossible_plan_fails_as_with_one_process() -> None:
    """The error of a process is the caller's, and no process is left."""
    with pytest.raises(LoadError, match="base URL"):
        run_many(a_plan("ftp://nowhere"), processes=1)
    with pytest.raises(LoadError, match="more processes"):
        run_many(a_plan(), processes=2)


def test_a_defect_in_one_process_ends_all_and_is_named(
    server: ScriptedServer, capfd: pytest.CaptureFixture[str]
) -> None:
    """The other one waits for it to warm up, but not for long; the traceback is there to be read."""
    server.serve((answer(),))
    plan = a_plan(
        server.url,
        templates=(a_template(), an_unreadable_template()),
        workload=ClosedLoop(connections=2, requests=8),
        warmup_requests=2,
    )
    others, begun_ns = set(active_children()), monotonic_ns()
    with pytest.raises(LoadError, match="failed with AssertionError") as caught:
        run_many(plan, processes=2)

    assert monotonic_ns() - begun_ns < s_to_ns(WARM_UP_DEADLINE_S) / 2
    assert NO_DIALECT in caught.value.what
    assert caught.value.where == "engine process 2 of 2"
    assert "Traceback" in capfd.readouterr().err
    assert set(active_children()) == others


def test_a_process_that_is_killed_ends_all(server: ScriptedServer) -> None:
    """No word comes from it, so its end is told; the other does not wait for its answer."""
    server.serve((Pause(ns=s_to_ns(600)),))
    plan = a_plan(server.url, workload=ClosedLoop(connections=2, requests=2))
    others = set(active_children())
    with ThreadPoolExecutor(1) as pool:
        merged = pool.submit(run_many, plan, processes=2)
        server.log_when(lambda log: len(log) == 2)
        (set(active_children()) - others).pop().kill()
        with pytest.raises(LoadError, match="ended early, by signal 9"):
            merged.result()

    assert set(active_children()) == others


def _rest() -> tuple[bytes, ...]:
    """The frames after the first, as the rest of the chunked body."""
    whole = stream(*DELTAS, FINISH, DONE)
    return (whole[len(stream(*DELTAS[:1])) - 5 :],)
