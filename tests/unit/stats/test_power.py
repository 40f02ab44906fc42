"""Minimal detectable effects."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from perf.stats.power import Design, detection_probability, minimal_detectable_effect


def _design(*, n: int = 10, sd: float = 0.02, alpha: float = 0.001, relevance: float = 0.0) -> Design:
    return Design(n=n, sd=sd, alpha=alpha, relevance=relevance)


@settings(max_examples=8)
@given(n=st.integers(2, 40), effect=st.floats(0.0, 4.0), alpha=st.sampled_from([0.0005, 0.01, 0.05]))
def test_significance_alone_has_the_power_of_noncentral_t(n: int, effect: float, alpha: float) -> None:
    """Without a relevance threshold the probability is that of scipy's noncentral t."""
    probability = detection_probability(effect, design=_design(n=n, sd=1.0, alpha=alpha))
    critical = stats.t.isf(alpha, n - 1)
    if effect * math.sqrt(n) <= critical:
        expected = 1.0 - stats.nct.cdf(critical, n - 1, effect * math.sqrt(n))
    else:
        expected = stats.nct.sf(critical, n - 1, effect * math.sqrt(n))

    assert probability == pytest.approx(float(expected), abs=1e-6)


@settings(max_examples=8)
@given(n=st.integers(3, 24), sd=st.floats(0.001, 0.05), relevance=st.sampled_from([0.0, 0.005, 0.025]))
def test_effect_is_detected_with_exactly_its_power(n: int, sd: float, relevance: float) -> None:
    """Put back into the probability, the effect gives the power that was asked for."""
    design = _design(n=n, sd=sd, relevance=relevance)
    effect = minimal_detectable_effect(design, power=0.95)

    assert detection_probability(effect.log_ratio, design=design) == pytest.approx(0.95, abs=1e-6)
    assert effect.percent == pytest.approx(100 * (math.exp(effect.log_ratio) - 1))


def test_relevance_can_be_the_harder_condition() -> None:
    """With little noise the estimate must still clear the relevance threshold."""
    effect = minimal_detectable_effect(_design(sd=1e-6, relevance=0.015), power=0.9)

    assert effect.log_ratio == pytest.approx(0.015, abs=1e-5)


def test_no_noise_sees_whatever_is_relevant() -> None:
    """A deterministic metric detects exactly what exceeds its threshold."""
    design = _design(sd=0.0, relevance=0.005)

    assert minimal_detectable_effect(design, power=0.95).log_ratio == pytest.approx(0.005)
    assert detection_probability(0.0051, design=design) == 1.0
    assert detection_probability(0.005, design=design) == 0.0


def test_more_blocks_see_more() -> None:
    """Every further look makes the detectable effect smaller."""
    effects = [minimal_detectable_effect(_design(n=n), power=0.95).log_ratio for n in (6, 10, 16, 24)]

    assert effects == sorted(effects, reverse=True)


def test_one_block_detects_nothing() -> None:
    """Without a spread no effect is large enough."""
    effect = minimal_detectable_effect(_design(n=1), power=0.95)

    assert effect.log_ratio == effect.percent == math.inf
    assert detection_probability(9.0, design=_design(n=1)) == 0.0


def test_a_design_without_meaning_is_refused() -> None:
    """Levels and powers outside their range are errors."""
    with pytest.raises(ValueError, match="need n"):
        _design(alpha=0.0)
    with pytest.raises(ValueError, match="power"):
        minimal_detectable_effect(_design(), power=1.0)
