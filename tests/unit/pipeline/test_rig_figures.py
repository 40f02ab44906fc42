"""The figures of the rig's comparison."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from perf.model.units import NS_PER_S
from perf.pipeline.rigbench.figures import Sitting, costs, lines, ratios


def a_sitting(requests: int = 1_000, *, client_us: int = 10, server_us: int = 20) -> Sitting:
    """One second with so many requests, none failed, on streams of two frames."""
    return Sitting(
        requests=requests,
        failed=0,
        frames=2 * requests,
        at_once=1,
        wall_ns=NS_PER_S,
        client_cpu_ns=client_us * requests * 1_000,
        server_cpu_ns=server_us * requests * 1_000,
    )


def test_a_ratio_is_the_median_of_pairs() -> None:
    """Each round is compared with itself; a round in which all were slow changes nothing."""
    rounds = [
        {"engine": a_sitting(2_000, client_us=10), "wrk": a_sitting(1_000, client_us=5)},
        {"engine": a_sitting(20, client_us=90), "wrk": a_sitting(10, client_us=45)},
        {"engine": a_sitting(9_000, client_us=10), "wrk": a_sitting(1_000, client_us=80)},
    ]

    assert ratios(rounds) == {"engine_vs_wrk": 2.0, "engine_vs_wrk_cpu": 0.5}


def test_failed_requests_are_no_throughput() -> None:
    """A server that answers nonsense quickly is not quick."""
    half = replace(a_sitting(1_000), failed=500)
    found = ratios([{"wrk": a_sitting(1_000), "uvicorn": half}])

    assert found == {"mock_vs_uvicorn": 2.0, "mock_vs_uvicorn_cpu": 2.0}


def test_costs_are_cpu_time_for_one() -> None:
    """Per request, per frame, and 1,000 connections over 64."""
    each = {
        "engine": a_sitting(client_us=10),
        "engine-1000": a_sitting(client_us=12, server_us=25),
        "streams": a_sitting(client_us=50),
        "wrk": a_sitting(client_us=8, server_us=30),
    }

    assert costs([each]) == {
        "engine_us_per_request": 10.0,
        "engine_us_per_frame": 25.0,
        "mock_us_per_request": 30.0,
        "wrk_us_per_request": 8.0,
        "engine_1000_vs_64_connections": 1.2,
        "mock_1000_vs_64_connections": 1.25,
    }


@given(counts=st.lists(st.integers(1, 10**6), min_size=1, max_size=9))
def test_a_contender_has_one_line(counts: list[int]) -> None:
    """Its medians lie between what it did, and its share of a core follows from them."""
    (line,) = lines([{"engine": a_sitting(count)} for count in counts])

    assert min(counts) <= line.rps <= max(counts)
    assert line.rps_per_core == 100_000
    assert line.failed == 0
    assert lines([]) == ()
