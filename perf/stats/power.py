"""What a run could have detected: minimal detectable effects, for honest reports."""

import math
from dataclasses import dataclass

from perf.stats.distributions import student_t_upper_point


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectableEffect:
    """The smallest effect found with the asked power, as a log ratio and as the same change in percent."""

    log_ratio: float
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """n blocks of this standard deviation (log ratio), tested at one-sided alpha to reach this power."""

    n: int
    sd: float
    alpha: float
    power: float

    def __post_init__(self) -> None:
        levels_fit = 0.0 < self.alpha < 0.5 and 0.5 <= self.power < 1.0
        if self.n < 1 or not self.sd >= 0.0 or not levels_fit:
            raise ValueError(f"need n >= 1, sd >= 0, 0 < alpha < 0.5 and 0.5 <= power < 1, got {self}")


def minimal_detectable_effect(design: Design, *, relevance: float) -> DetectableEffect:
    """Return the smallest true effect that is significant and estimated above `relevance` with this power.

    Significance needs (t_alpha + t_power)·sd/√n with n − 1 degrees of freedom (Bloom 1995), relevance
    needs relevance + t_power·sd/√n; the larger counts, and 0 asks for significance alone.
    A single block detects nothing: the effect is infinite.
    """
    if design.n < 2:
        return DetectableEffect(log_ratio=math.inf, percent=math.inf)
    df = design.n - 1
    standard_error = design.sd / math.sqrt(design.n)
    reserve = student_t_upper_point(1.0 - design.power, df) * standard_error
    threshold = student_t_upper_point(design.alpha, df) * standard_error
    log_ratio = max(threshold, relevance) + reserve
    return DetectableEffect(log_ratio=log_ratio, percent=100.0 * math.expm1(log_ratio))
