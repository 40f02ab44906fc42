"""Asks a gateway under load whether it is well, as those who run it would."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

import httpx

from perf.model.slices import HealthCheck
from perf.model.target import Readiness
from perf.model.units import ns_to_s
from perf.sut.beside import beside

_GIVE_UP_S = 5.0


@contextmanager
def health_checked(base_url: str, ready: Readiness, *, every_ns: int) -> Iterator[list[HealthCheck]]:
    """Ask at once and then every `every_ns`, as long as the body runs; yields the growing list.

    What is asked for is what says that the gateway is ready. A thread of its own asks, on a connection
    that it keeps, and gives up after 5 s. With 0 nothing is asked.
    """
    checks: list[HealthCheck] = []
    if not every_ns:
        yield checks
        return

    def watch(over: Event) -> None:
        with httpx.Client(trust_env=False, timeout=_GIVE_UP_S) as client:
            while True:
                checks.append(_ask(client, f"{base_url}{ready.path}", status=ready.status))
                if over.wait(ns_to_s(every_ns)):
                    return

    with beside(watch, name="health"):
        yield checks


def _ask(client: httpx.Client, url: str, *, status: int) -> HealthCheck:
    asked_ns = time.monotonic_ns()
    try:
        well = client.get(url).status_code == status
    except httpx.TransportError:
        well = False
    return HealthCheck(asked_ns=asked_ns, ended_ns=time.monotonic_ns(), well=well)
