"""Asks a gateway under load whether it is well."""

from contextlib import AbstractContextManager

from perf.model.slices import HealthCheck
from perf.model.target import Readiness
from perf.sut.asking import Asked, asked


def health_checked(
    base_url: str, ready: Readiness, *, every_ns: int
) -> AbstractContextManager[list[HealthCheck]]:
    """Ask beside the body what says that the gateway is ready; yields the growing list. With 0 nothing."""

    def keep(question: Asked) -> HealthCheck:
        well = question.answer is not None and question.answer.status == ready.status
        return HealthCheck(asked_ns=question.asked_ns, ended_ns=question.ended_ns, well=well)

    return asked(f"{base_url}{ready.path}", every_ns=every_ns, keep=keep)
