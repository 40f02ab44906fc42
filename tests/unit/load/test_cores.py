"""What of a delay is put down to the thread that was late."""

import pytest

from tests.load.cores import Moment, asleep_ns, own_part_ns

MOMENTS = [
    Moment(at_ns=0, ran_ns=0, waited_ns=0, sleeps=0),
    Moment(at_ns=100, ran_ns=20, waited_ns=30, sleeps=0),
    Moment(at_ns=200, ran_ns=30, waited_ns=70, sleeps=1),
]


@pytest.mark.parametrize(
    ("since_ns", "until_ns", "own_ns"),
    [
        pytest.param(0, 100, 20, id="only-ran-where-it-never-slept"),
        pytest.param(90, 100, 10, id="never-more-than-the-delay"),
        pytest.param(100, 200, 60, id="all-but-the-wait-where-it-slept"),
        pytest.param(100, 100, 0, id="in-time"),
        pytest.param(200, 50, 0, id="before-its-time"),
    ],
)
def test_a_delay_is_its_own_as_far_as_nothing_excuses_it(since_ns: int, until_ns: int, own_ns: int) -> None:
    """A wait for a core does; what the hypervisor took does where the thread did not sleep."""
    assert own_part_ns(MOMENTS, since_ns=since_ns, until_ns=until_ns) == own_ns


@pytest.mark.parametrize(
    ("since_ns", "until_ns", "slept_ns"),
    [
        pytest.param(0, 100, 0, id="busy"),
        pytest.param(100, 200, 50, id="neither-ran-nor-waited"),
        pytest.param(200, 50, 0, id="backwards"),
    ],
)
def test_sleep_is_what_is_left(since_ns: int, until_ns: int, slept_ns: int) -> None:
    """A server that sleeps has nothing to read."""
    assert asleep_ns(MOMENTS, since_ns=since_ns, until_ns=until_ns) == slept_ns
