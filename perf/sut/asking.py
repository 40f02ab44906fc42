"""Puts a question to a gateway under load again and again, as those do who run it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import NamedTuple, TypeVar

import httpx

from perf.model.units import ns_to_s
from perf.sut.beside import beside

_GIVE_UP_S = 5.0

Told = TypeVar("Told")
"""What is kept of an answer."""


class Asked(NamedTuple):
    """A question: when it was put and when that ended (ns of the monotonic clock); None without an answer."""

    asked_ns: int
    ended_ns: int
    answer: httpx.Response | None


@contextmanager
def asked(
    url: str,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    every_ns: int,
    keep: Callable[[Asked], Told],
) -> Iterator[list[Told]]:
    """Ask at once and then `every_ns` after each answer, as long as the body runs; yields the growing list.

    `keep` says what to keep of each. A thread of its own asks, on a connection that it keeps, and gives up
    after 5 s. With 0 nothing is asked.
    """
    answers: list[Told] = []
    if not every_ns:
        yield answers
        return

    def ask(over: Event) -> None:
        with httpx.Client(trust_env=False, timeout=_GIVE_UP_S, headers=list(headers)) as client:
            while True:
                asked_ns = time.monotonic_ns()
                answer = _get(client, url)
                answers.append(keep(Asked(asked_ns, time.monotonic_ns(), answer)))
                if over.wait(ns_to_s(every_ns)):
                    return

    with beside(ask, name=f"asking {url}"):
        yield answers


def _get(client: httpx.Client, url: str) -> httpx.Response | None:
    try:
        return client.get(url)
    except httpx.TransportError:
        return None
