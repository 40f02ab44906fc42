"""Which of the connects that failed are those of an outage."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.judge.compare import series_of
from perf.judge.criteria import judge_criteria
from perf.judge.pool import Pool
from perf.judge.refusals import refused_connects, stray_refusals
from perf.model import metric as m
from perf.model.metric import Metric
from perf.model.run import Arm
from perf.model.scenario import Bound, Change, Criterion
from perf.model.slices import FailedConnects, Happened, SliceRecord
from perf.model.units import ms_to_ns
from perf.model.verdict import Decision, Excuse, Finding
from tests.factories import a_block, a_part
from tests.unit.judge.setting import PART, POLICY, a_scenario, a_slice

_DIES = Happened(at_ns=ms_to_ns(1_000), instance="openai-0", change=Change.DIES)
_RETURNS = Happened(at_ns=ms_to_ns(2_000), instance="openai-0", change=Change.RETURNS)
_OUTAGE = (_DIES, _RETURNS)


def _slice(*failed_ms: int, happened: tuple[Happened, ...] = _OUTAGE, until_ms: int = 4_000) -> SliceRecord:
    """Connects failed at these times; they were counted every 100 ms, from 50 ms on."""
    looks = range(50, until_ms, 100)
    counts = [
        FailedConnects(at_ns=ms_to_ns(look), count=7 + sum(at < look for at in failed_ms)) for look in looks
    ]
    return replace(a_slice([], [], happened=happened), failed_connects=tuple(counts))


def test_they_count_from_the_death_to_the_return() -> None:
    """From the last look before it to the first that is later than an instance may be in listening again."""
    assert refused_connects(Pool([_slice(500, 940, 960, 1_500, 2_090, 2_140, 2_160, 3_000)])) == 4


def test_the_worst_slice_counts() -> None:
    """One calm slice excuses no other."""
    assert refused_connects(Pool([_slice(1_500), _slice(1_500, 1_600), _slice()])) == 2


def test_an_instance_that_stays_dead_refuses_to_the_end() -> None:
    """And nothing is known of a time without an outage but what was before it."""
    pool = Pool([_slice(100, 1_500, 3_900, happened=(_DIES,))])

    assert (refused_connects(pool), stray_refusals(pool)) == (2, 1)


def test_the_return_of_another_instance_is_not_its_own() -> None:
    """The dead one refuses on."""
    other = replace(_RETURNS, instance="openai-1")

    assert refused_connects(Pool([_slice(1_500, 3_000, happened=(_DIES, other))])) == 2


@pytest.mark.parametrize(
    "slices",
    [
        [_slice(1_500, happened=())],
        [_slice(1_500, happened=(replace(_DIES, change=Change.FAILS), _RETURNS))],
        [replace(_slice(1_500), failed_connects=())],
        [_slice(1_500), replace(_slice(1_500), failed_connects=())],
        [replace(_slice(1_500), failed_connects=_slice(1_500).failed_connects[10:])],
    ],
    ids=["no outage", "it answers", "not counted", "one not counted", "counted too late"],
)
def test_what_was_not_counted_is_unknown(slices: list[SliceRecord]) -> None:
    """No number at all, rather than nought."""
    assert refused_connects(Pool(slices)) is None
    assert stray_refusals(Pool(slices)) is None


def test_strays_are_the_most_of_any_time_as_long() -> None:
    """Three fall into 1.3 s after the return, as long as was counted for; a fourth comes later."""
    assert stray_refusals(Pool([_slice(100, 1_500, 2_500, 3_000, 3_400, 3_940)])) == 3


@given(at_ms=st.lists(st.integers(0, 3_900)))
def test_no_connect_counts_twice(at_ms: list[int]) -> None:
    """In an outage or outside of it: both together are never more than failed."""
    pool = Pool([_slice(*at_ms)])
    refused, strays = refused_connects(pool), stray_refusals(pool)

    assert refused is not None
    assert strays is not None
    assert refused + strays <= len(at_ms)


_FEW = Criterion(part=PART, metric=m.REFUSED_CONNECTS, bound=Bound.AT_MOST, target=40)


def _finding(values: dict[Metric, float], *, problems: tuple[str, ...] = ()) -> Finding:
    record = a_part(
        arm=Arm.CANDIDATE,
        values={metric.name: value for metric, value in values.items()},
        problems=problems,
    )
    block = a_block(number=0, parts=(record,))
    scenario = a_scenario(criteria=(_FEW,))
    (finding,) = judge_criteria((scenario,), all_series=series_of([block]), blocks=[block], policy=POLICY)
    return finding


@given(refused=st.integers(0, 400), strays=st.integers(0, 400))
def test_connects_of_others_excuse_as_many(refused: int, strays: int) -> None:
    """Missed is what is missed without as many as failed while no instance was dead."""
    finding = _finding({m.REFUSED_CONNECTS: float(refused), m.STRAY_REFUSALS: float(strays)})
    excused = strays > 0 and refused - strays <= 40
    miss = Decision.UNMEASURABLE if excused else Decision.MISSED

    assert finding.decision is (Decision.MET if refused <= 40 else miss)
    assert (finding.excuse is Excuse.NEIGHBOURS) is (finding.decision is Decision.UNMEASURABLE)


def test_connects_that_nobody_counts_are_not_few() -> None:
    """Not measurable where the machine has no count, with the reason; invalid where the part is."""
    uncounted = _finding({m.SUCCESS_RATIO: 1.0})
    void = _finding({m.SUCCESS_RATIO: 1.0, m.REFUSED_CONNECTS: 4.0}, problems=("cut short",))

    assert uncounted.decision is Decision.UNMEASURABLE
    assert "/proc/net/snmp" in uncounted.text
    assert void.decision is Decision.INVALID
