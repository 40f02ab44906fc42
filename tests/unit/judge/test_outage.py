"""What the loss of an instance does to keys that were bound to it, to others, and to the gateway's health."""

from dataclasses import replace

import pytest

from perf.judge.metrics import values_of
from perf.judge.outage import (
    bystander_e2e_ns,
    bystander_sticky_ratio,
    detect_time_ns,
    elsewhere_before,
    failing_attempts,
    moves_per_orphan,
    outage_overhead_ns,
    restick_time_ns,
    stuck_ratio,
)
from perf.judge.pool import Pool
from perf.model import metric as m
from perf.model.load import Outcome
from perf.model.scenario import Change
from perf.model.slices import Happened, HealthCheck
from perf.model.units import ms_to_ns
from tests.unit.judge.setting import a_sample, a_slice, an_arrival

_LOST, _OTHER, _THIRD = "openai-0", "openai-1", "openai-2"


def _pool(
    instances: str, *, keys: int = 1, change: Change = Change.DIES, failed: frozenset[int] = frozenset()
) -> Pool:
    """Requests of `keys` keys by turns, each answered by the instance of its digit.

    The instance is lost before request 3, and returns before request 8. Those in `failed` got no answer.
    """
    samples = [
        a_sample(
            number, template=number % keys, outcome=Outcome.SERVER_5XX if number in failed else Outcome.OK
        )
        for number in range(len(instances))
    ]
    arrivals = [
        an_arrival(number, instance=f"openai-{digit}")
        for number, digit in enumerate(instances)
        if number not in failed
    ]
    happened = (
        Happened(at_ns=39_000, instance=_LOST, change=change),
        Happened(at_ns=89_000, instance=_LOST, change=Change.RETURNS),
    )
    return Pool([a_slice(samples, arrivals, happened=happened)])


def test_a_key_keeps_from_the_first_answer_of_an_unbroken_row() -> None:
    """Detours on the way do not count as kept: 0 is lost, 1 was a detour, 2 answers from request 4 on."""
    pool = _pool("00012222")

    assert restick_time_ns(pool) == 11_000
    assert moves_per_orphan(pool) == 2


def test_the_return_is_no_part_of_the_loss() -> None:
    """A key that goes home when its instance is back had kept to the other one nevertheless."""
    pool = _pool("000111110")

    assert restick_time_ns(pool) == 1_000
    assert moves_per_orphan(pool) == 2


def test_others_are_to_stay_where_they_were() -> None:
    """Two keys by turns: the first had the lost instance; the second had another, and was moved once."""
    assert bystander_sticky_ratio(_pool("01011112", keys=2)) == 2 / 3
    assert bystander_sticky_ratio(_pool("01011111", keys=2)) == 1.0


def test_a_request_on_its_way_at_the_loss_binds_nobody() -> None:
    """Sent before the loss, answered by another instance: its key was the lost one's, and moved twice."""
    pool = _pool("00112222")
    (record,) = pool.slices
    in_flight = replace(record, happened=tuple(replace(each, at_ns=30_500) for each in record.happened[:1]))

    assert bystander_sticky_ratio(Pool([in_flight])) is None
    assert moves_per_orphan(Pool([in_flight])) == 2


def test_requests_of_one_key_may_overlap() -> None:
    """Request 1 is sent before request 2 and answered after the loss: a move away, and none back."""
    samples = [a_sample(number) for number in range(5)]
    samples[1] = samples[1]._replace(last_byte_ns=45_000)
    arrivals = [an_arrival(number, instance=f"openai-{digit}") for number, digit in enumerate("01011")]
    happened = (Happened(at_ns=39_000, instance=_LOST, change=Change.DIES),)

    assert moves_per_orphan(Pool([a_slice(samples, arrivals, happened=happened)])) == 1


@pytest.mark.parametrize(
    ("change", "attempts"),
    [(Change.FAILS, 2), (Change.HANGS, 2), (Change.DIES, None)],
    ids=str,
)
def test_attempts_count_where_they_can_be_seen(change: Change, attempts: int | None) -> None:
    """Two of nine requests ask an instance while it fails; after its return it is one like any other."""
    assert failing_attempts(_pool("0010011100", change=change)) == attempts


def test_an_instance_that_fails_is_to_be_detected_like_a_dead_one() -> None:
    """Another one is asked 11,100 ns after the first failure."""
    assert detect_time_ns(_pool("00001111", change=Change.FAILS)) == 11_100
    assert detect_time_ns(_pool("00001111", change=Change.HANGS)) is None


@pytest.mark.parametrize(
    ("instances", "change", "share"),
    [
        ("0001111100", Change.DIES, 0.0),
        ("0121111100", Change.FAILS, 2 / 3),
        ("0121111100", Change.HANGS, None),
    ],
    ids=["in order", "by turns", "found out by patience"],
)
def test_what_others_had_before_the_loss(instances: str, change: Change, share: float | None) -> None:
    """Of the three requests before it; a gateway that keeps to its primary asks no other one then."""
    assert elsewhere_before(_pool(instances, change=change)) == share


def test_the_overhead_of_an_outage_is_that_of_the_requests_meanwhile() -> None:
    """From a second after the loss until the first request that the instance answers again.

    Two requests a second, each with 1,000 ns more overhead than the one before; the loss is after 1 s, the
    return after 3.2 s, and the first that the instance answers again is number 8.
    """
    half_ns = ms_to_ns(500)
    samples = [
        a_sample(number, intended_ns=at, sent_ns=at, last_byte_ns=at + 300 + 1_000 * number)
        for number, at in enumerate(range(0, 10 * half_ns, half_ns))
    ]
    arrivals = [
        an_arrival(number, instance=_OTHER if 2 <= number < 8 else _LOST)._replace(
            arrival_ns=number * half_ns + 1,
            first_byte_ns=number * half_ns + 101,
            last_byte_ns=number * half_ns + 301,
        )
        for number in range(10)
    ]
    lost = Happened(at_ns=2 * half_ns, instance=_LOST, change=Change.DIES)
    back = Happened(at_ns=ms_to_ns(3_200), instance=_LOST, change=Change.RETURNS)

    def seen(*happened: Happened) -> tuple[int, ...]:
        return outage_overhead_ns(Pool([a_slice(samples, arrivals, happened=happened)]))

    assert seen(lost, back) == (4_000, 5_000, 6_000, 7_000, 8_000)
    assert seen(lost) == (4_000, 5_000, 6_000, 7_000, 8_000, 9_000)


def test_without_a_loss_there_is_nothing_to_tell() -> None:
    """No number at all, rather than a good one."""
    quiet = Pool([a_slice([a_sample(0)], [an_arrival(0)])])

    assert bystander_sticky_ratio(quiet) is None
    assert restick_time_ns(quiet) is None
    assert moves_per_orphan(quiet) is None
    assert stuck_ratio(quiet) is None
    assert failing_attempts(quiet) is None
    assert outage_overhead_ns(quiet) == ()
    assert bystander_e2e_ns(quiet) == ()


def test_a_request_is_stuck_with_the_instance_that_hangs_or_with_nobody() -> None:
    """Of the five sent meanwhile one asked it and one arrived nowhere; the others are not concerned."""
    pool = _pool("11101111", change=Change.HANGS, failed=frozenset({5}))

    assert stuck_ratio(pool) == 2 / 5
    assert bystander_e2e_ns(pool) == (1_000,) * 3


def test_a_dead_instance_keeps_nobody_waiting() -> None:
    """What refuses connections is another matter than what hangs."""
    assert stuck_ratio(_pool("00012222", change=Change.DIES)) is None


def test_the_slowest_health_check_counts() -> None:
    """One that was given up counts as long as it was waited for, and is not well."""
    checks = (
        HealthCheck(asked_ns=10, ended_ns=30, well=True),
        HealthCheck(asked_ns=40, ended_ns=140, well=False),
    )
    values = values_of(Pool([replace(a_slice([a_sample(0)], [an_arrival(0)]), health=checks)]))

    assert (values[m.HEALTH_MAX.name], values[m.HEALTH_RATIO.name]) == (100, 0.5)
