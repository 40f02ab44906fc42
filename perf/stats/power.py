"""What a run could have detected: minimal detectable effects, for honest reports."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from perf.stats.distributions import normal_cdf, student_t_upper_point

_STEPS = 400
_SIMPSON_WEIGHTS = (1, *(4 if k % 2 else 2 for k in range(1, _STEPS)), 1)
_SPREADS_COVERED = 9.0
_REACH = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectableEffect:
    """The smallest effect found with the asked power, as a log ratio and as the same change in percent."""

    log_ratio: float
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """n blocks of this standard deviation (log ratio), held to one-sided alpha and a relevant estimate.

    relevance is the log ratio that the estimate must exceed besides; 0 asks for significance alone.
    """

    n: int
    sd: float
    alpha: float
    relevance: float

    def __post_init__(self) -> None:
        fits = self.n >= 1 and self.sd >= 0.0 and self.relevance >= 0.0 and 0.0 < self.alpha < 0.5
        if not fits:
            raise ValueError(f"need n >= 1, sd >= 0, relevance >= 0 and 0 < alpha < 0.5, got {self}")


def detection_probability(effect: float, *, design: Design) -> float:
    """Return P(mean > relevance and t > t_alpha) for normal blocks with this true effect (log ratio).

    The joint form of the noncentral t distribution (Johnson & Welch 1940): the normal tail of the mean,
    averaged by Simpson's rule over the chi distribution of the standard deviation.
    """
    if design.n < 2:
        return 0.0
    standard_error = design.sd / math.sqrt(design.n)
    if standard_error == 0.0:
        return 1.0 if effect > design.relevance else 0.0
    df = design.n - 1
    critical = student_t_upper_point(design.alpha, df)
    needed, truth = design.relevance / standard_error, effect / standard_error
    half_range = _SPREADS_COVERED / math.sqrt(2.0 * df)
    low = max(0.0, 1.0 - half_range)
    high = max(low, min(1.0 + half_range, (truth + _SPREADS_COVERED) / critical))
    step = (high - low) / _STEPS
    density = _spread_density(df)
    spreads = ((weight, low + k * step) for k, weight in enumerate(_SIMPSON_WEIGHTS))
    return (
        step
        / 3.0
        * math.fsum(
            weight * density(spread) * normal_cdf(truth - max(critical * spread, needed))
            for weight, spread in spreads
        )
    )


@lru_cache(maxsize=1024)
def minimal_detectable_effect(design: Design, *, power: float) -> DetectableEffect:
    """Return the smallest true effect that the design detects with this power.

    A single block detects nothing: the effect is infinite.
    ValueError unless 0.5 ≤ power < 1.
    """
    if not 0.5 <= power < 1.0:
        raise ValueError(f"need 0.5 <= power < 1, got {power}")
    if design.n < 2:
        return DetectableEffect(log_ratio=math.inf, percent=math.inf)
    critical = student_t_upper_point(design.alpha, design.n - 1)
    low, high = 0.0, design.relevance + (critical + 1.0) * _REACH * design.sd / math.sqrt(design.n)
    tolerance = 1e-9 * high
    while high - low > tolerance:
        middle = 0.5 * (low + high)
        detected = detection_probability(middle, design=design) >= power
        low, high = (low, middle) if detected else (middle, high)
    return DetectableEffect(log_ratio=high, percent=100.0 * math.expm1(min(high, 700.0)))


def _spread_density(df: int) -> Callable[[float], float]:
    """Return the density of s/σ, the root of chi-square over its degrees of freedom."""
    half = df / 2.0
    grown, scale = half * math.log(half), math.lgamma(half)
    at_zero = math.sqrt(2.0 / math.pi) if df == 1 else 0.0

    def density(ratio: float) -> float:
        if ratio <= 0.0:
            return at_zero
        return 2.0 * math.exp(grown + (df - 1) * math.log(ratio) - half * ratio * ratio - scale)

    return density
