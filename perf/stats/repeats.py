"""Comparison of a few counts that repeat themselves almost exactly, as those of instructions do."""

import math
from dataclasses import dataclass
from statistics import fmean

from perf.stats.bounds import Bounds
from perf.stats.distributions import (
    chi_square_upper_point,
    normal_cdf,
    normal_quantile,
    student_t_sf,
    student_t_upper_point,
)
from perf.stats.location import variance

REPEAT_SD = 0.0016
"""The standard deviation (log) below which repeats are never believed to be.

Ten runs that spread over 0.5 % have it: the expected range of ten normal values is 3.08 of them.
Three values that agree by chance would otherwise make any difference significant.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """Logs of counts, one a fresh process, turned so that more is worse; at least one of each build."""

    baseline: tuple[float, ...]
    candidate: tuple[float, ...]

    @property
    def shift(self) -> float:
        """The difference of the means, candidate less baseline."""
        return fmean(self.candidate) - fmean(self.baseline)

    @property
    def sd(self) -> float:
        """The pooled standard deviation within the builds; infinite with fewer than two values of either."""
        if min(len(self.baseline), len(self.candidate)) < 2:
            return math.inf
        squares = sum(variance(values) * (len(values) - 1) for values in self._both)
        return math.sqrt(squares / self._df)

    @property
    def _both(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        return self.baseline, self.candidate

    @property
    def _df(self) -> int:
        return len(self.baseline) + len(self.candidate) - 2

    @property
    def _root(self) -> float:
        return math.sqrt(1 / len(self.baseline) + 1 / len(self.candidate))

    def half_width(self, alpha: float) -> float:
        """The larger of Student's half-width at one-sided alpha and the normal one of REPEAT_SD.

        Student's alone keeps its level whatever the noise, if it is normal; the other can only widen it.
        """
        if not math.isfinite(self.sd):
            return math.inf
        student = student_t_upper_point(alpha, self._df) * self.sd
        return self._root * max(student, normal_quantile(1 - alpha) * REPEAT_SD)

    def bounds(self, alpha: float) -> Bounds:
        """The shift with a lower and an upper bound, each missed with probability alpha at most."""
        half_width = self.half_width(alpha)
        return Bounds(estimate=self.shift, lower=self.shift - half_width, upper=self.shift + half_width)

    def p_above(self, null: float) -> float:
        """The p-value of "the shift is above null", dual to the bounds; 1 where nothing can be said."""
        if not math.isfinite(self.sd):
            return 1.0
        distance = (self.shift - null) / self._root
        by_floor = normal_cdf(-distance / REPEAT_SD)
        return max(by_floor, student_t_sf(distance / self.sd, self._df)) if self.sd else by_floor

    def detectable(self, *, alpha: float, relevance: float, power: float) -> float:
        """A true shift that, with noise as large as that seen, is significant and above `relevance` so often.

        Half of 1 - power is left to an unlucky mean, half to an unlucky standard deviation.
        """
        if not math.isfinite(self.sd):
            return math.inf
        missed = (1 - power) / 2
        unlucky = math.sqrt(chi_square_upper_point(missed, self._df) / self._df)
        student = student_t_upper_point(alpha, self._df) * self.sd * unlucky
        floor = normal_quantile(1 - alpha) * REPEAT_SD
        mean = normal_quantile(1 - missed) * self.sd
        return max(relevance, self._root * max(student, floor)) + self._root * mean
