"""Simulated block log ratios: correlated metrics under several shapes of noise, no time and no I/O."""

import math
from dataclasses import dataclass
from random import Random

_OUTLIER_SCALE = 5.0
_CORRELATION = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A gating metric: the standard deviation of its blocks and its limit, both as log ratios."""

    name: str
    sd: float
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """A shape of noise with unit variance, how often a block is disturbed, and a factor on every SD."""

    shape: str
    disturbed_share: float
    factor: float

    @property
    def label(self) -> str:
        """Say it in a few words for a table."""
        disturbed = f"+{self.disturbed_share:.0%} wild" if self.disturbed_share else ""
        return f"{self.shape}{disturbed}" + (f" SDx{self.factor:g}" if self.factor != 1.0 else "")


def a_family() -> tuple[Metric, ...]:
    """Return sixteen gating metrics as a gate run has them."""
    kinds = (("instructions", 0.002, 0.01, 4), ("cpu", 0.02, 0.03, 4), ("p50", 0.028, 0.05, 4))
    wider = (("throughput", 0.028, 0.05, 2), ("p95", 0.05, 0.10, 2))
    return tuple(
        Metric(name=f"{name}-{index}", sd=sd, limit=math.log1p(limit))
        for name, sd, limit, count in (*kinds, *wider)
        for index in range(count)
    )


def draw_blocks(metrics: tuple[Metric, ...], *, noise: Noise, n: int, rng: Random) -> list[list[float]]:
    """Return, per metric, n log ratios around zero; half of their variance is common to the block."""
    series: list[list[float]] = [[] for _ in metrics]
    own, shared = math.sqrt(1.0 - _CORRELATION), math.sqrt(_CORRELATION)
    for _ in range(n):
        disturbed = rng.random() < noise.disturbed_share
        scale = noise.factor * (_OUTLIER_SCALE if disturbed else 1.0)
        common = shared * _unit(noise.shape, rng)
        for metric, values in zip(metrics, series, strict=True):
            values.append(metric.sd * scale * (common + own * _unit(noise.shape, rng)))
    return series


def _unit(shape: str, rng: Random) -> float:
    match shape:
        case "normal":
            return rng.gauss(0.0, 1.0)
        case "laplace":
            return rng.choice((-1.0, 1.0)) * rng.expovariate(math.sqrt(2.0))
        case "two-state":
            luck = rng.randrange(2) - rng.randrange(2)
            return math.sqrt(1.92) * luck + rng.gauss(0.0, 0.2)
        case _:
            raise ValueError(f"no such noise: {shape}")
