"""One client request's way to an upstream: attempts until one may be answered with, then its body."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from perf.gateway.balance import Balancer, Outcome, Pick
from perf.gateway.errors import GatewayError
from perf.gateway.failures import INSTANCE_FAILED, SUCCEEDED, Patience, judge
from perf.gateway.http.client import ClientConnection, Deadlines, Head
from perf.gateway.http.faults import ExchangeError, StaleError
from perf.gateway.http.pool import Pool

_NS = 1_000_000_000
_KEY_REFUSED = frozenset({401, 403})


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The time that passes, and the time of day."""

    monotonic_ns: Callable[[], int]
    unix_seconds: Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """One instance; `attempts` counts those to it, by outcome.

    Every request to it is `method`, the endpoint, then `fields`; `version` is for callers who name none.
    """

    name: str
    pool: Pool
    method: bytes
    fields: bytes
    version: bytes
    probe: bytes
    deadlines: Deadlines
    attempts: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """The instances of one provider; `on_open` is told the place of one whose circuit has opened."""

    balancer: Balancer
    upstreams: tuple[Upstream, ...]
    patience: Patience
    max_attempts: int
    max_answer_bytes: int
    on_open: Callable[[int], None]
    clocks: Clocks


class Call:
    """What is asked, where, and for which sticky key; `versioned` when the fields name an API version.

    Not a dataclass, because one is made for each request.
    """

    __slots__ = ("body", "endpoint", "fields", "key", "versioned")

    def __init__(self, key: str, fields: bytes, *, body: bytes, endpoint: bytes, versioned: bool) -> None:
        self.key = key
        self.fields = fields
        self.body = body
        self.endpoint = endpoint
        self.versioned = versioned


class Exchange:
    """Asks one upstream after the other until an answer may be passed on.

    Use `open`, then `read`, or `pipe` and `finish`; and `close` on every path.
    """

    __slots__ = ("_call", "_pick", "_provider", "_verdict", "connection", "upstream")

    def __init__(self, provider: Provider, call: Call) -> None:
        self._provider = provider
        self._call = call
        self._pick: Pick | None = None
        self._verdict = INSTANCE_FAILED
        self.connection: ClientConnection | None = None
        self.upstream: Upstream

    async def open(self) -> Head:
        """Give the head of the answer to pass on; raises GatewayError when there is none.

        A failed attempt is followed by one at another instance, as long as attempts are left.
        """
        tried: list[int] = []
        pick = self._choose(tried)
        if pick is None:
            raise GatewayError(503, "no_healthy_instances", message="No healthy instance is available")
        while True:
            self._pick = pick
            if pick.index in tried and self._verdict.wait_seconds:
                await asyncio.sleep(self._verdict.wait_seconds)
            tried.append(pick.index)
            answer = await self._attempt(pick)
            if isinstance(answer, Head) and not self._verdict.retry:
                return answer
            self._settle(self._verdict.outcome)
            self._rest(pick.index)
            pick = self._choose_again(tried)
            if pick is None:
                return self._last_word(answer)
            self._leave()

    async def read(self) -> bytes:
        """Give the whole body and end the exchange; raises GatewayError (502) when it is cut or late."""
        assert self.connection is not None
        try:
            body = await self.connection.read(max_bytes=self._provider.max_answer_bytes)
        except ExchangeError as error:
            self._settle(Outcome.FAILURE)
            raise self._fault(error) from error
        self.finish(self._verdict.outcome)
        return body

    async def pipe(self, sink: Callable[[bytes], None]) -> None:
        """Give the body to `sink` as it arrives; raises ExchangeError when it is cut or late."""
        assert self.connection is not None
        await self.connection.pipe(sink)

    def finish(self, outcome: Outcome) -> None:
        """End the exchange after the body."""
        self._settle(outcome)
        self._leave()

    def close(self) -> None:
        """End the exchange, wherever it stands; an answer still under way is cut off."""
        self._settle(Outcome.NEUTRAL)
        if self.connection is not None:
            self.connection.abort()
            self.connection = None

    async def _attempt(self, pick: Pick) -> Head | GatewayError:
        """Ask one instance and judge what comes of it."""
        self.upstream = self._provider.upstreams[pick.index]
        try:
            head = await self._ask(self.upstream)
        except ExchangeError as error:
            self._verdict = INSTANCE_FAILED
            return self._fault(error)
        self._verdict = SUCCEEDED
        if head.status >= 400:
            now = datetime.fromtimestamp(self._provider.clocks.unix_seconds(), UTC)
            patience = self._provider.patience
            self._verdict = judge(head.status, head.headers, now=now, patience=patience)
        return head

    async def _ask(self, upstream: Upstream) -> Head:
        """Send the request; one that met a kept connection just closed is sent again on a new one."""
        call = self._call
        length = b"content-length: %d\r\n\r\n" % len(call.body)
        version = b"" if call.versioned else upstream.version
        request = b"".join(
            (upstream.method, call.endpoint, upstream.fields, version, call.fields, length, call.body)
        )
        kept = upstream.pool.take()
        if kept is not None:
            self.connection = kept
            kept.send(request, deadlines=upstream.deadlines)
            try:
                return await kept.head()
            except StaleError:
                self.connection = None
        self.connection = await upstream.pool.connect()
        self.connection.send(request, deadlines=upstream.deadlines)
        return await self.connection.head()

    def _choose(self, tried: list[int]) -> Pick | None:
        clocks = self._provider.clocks
        return self._provider.balancer.pick(self._call.key, clocks.monotonic_ns(), avoid=tried)

    def _choose_again(self, tried: list[int]) -> Pick | None:
        """Choose where to try again; None when that is no use, or would keep the caller waiting."""
        if len(tried) >= self._provider.max_attempts:
            return None
        pick = self._choose(tried)
        limit_seconds = self._provider.patience.wait_limit_seconds
        if pick is not None and pick.index in tried and self._verdict.wait_seconds > limit_seconds:
            self._provider.balancer.settle(pick, Outcome.NEUTRAL, now_ns=0)
            return None
        return pick

    def _last_word(self, answer: Head | GatewayError) -> Head:
        """Give the answer that is passed on when every attempt has failed; the caller's own key was fine."""
        if isinstance(answer, GatewayError):
            raise answer
        if answer.status in _KEY_REFUSED:
            message = f"The upstream refused the key of instance {self.upstream.name}"
            raise GatewayError(503, "no_healthy_instances", message=message)
        return answer

    def _settle(self, outcome: Outcome) -> None:
        pick, self._pick = self._pick, None
        if pick is not None:
            now_ns = self._provider.clocks.monotonic_ns()
            self._provider.upstreams[pick.index].attempts[outcome] += 1
            if self._provider.balancer.settle(pick, outcome, now_ns=now_ns):
                self._provider.on_open(pick.index)

    def _rest(self, index: int) -> None:
        if self._verdict.rest_seconds:
            until_ns = self._provider.clocks.monotonic_ns() + round(self._verdict.rest_seconds * _NS)
            self._provider.balancer.rest(index, until_ns)

    def _leave(self) -> None:
        """Give the connection back if its answer is complete; else close it."""
        connection, self.connection = self.connection, None
        if connection is None:
            return
        if connection.complete:
            self.upstream.pool.give_back(connection)
        else:
            connection.abort()

    def _fault(self, error: ExchangeError) -> GatewayError:
        return GatewayError(502, "http_request_error", message=f"Instance {self.upstream.name}: {error}")
