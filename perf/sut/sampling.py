"""Samples what can be seen beside the load: what a running gateway holds, or what the kernel counts."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event
from typing import TypeVar

from perf.model.slices import UsageSample
from perf.model.units import ns_to_s
from perf.sut.beside import beside
from perf.sut.usage import Usage

T = TypeVar("T")


@contextmanager
def looked(look: Callable[[], T | None], *, every_ns: int, name: str) -> Iterator[list[T]]:
    """Look at once, then every `every_ns` in a thread called `name`, and at the end; yields the growing list.

    The load goes on meanwhile. With 0 nobody looks; a look that finds nothing adds nothing.
    """
    seen: list[T] = []
    if not every_ns:
        yield seen
        return

    def take() -> None:
        found = look()
        if found is not None:
            seen.append(found)

    def watch(over: Event) -> None:
        while not over.wait(ns_to_s(every_ns)):
            take()

    take()
    with beside(watch, name=name):
        yield seen
    take()


def sampled(usage: Callable[[], Usage | None], *, every_ns: int) -> AbstractContextManager[list[UsageSample]]:
    """Ask for the usage as often; it costs the rig some milliseconds a sample.

    A gateway of which nothing is known leaves the list empty.
    """

    def look() -> UsageSample | None:
        used = usage()
        return None if used is None else _sample(used)

    return looked(look, every_ns=every_ns, name="usage")


def _sample(used: Usage) -> UsageSample:
    return UsageSample(
        at_ns=time.monotonic_ns(),
        rss_bytes=used.rss_bytes,
        file_descriptors=used.file_descriptors,
        sockets=used.sockets,
    )
