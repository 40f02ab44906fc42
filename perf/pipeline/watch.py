"""What is looked at beside the load of a slice: the gateway, as often as the part asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from perf.judge.plan import span_ns
from perf.model.scenario import Change
from perf.model.slices import (
    FailedConnects,
    HealthCheck,
    LogSeen,
    Manner,
    ModelsAnswer,
    SliceRecord,
    SliceStep,
    UsageSample,
)
from perf.model.target import Target
from perf.model.units import ms_to_ns
from perf.sut.health import health_checked
from perf.sut.models import models_listed
from perf.sut.refused import failed_connects_watched
from perf.sut.running import RunningSut
from perf.sut.sampling import sampled

_CONNECTS_EVERY_NS = ms_to_ns(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is seen of a gateway during a slice; the lists grow until its end, `log` at it."""

    usage: list[UsageSample]
    health: list[HealthCheck]
    lists: list[ModelsAnswer]
    log: list[LogSeen]
    failed_connects: list[FailedConnects]

    def told(self, record: SliceRecord) -> SliceRecord:
        """The record of the slice, with what was seen."""
        return replace(
            record,
            usage=tuple(self.usage),
            health=tuple(self.health),
            lists=tuple(self.lists),
            log=next(iter(self.log), None),
            failed_connects=tuple(self.failed_connects),
        )


def unseen() -> Watch:
    """What is seen where there is no gateway."""
    return Watch(usage=[], health=[], lists=[], log=[], failed_connects=[])


@contextmanager
def watched(sut: RunningSut, *, target: Target, step: SliceStep) -> Iterator[Watch]:
    """Look at a gateway during a slice."""
    part = step.part
    with (
        sampled(sut.usage, every_ns=part.usage_every_ns) as usage,
        health_checked(sut.base_url, target.ready, every_ns=part.health_every_ns) as health,
        models_listed(sut.base_url, target=target, told=sut.told, every_ns=part.models_every_ns) as lists,
        sut.log_watched(bytes_per_second=part.log_bytes_per_second, for_ns=span_ns(part.workload)) as log,
        failed_connects_watched(every_ns=_connects_every_ns(step)) as failed,
    ):
        yield Watch(usage=usage, health=health, lists=lists, log=log, failed_connects=failed)


def _connects_every_ns(step: SliceStep) -> int:
    """0 where no instance refuses any, or where those of two builds would be in one count."""
    dies = any(event.change is Change.DIES for event in step.part.events)
    return _CONNECTS_EVERY_NS if dies and step.manner is Manner.ALONE else 0
