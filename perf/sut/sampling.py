"""Samples what a running gateway holds, beside the load: memory, open files, sockets."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

from perf.model.slices import UsageSample
from perf.model.units import ns_to_s
from perf.sut.beside import beside
from perf.sut.usage import Usage


@contextmanager
def sampled(usage: Callable[[], Usage | None], *, every_ns: int) -> Iterator[list[UsageSample]]:
    """Ask for the usage at once, then every `every_ns`, and at the end; yields the growing list.

    A thread of its own asks, so that the load goes on; it costs the rig some milliseconds a sample.
    With 0 nothing is asked; a gateway of which nothing is known leaves the list empty.
    """
    samples: list[UsageSample] = []
    if not every_ns:
        yield samples
        return

    def take() -> None:
        used = usage()
        if used is not None:
            samples.append(_sample(used))

    def watch(over: Event) -> None:
        while not over.wait(ns_to_s(every_ns)):
            take()

    take()
    with beside(watch, name="usage"):
        yield samples
    take()


def _sample(used: Usage) -> UsageSample:
    return UsageSample(
        at_ns=time.monotonic_ns(),
        rss_bytes=used.rss_bytes,
        file_descriptors=used.file_descriptors,
        sockets=used.sockets,
    )
