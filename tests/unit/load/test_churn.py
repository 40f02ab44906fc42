"""Closing at a rate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.load.churn import Churn
from perf.model.units import NS_PER_S, ms_to_ns


def test_no_rate_closes_nothing() -> None:
    """Churn is off unless asked for."""
    assert not Churn(0.0).is_on


@pytest.mark.parametrize("per_second", [1.0, 7.5, 200.0])
def test_the_rate_is_met(per_second: float) -> None:
    """Over ten seconds with plenty of requests, as many are closed as the rate says."""
    churn = Churn(per_second)
    closed = sum(churn.takes(1 + ms_to_ns(at_ms)) for at_ms in range(10_001))

    assert abs(closed - 10 * per_second) <= 1


@given(gaps_ns=st.lists(st.integers(0, 3 * NS_PER_S), min_size=1, max_size=60), per_second=st.floats(0.5, 50))
def test_it_never_closes_more_than_the_rate_and_a_second(gaps_ns: list[int], per_second: float) -> None:
    """After a silence it makes up for one second at most."""
    churn, now_ns, closed = Churn(per_second), 1, 0
    for gap_ns in gaps_ns:
        now_ns += gap_ns
        closed += churn.takes(now_ns)

    assert closed <= per_second * (now_ns / NS_PER_S) + 1
