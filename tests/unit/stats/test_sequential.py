"""Alpha spending over looks."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from perf.stats.sequential import EQUIVALENCE, REGRESSION, RELEVANT_SHARE_OF_LIMIT, Shape, Spending

_LOOKS = st.sets(st.integers(1, 100), min_size=1, max_size=8).map(lambda looks: tuple(sorted(looks)))


@given(looks=_LOOKS, alpha=st.floats(0.0001, 0.2), shape=st.sampled_from(Shape))
def test_looks_spend_exactly_alpha(looks: tuple[int, ...], alpha: float, shape: Shape) -> None:
    """Every look adds something not negative, and all of them add up to alpha."""
    plan = Spending(alpha=alpha, looks=looks, shape=shape)
    levels = [plan.alpha_at_look(look) for look in range(1, len(looks) + 1)]

    assert all(level >= 0.0 for level in levels)
    assert math.fsum(levels) == pytest.approx(alpha, rel=1e-9)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (Shape.OBRIEN_FLEMING, float(2 * stats.norm.sf(stats.norm.isf(0.0125) / math.sqrt(0.5)))),
        (Shape.POCOCK, 0.025 * math.log(1 + (math.e - 1) * 0.5)),
        (Shape.LINEAR, 0.0125),
        (Shape.QUADRATIC, 0.00625),
        (Shape.EQUAL, 0.0125),
    ],
    ids=lambda value: getattr(value, "value", ""),
)
def test_half_way_spending_follows_the_formula(shape: Shape, expected: float) -> None:
    """At half of the blocks each shape has spent what its formula says."""
    plan = Spending(alpha=0.025, looks=(10, 20), shape=shape)

    assert plan.spent_after(1) == pytest.approx(expected, rel=1e-9)


def test_equal_shares_ignore_where_the_looks_lie() -> None:
    """Bonferroni over looks: each gets the same."""
    plan = Spending(alpha=0.03, looks=(1, 2, 50), shape=Shape.EQUAL)

    assert [plan.alpha_at_look(look) for look in (1, 2, 3)] == pytest.approx([0.01, 0.01, 0.01])


def test_agreed_plans_look_at_the_same_blocks() -> None:
    """Red and green are decided at the same looks, and one percent is all that red may spend."""
    assert REGRESSION.looks == EQUIVALENCE.looks
    assert REGRESSION.alpha == 0.01
    assert RELEVANT_SHARE_OF_LIMIT == 0.5


@pytest.mark.parametrize("looks", [(), (10, 6), (6, 6), (0, 6)], ids=str)
def test_a_plan_needs_rising_looks(looks: tuple[int, ...]) -> None:
    """Looks out of order are a mistake."""
    with pytest.raises(ValueError, match="rising"):
        Spending(alpha=0.01, looks=looks, shape=Shape.LINEAR)


def test_an_unplanned_look_is_refused() -> None:
    """There is no "once more until green"."""
    plan = Spending(alpha=0.01, looks=(6, 10), shape=Shape.LINEAR)

    with pytest.raises(ValueError, match="not one of the 2 planned"):
        plan.alpha_at_look(3)
    with pytest.raises(ValueError, match="not one of"):
        plan.alpha_at_look(0)
