"""Goodput in an overload, and recovery from it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.judge.overload import overload_goodput, overload_recovery_ns, saturation
from perf.judge.pool import Pool
from perf.model.load import Outcome, Steps
from perf.model.units import ms_to_ns, s_to_ns
from tests.unit.judge.setting import a_sample, a_scenario_part, a_slice

_STEPS = Steps(per_second=(50.0, 150.0, 150.0, 50.0, 50.0, 50.0), step_ns=s_to_ns(1))
_SATURATION = 100.0


def _overloaded(e2e_ns: Callable[[float], int], *, outcome: Callable[[float], Outcome] | None = None) -> Pool:
    """A request at each time that the steps say; both functions are given its time in seconds."""
    at_s = [
        second + place / rate for second, rate in enumerate(_STEPS.per_second) for place in range(int(rate))
    ]
    start_ns = 10_000
    samples = [
        a_sample(
            number,
            intended_ns=start_ns + s_to_ns(at),
            last_byte_ns=start_ns + s_to_ns(at) + e2e_ns(at),
            outcome=outcome(at) if outcome else Outcome.OK,
        )
        for number, at in enumerate(at_s)
    ]
    part = replace(a_scenario_part(), workload=_STEPS)
    return Pool([replace(a_slice(samples, [], part=part), saturation_per_second=_SATURATION)])


@given(back_s=st.floats(0.0, 2.5))
def test_recovery_is_when_times_are_as_before(back_s: float) -> None:
    """Slow until so long after the overload, and then as fast as before it: found within a window."""
    pool = _overloaded(lambda at: ms_to_ns(500) if 1 <= at < 3 + back_s else ms_to_ns(2))
    recovery_ns = overload_recovery_ns(pool)

    assert recovery_ns is not None
    assert s_to_ns(back_s) - ms_to_ns(100) <= recovery_ns <= s_to_ns(back_s) + ms_to_ns(100)


def test_a_gateway_that_never_recovers_took_all_the_time_there_was() -> None:
    """Not coming back is the worst value, not an unknown one."""
    recovery_ns = overload_recovery_ns(_overloaded(lambda at: ms_to_ns(2) if at < 1 else s_to_ns(1)))

    assert recovery_ns == pytest.approx(s_to_ns(3), rel=0.02)


def test_a_window_with_a_failure_is_not_normal() -> None:
    """Fast refusals are no recovery."""
    pool = _overloaded(
        lambda at: ms_to_ns(2), outcome=lambda at: Outcome.SERVER_5XX if 3 <= at < 4 else Outcome.OK
    )

    assert overload_recovery_ns(pool) == pytest.approx(s_to_ns(1), abs=ms_to_ns(100))


def test_goodput_counts_answers_in_time() -> None:
    """All 150/s answered at once are one and a half times the saturation; too late, they are nothing."""
    assert overload_goodput(_overloaded(lambda at: ms_to_ns(1))) == pytest.approx(1.5, rel=0.01)
    assert overload_goodput(_overloaded(lambda at: s_to_ns(10))) == 0


def test_another_load_has_no_overload() -> None:
    """The metrics stay away from every other scenario."""
    pool = Pool([a_slice([a_sample(0)], [])])

    assert saturation(pool) is None
    assert overload_goodput(pool) is None
    assert overload_recovery_ns(pool) is None
