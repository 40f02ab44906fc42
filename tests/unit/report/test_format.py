"""Numbers as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.model.metric import CPU_PER_REQUEST, E2E_P50, QPS, RSS, STICKY_RATIO, SUCCESS_RATIO, Metric
from perf.model.verdict import Decision
from perf.report.format import change, duration, interval, limit, number, quantities, share, short
from perf.report.marks import MARKS, movement, word
from tests.factories import a_criterion, a_finding


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (4.211, "4.21"),
        (42.11, "42.1"),
        (421.1, "421"),
        (9.996, "10.0"),
        (999.6, "1000"),
        (5120.4, "5,120"),
        (0.04211, "0.0421"),
        (-3.5, "−3.50"),
    ],
)  # fmt: skip
def test_number_has_three_significant_digits(value: float, shown: str) -> None:
    """Three digits, all of a number over a thousand, and a true minus."""
    assert number(value) == shown


@given(st.floats(min_value=1e-9, max_value=1e12))
def test_number_is_near_its_value(value: float) -> None:
    """What is shown differs from the value by at most half a unit of the third digit."""
    assert float(number(value).replace(",", "").replace("−", "-")) == pytest.approx(value, rel=0.0051)


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        (1.0, "100 %"),
        (0.0, "0 %"),
        (0.99, "99 %"),
        (0.9998, "99.98 %"),
        (0.999996, "99.9996 %"),
        (0.99999999999, "< 100 %"),
        (1e-12, "> 0 %"),
    ],
)
def test_share_says_all_only_for_all(ratio: float, shown: str) -> None:
    """One failure in a million is not 100 %."""
    assert share(ratio) == shown


@given(st.floats(min_value=0, max_value=1, exclude_max=True))
def test_share_below_one_is_never_shown_as_all(ratio: float) -> None:
    """No rounding turns a loss into none, down to the precision of a count in a trillion."""
    assert share(ratio) != "100 %" or ratio > 1 - 1e-13


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [(0.041, "+4.1 %"), (-0.091, "−9.1 %"), (0.0, "0.0 %"), (-0.0001, "0.0 %"), (12.5, "+1,250 %")],
)
def test_change_has_a_sign(ratio: float, shown: str) -> None:
    """+ always says that the value went up; nothing is 0 without a sign."""
    assert change(ratio) == shown


def test_interval_has_signs_and_infinite_ends() -> None:
    """An unknown bound is shown as infinite, not left out."""
    assert interval(0.02, 0.061) == "[+2.0, +6.1]"
    assert interval(None, 0.061) == "[−∞, +6.1]"
    assert interval(None, None) == ""


@pytest.mark.parametrize(
    ("metric", "values", "shown"),
    [
        pytest.param(E2E_P50, (812_000, 1_020_000), ("0.812 ms", "1.02 ms"), id="one unit for both"),
        pytest.param(E2E_P50, (812.0, None), ("812 ns", "—"), id="unknown"),
        pytest.param(E2E_P50, (2_500_000_000, 3e9), ("2.50 s", "3.00 s"), id="seconds"),
        pytest.param(QPS, (5_120.0, 4_654.0), ("5,120/s", "4,654/s"), id="rate"),
        pytest.param(RSS, (61_865_984, 512), ("59.0 MiB", "0.000488 MiB"), id="bytes"),
        pytest.param(STICKY_RATIO, (0.9998, 1.0), ("99.98 %", "100 %"), id="share"),
    ],
)
def test_quantities_share_one_unit(
    metric: Metric, values: tuple[float | None, ...], shown: tuple[str, ...]
) -> None:
    """Baseline and candidate are always comparable at a glance."""
    assert quantities(values, finding=a_finding(metric=metric)) == shown


def test_limit_has_the_bad_direction() -> None:
    """A limit on throughput is a loss, one on time a gain; a criterion has its bound."""
    assert limit(a_finding(metric=E2E_P50)) == "+5 %"
    assert limit(a_finding(metric=QPS)) == "−5 %"
    assert limit(a_finding(metric=SUCCESS_RATIO)) == "no loss"
    assert limit(a_criterion(metric=E2E_P50, target=5_000_000.0)) == "≤ 5 ms"
    assert limit(a_criterion(metric=SUCCESS_RATIO, target=0.99)) == "≥ 99 %"


@pytest.mark.parametrize(
    ("metric", "up", "down"),
    [
        pytest.param(E2E_P50, "slower", "faster", id="time"),
        pytest.param(CPU_PER_REQUEST, "more", "less", id="cpu"),
        pytest.param(RSS, "more", "less", id="memory"),
        pytest.param(QPS, "higher", "lower", id="rate"),
        pytest.param(SUCCESS_RATIO, "higher", "lower", id="share"),
    ],
)
def test_movement_is_a_word(metric: Metric, up: str, down: str) -> None:
    """The direction stands there in words, not in colour and sign alone."""
    assert movement(a_finding(metric=metric, change=0.1)) == up
    assert movement(a_finding(metric=metric, change=-0.1)) == down


def test_every_decision_has_a_mark_and_a_word() -> None:
    """A decision without a look could not be shown."""
    assert set(MARKS) == set(Decision)
    assert all(word(a_finding(decision=decision)) for decision in Decision)


def test_duration_is_in_minutes_and_seconds() -> None:
    """Minutes only where there are any."""
    assert (duration(12e9), duration(294e9)) == ("12 s", "4 min 54 s")


def test_chosen_numbers_have_no_trailing_zeros() -> None:
    """Limits were typed by people and are shown as they typed them."""
    assert (short(5.0), short(2.5), short(100.0), short(1_000)) == ("5", "2.5", "100", "1,000")
