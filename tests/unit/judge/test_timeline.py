"""What happened while instances changed, stretch by stretch."""

import pytest

from perf.judge.timeline import STRETCH_NS, timeline_of
from perf.model.load import Outcome
from perf.model.scenario import Change
from perf.model.slices import Happened, SliceRecord
from perf.model.units import s_to_ns
from tests.unit.judge.setting import a_sample, a_slice, an_arrival

_EVERY_NS = STRETCH_NS // 2


def _record(instances: str, *, failed: int) -> SliceRecord:
    """Requests of one key, two in each stretch, each answered by the instance of its digit."""
    samples = [
        a_sample(
            number,
            intended_ns=number * _EVERY_NS,
            sent_ns=number * _EVERY_NS,
            last_byte_ns=number * _EVERY_NS + 1_000 * (number + 1),
            outcome=Outcome.SERVER_5XX if number == failed else Outcome.OK,
        )
        for number in range(len(instances))
    ]
    arrivals = [
        an_arrival(number, instance=f"openai-{digit}", arrival_ns=number * _EVERY_NS + 100)
        for number, digit in enumerate(instances)
    ]
    happened = (Happened(at_ns=STRETCH_NS, instance="openai-0", change=Change.DIES),)
    return a_slice(samples, arrivals, happened=happened)


def test_every_request_is_in_one_stretch() -> None:
    """Requests, failures, moves and attempts stand where they happened, and nothing is lost."""
    moments = timeline_of([_record("000111", failed=2)])

    assert [each.at_ns for each in moments] == [0, STRETCH_NS, 2 * STRETCH_NS]
    assert [each.requests for each in moments] == [2, 2, 2]
    assert [each.failed for each in moments] == [0, 1, 0]
    assert [each.moved for each in moments] == [0, 1, 0]
    assert [each.slowest_ns for each in moments] == [2_000, 4_000, 6_000]
    assert moments[1].arrivals == {"openai-0": 1, "openai-1": 1}
    assert [each.events for each in moments] == [(), ("openai-0 dies after 0.2 s",), ()]


@pytest.mark.parametrize(
    ("lasts_s", "stretch_s", "moments"), [(24.9, 0.25, 100), (90, 1, 91), (1800, 60, 31)], ids=str
)
def test_a_long_part_has_longer_stretches(lasts_s: float, stretch_s: float, moments: int) -> None:
    """As many as fit in a line, and all of them together are the whole."""
    ends_ns = s_to_ns(lasts_s)
    samples = [
        a_sample(number, intended_ns=at_ns, sent_ns=at_ns) for number, at_ns in enumerate((0, ends_ns))
    ]
    happened = (Happened(at_ns=0, instance="openai-0", change=Change.DIES),)
    told = timeline_of([a_slice(samples, [an_arrival(0)], happened=happened)])

    assert [each.at_ns for each in told] == [s_to_ns(stretch_s) * number for number in range(moments)]
    assert sum(each.requests for each in told) == len(samples)


def test_where_nothing_happens_there_is_no_timeline() -> None:
    """An ordinary part has none."""
    assert timeline_of([a_slice([a_sample(0)], [an_arrival(0)])]) == ()
