"""Puts a question to a gateway under load again and again, as those do who run it."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import NamedTuple, TypeVar

import httpx

from perf.model.units import BYTES_PER_MIB, ns_to_s, s_to_ns
from perf.sut.beside import beside

_GIVE_UP_NS = s_to_ns(5)
_MOST_BYTES = 16 * BYTES_PER_MIB
"""No list of models and no health check is longer; one without an end would fill the memory of the rig."""

Told = TypeVar("Told")
"""What is kept of an answer."""


class Answer(NamedTuple):
    """All of an answer that came in time."""

    status: int
    body: bytes


class Asked(NamedTuple):
    """A question: when it was put and when that ended (ns of the monotonic clock); None without an answer."""

    asked_ns: int
    ended_ns: int
    answer: Answer | None


@contextmanager
def asked(
    url: str,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    every_ns: int,
    keep: Callable[[Asked], Told],
    give_up_ns: int = _GIVE_UP_NS,
) -> Iterator[list[Told]]:
    """Ask at once and then `every_ns` after each answer, as long as the body runs; yields the growing list.

    `keep` says what to keep of each. A thread of its own asks, on a connection that it keeps, and gives up
    what has not come as a whole after 5 s, or is too long. With 0 nothing is asked.
    """
    answers: list[Told] = []
    give_up_s = ns_to_s(give_up_ns)
    if not every_ns:
        yield answers
        return

    def ask(over: Event) -> None:
        client = httpx.AsyncClient(trust_env=False, timeout=give_up_s, headers=list(headers))
        with asyncio.Runner() as runner:
            try:
                while True:
                    answers.append(keep(runner.run(_put(client, url, give_up_s=give_up_s))))
                    if over.wait(ns_to_s(every_ns)):
                        return
            finally:
                runner.run(client.aclose())

    with beside(ask, name=f"asking {url}"):
        yield answers


async def _put(client: httpx.AsyncClient, url: str, *, give_up_s: float) -> Asked:
    asked_ns = time.monotonic_ns()
    try:
        async with asyncio.timeout(give_up_s):
            answer = await _get(client, url)
    except (httpx.RequestError, TimeoutError):
        answer = None
    return Asked(asked_ns, time.monotonic_ns(), answer)


async def _get(client: httpx.AsyncClient, url: str) -> Answer | None:
    body = bytearray()
    async with client.stream("GET", url) as response:
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > _MOST_BYTES:
                return None
        return Answer(status=response.status_code, body=bytes(body))
