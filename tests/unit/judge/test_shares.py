"""Whether sessions follow the weights."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perf.judge.pool import Pool
from perf.judge.shares import chi_square_p, chi_square_power, share_deviation
from perf.model.load import Outcome
from tests.unit.judge.setting import a_sample, a_scenario_part, a_slice, an_arrival

_WEIGHTS = (("light", 100), ("heavy", 200), ("other", 100))


def _pool(counts: Sequence[int], *, repeats: int = 1) -> Pool:
    """So many keys on each instance, each asking so often."""
    names = list(
        chain.from_iterable(repeat(name, count) for (name, _), count in zip(_WEIGHTS, counts, strict=True))
    )
    samples, arrivals = [], []
    for number in range(len(names) * repeats):
        samples.append(a_sample(number, template=number % len(names)))
        arrivals.append(an_arrival(number, instance=names[number % len(names)]))
    part = replace(a_scenario_part(keys=len(names)), weights=_WEIGHTS)
    return Pool([a_slice(samples, arrivals, part=part)])


@given(counts=st.lists(st.integers(0, 40), min_size=3, max_size=3).filter(any), repeats=st.integers(1, 2))
def test_the_test_is_pearsons(counts: list[int], repeats: int) -> None:
    """The p-value is scipy's, however often a session asks again."""
    whole = sum(counts)
    expected = stats.chisquare(counts, [whole / 4, whole / 2, whole / 4]).pvalue

    assert chi_square_p(_pool(counts, repeats=repeats)) == pytest.approx(expected, abs=1e-9)


def test_deviation_is_in_points_of_the_whole() -> None:
    """30 of 100 sessions where 25 are due are five points too many."""
    assert share_deviation(_pool([30, 48, 22])) == pytest.approx(0.05)


def test_power_grows_with_the_sessions() -> None:
    """A hundred sessions can hardly show five points; three thousand do."""
    few, many = chi_square_power(_pool([25, 50, 25])), chi_square_power(_pool([750, 1_500, 750]))

    assert few is not None
    assert many is not None
    assert few < 0.1
    assert many > 0.9


def test_sessions_without_an_answer_are_none() -> None:
    """Nothing but failures gives no share at all."""
    record = _pool([1, 2, 1]).slices[0]
    failed = tuple(sample._replace(outcome=Outcome.SERVER_5XX) for sample in record.recording.samples)
    pool = Pool([replace(record, recording=replace(record.recording, samples=failed))])

    assert share_deviation(pool) is None
    assert chi_square_p(pool) is None
    assert chi_square_power(pool) is None
