"""One process's share of a plan: every n-th request, connection and arrival."""

from dataclasses import dataclass
from typing import TypeVar

from perf.model.load import ClosedLoop, LoadPlan

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Share `index` of `of`: numbers stay those of the whole plan, so no two shares have one in common."""

    index: int
    of: int

    def part(self, whole: range) -> range:
        """Those of the numbers that are this share's."""
        return whole[self.index :: self.of]

    def warmup(self, plan: LoadPlan) -> range:
        """The numbers of this share's warm-up requests."""
        return self.part(range(plan.warmup_requests))

    def steady(self, plan: LoadPlan, requests: int) -> range:
        """The numbers of this share's steady-state requests."""
        return self.part(range(plan.warmup_requests, plan.warmup_requests + requests))

    def slots(self, plan: LoadPlan) -> range:
        """The places in the pool that this share may fill."""
        loop = plan.workload
        return self.part(range(loop.connections if isinstance(loop, ClosedLoop) else plan.max_connections))


WHOLE = Share(index=0, of=1)
"""All of a plan."""
