"""One script in force: draws delays and faults, and keeps every answer it has framed."""

from dataclasses import replace
from functools import lru_cache
from random import Random
from typing import NamedTuple

from perf.model.upstream import ConstantDelay, FaultKind, UpstreamScript
from perf.model.wire import Dialect
from perf.upstream.asks import dialect_of, read_ask
from perf.upstream.delays import delays_ns
from perf.upstream.faults import draw
from perf.upstream.framing import Delivery, deliver
from perf.upstream.probes import probe_delay_ns, probe_reply, unknown_path
from perf.upstream.replies import NO_REPLY, Ask, refusal, reply_to

_CACHE_LIMIT = 4_096
"""Distinct model names are few; should they not be, start afresh rather than grow."""


def faults_rng(script: UpstreamScript, *, instance: str) -> Random:
    """What an instance draws its faults from, in the order of the requests' arrival."""
    return Random(f"{script.seed}/{instance}/faults")


class Answering(NamedTuple):
    """When and what to answer, and for which model; "" where none was asked for."""

    delay_ns: int
    delivery: Delivery
    model: str = ""


class Behaviour:
    """Answers requests after a script; two of one seed and instance draw alike.

    Without `chunked`, streams are framed by what carries them, as in HTTP/2.
    """

    __slots__ = (
        "_chunked",
        "_delays_ns",
        "_deliveries",
        "_hangs",
        "_is_certain",
        "_rng",
        "_script",
        "_settled",
    )

    def __init__(self, script: UpstreamScript, *, instance: str, chunked: bool = True) -> None:
        self._script = script
        self._chunked = chunked
        self._rng = faults_rng(script, instance=instance)
        self._delays_ns = delays_ns(script.first_delay, Random(f"{script.seed}/{instance}/delays"))
        self._is_certain = not script.faults and isinstance(script.first_delay, ConstantDelay)
        self._hangs = any(each.kind is FaultKind.BLACK_HOLE and each.ratio >= 1 for each in script.faults)
        self._settled: dict[Ask, Answering] = {}
        self._deliveries: dict[tuple[Ask, tuple[int, ...]], Delivery] = {}

    def answer(self, method: bytes, path: str, *, body: bytes) -> Answering:
        """Answer one request; what is no POST draws nothing, and is answered at once unless it is an image.

        Only a black hole for all requests swallows them too: it is the instance that hangs, not a request.
        """
        if method != b"POST":
            if self._hangs:
                return Answering(0, _NOTHING)
            return Answering(probe_delay_ns(path), _probe(method.decode("latin-1"), path))
        dialect = dialect_of(path)
        if dialect is None:
            return Answering(0, _unknown(path))
        ask = read_ask(dialect, body)
        if ask is None:
            return Answering(0, _BAD_REQUESTS[dialect])
        return self.reply(ask)

    def reply(self, ask: Ask) -> Answering:
        """Answer a request that asks for this; where the script leaves nothing to chance, always alike."""
        settled = self._settled.get(ask)
        if settled is not None:
            return settled
        delay_ns = next(self._delays_ns)
        drawn = draw(self._script.faults, self._rng)
        delivery = self._deliveries.get((ask, drawn)) or self._frame(ask, drawn)
        answering = Answering(delay_ns, delivery, ask.model)
        if self._is_certain and len(self._settled) < _CACHE_LIMIT:
            self._settled[ask] = answering
        return answering

    def _frame(self, ask: Ask, drawn: tuple[int, ...]) -> Delivery:
        hits = tuple(self._script.faults[number] for number in drawn)
        delivery = deliver(reply_to(ask, self._script, hits=hits), ask.dialect, chunked=self._chunked)
        delivery = replace(delivery, faults=tuple(fault.kind for fault in hits))
        if len(self._deliveries) >= _CACHE_LIMIT:
            self._deliveries.clear()
        self._deliveries[ask, drawn] = delivery
        return delivery


@lru_cache(maxsize=_CACHE_LIMIT)
def _probe(method: str, path: str) -> Delivery:
    dialect, reply = probe_reply(method, path)
    return deliver(reply, dialect)


@lru_cache(maxsize=_CACHE_LIMIT)
def _unknown(path: str) -> Delivery:
    dialect, reply = unknown_path(path)
    return deliver(reply, dialect)


_NOTHING = deliver(NO_REPLY, Dialect.OPENAI_CHAT)
_BAD_REQUESTS = {dialect: deliver(refusal(dialect, 400), dialect) for dialect in Dialect}
