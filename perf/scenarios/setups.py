"""Set-ups of a gateway that people can ask for: the same four that scenarios use, in any size."""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from perf.model.scenario import Instance, Provider, Topology

_WEIGHT = 100


class Setup(StrEnum):
    """A kind of topology."""

    GENERAL = "general"
    """Equal instances of each provider."""
    SINGLE = "single"
    """One instance of each provider."""
    WEIGHTED = "weighted"
    """Instances of each provider with these weights."""
    FAILOVER = "failover"
    """Instances of each provider that are asked one after the other, the first as long as it works."""


def topology_of(setup: Setup, *, instances: int, weights: Sequence[int], keys: int, routes: int) -> Topology:
    """Return the topology; `instances` is per provider, and `weights`, if any, decide their number."""
    shape = _shape(setup, instances=instances, weights=weights)
    return Topology(
        name=setup.value,
        instances=tuple(
            Instance(name=f"{provider}-{number}", provider=provider, priority=priority, weight=weight)
            for provider in Provider
            for number, (priority, weight) in enumerate(shape)
        ),
        keys=keys,
        recovery_ns=0,
        routes=routes,
    )


def _shape(setup: Setup, *, instances: int, weights: Sequence[int]) -> list[tuple[int, int]]:
    """Priority and weight of each instance of a provider."""
    match setup:
        case Setup.GENERAL:
            return [(1, _WEIGHT)] * instances
        case Setup.SINGLE:
            return [(1, _WEIGHT)]
        case Setup.WEIGHTED:
            return [(1, weight) for weight in weights]
        case Setup.FAILOVER:
            return [(priority, _WEIGHT) for priority in range(1, instances + 1)]
        case _:
            assert_never(setup)
