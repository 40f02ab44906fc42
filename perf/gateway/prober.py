"""Asks instances whose circuits are open whether they are back, beside the traffic and never in its way."""

import asyncio
from dataclasses import dataclass

from perf.gateway.balance import Balancer
from perf.gateway.exchange import Clocks, Upstream
from perf.gateway.http.client import Deadlines
from perf.gateway.http.faults import ExchangeError

_MAX_ANSWER_BYTES = 1024 * 1024
_NS = 1_000_000_000
_NO_MODEL_LIST = frozenset({404, 405})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an upstream says when it is asked for its models."""

    status: int
    body: bytes


async def ask_for_models(upstream: Upstream, *, deadlines: Deadlines) -> Answer | None:
    """Ask on a connection of its own; gives None when there is no whole answer in time."""
    try:
        connection = await upstream.pool.connect()
        try:
            connection.send(upstream.probe, deadlines=deadlines)
            head = await connection.head()
            return Answer(status=head.status, body=await connection.read(max_bytes=_MAX_ANSWER_BYTES))
        finally:
            connection.abort()
    except ExchangeError:
        return None


class Prober:
    """Watches one provider's instances, one task for each that is not healthy."""

    def __init__(
        self, balancer: Balancer, upstreams: tuple[Upstream, ...], *, clocks: Clocks, timeout_seconds: float
    ) -> None:
        self._balancer = balancer
        self._upstreams = upstreams
        self._clocks = clocks
        self._deadlines = Deadlines(first_byte_seconds=timeout_seconds, total_seconds=timeout_seconds)
        self._watches: dict[int, asyncio.Task[None]] = {}
        self._closed = False

    def watch(self, index: int) -> None:
        """Probe an instance, when it is due, until its circuit is closed."""
        running = self._watches.get(index)
        if not self._closed and (running is None or running.done()):
            self._watches[index] = asyncio.get_running_loop().create_task(self._watch(index))

    def close(self) -> None:
        """Stop watching, for good."""
        self._closed = True
        for task in self._watches.values():
            task.cancel()

    async def _watch(self, index: int) -> None:
        while (due_ns := self._balancer.probe_due_ns(index)) is not None:
            early_ns = due_ns - self._clocks.monotonic_ns()
            if early_ns > 0:
                await asyncio.sleep(early_ns / _NS)
                continue
            alive = await self._alive(self._upstreams[index])
            self._balancer.probed(index, self._clocks.monotonic_ns(), alive=alive)

    async def _alive(self, upstream: Upstream) -> bool:
        """Ask for the list of models; an upstream that has none is alive all the same."""
        answer = await ask_for_models(upstream, deadlines=self._deadlines)
        return answer is not None and (answer.status < 300 or answer.status in _NO_MODEL_LIST)
