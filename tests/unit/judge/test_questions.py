"""What gateways answer to those who run them."""

from dataclasses import replace

import pytest

from perf.judge.compare import series_of
from perf.judge.criteria import judge_criteria
from perf.judge.pool import Pool
from perf.judge.questions import models_ns, models_ratio
from perf.model import metric as m
from perf.model.run import Arm
from perf.model.scenario import Bound, Criterion
from perf.model.slices import ModelsAnswer, SliceRecord
from perf.model.units import ms_to_ns
from perf.model.upstream import Arrival
from perf.model.verdict import Decision
from tests.factories import a_block, a_part
from tests.unit.judge.setting import PART, POLICY, a_sample, a_scenario, a_slice, an_arrival


def _listed(*right: bool, own: bool = False, arrivals: tuple[Arrival, ...] = ()) -> SliceRecord:
    """A slice with a question for the models every 100 ns; each took ten times its number."""
    lists = tuple(
        ModelsAnswer(asked_ns=100 * number, ended_ns=110 * number, right=each, own=own)
        for number, each in enumerate(right, start=1)
    )
    return replace(a_slice([a_sample(0)], [an_arrival(0), *arrivals]), lists=lists)


def _fetched(number: int) -> Arrival:
    return an_arrival(number, nonce="", path="/v1/models")


def test_every_question_for_the_models_counts() -> None:
    """Wrong answers and none at all have their times too; without questions nothing is known."""
    pool = Pool([_listed(True, False), _listed(True)])

    assert models_ns(pool) == (10, 10, 20)
    assert models_ratio(pool) == 2 / 3
    assert models_ratio(Pool([a_slice([a_sample(0)], [])])) is None


def test_a_list_that_is_fetched_each_time_is_not_the_gateways() -> None:
    """Once, to know what there is, is its own affair; each time, only a name of its own proves it."""
    assert models_ratio(Pool([_listed(True, True, arrivals=(_fetched(1),))])) == 1
    assert models_ratio(Pool([_listed(True, True, arrivals=(_fetched(1), _fetched(2)))])) == 0
    assert models_ratio(Pool([_listed(True, True, own=True, arrivals=(_fetched(1), _fetched(2)))])) == 1


@pytest.mark.parametrize(
    ("before", "now", "decision"),
    [
        pytest.param(None, 1.0, Decision.MET, id="all-right"),
        pytest.param(None, 0.9, Decision.MISSED, id="some-wrong"),
        pytest.param(None, 0.0, Decision.MISSED, id="no-list"),
        pytest.param(0.0, 0.0, Decision.MISSED, id="never-had-one"),
        pytest.param(1.0, 0.0, Decision.MISSED, id="lost"),
    ],
)
def test_a_list_that_is_claimed_must_be_there(before: float | None, now: float, decision: Decision) -> None:
    """A quick 404 is no quick list, a claim without a list is missed, and lost requests are lost."""
    share = Criterion(part=PART, metric=m.MODELS_RATIO, bound=Bound.AT_LEAST, target=1.0)
    quick = Criterion(part=PART, metric=m.MODELS_P50, bound=Bound.AT_MOST, target=ms_to_ns(50))
    success = Criterion(part=PART, metric=m.SUCCESS_RATIO, bound=Bound.AT_LEAST, target=0.999)
    shares = {Arm.CANDIDATE: now} | ({} if before is None else {Arm.BASELINE: before})
    records = [
        a_part(
            arm=arm,
            values={m.MODELS_RATIO.name: value, m.MODELS_P50.name: 1.0, m.SUCCESS_RATIO.name: 0.5},
        )
        for arm, value in shares.items()
    ]
    block = a_block(number=0, parts=tuple(records))
    findings = judge_criteria(
        (a_scenario(criteria=(share, quick, success)),),
        all_series=series_of([block]),
        blocks=[block],
        policy=POLICY,
    )

    assert findings[0].decision is decision
    never = not now and not before
    assert findings[1].decision is (Decision.UNMEASURABLE if never else Decision.MET)
    assert findings[2].decision is Decision.MISSED
    assert ("GET /v1/models" in findings[1].text) is never
