"""One script in force: draws delays and faults, and keeps every answer it has framed."""

from random import Random
from typing import NamedTuple

import msgspec

from perf.model.upstream import Fault, UpstreamScript
from perf.model.wire import Dialect
from perf.upstream.asks import dialect_of, read_ask
from perf.upstream.delays import delays_ns
from perf.upstream.framing import Delivery, deliver
from perf.upstream.replies import Ask, Reply, reply_to, whole_reply
from perf.wire.failure import error_body
from perf.wire.headers import JSON_TYPE, reply_headers

_CACHE_LIMIT = 4_096
"""Distinct model names are few; should they not be, start afresh rather than grow."""


class Answering(NamedTuple):
    """When and what to answer."""

    delay_ns: int
    delivery: Delivery


class Behaviour:
    """Answers requests after a script; two of one seed and instance draw alike."""

    __slots__ = ("_delays_ns", "_deliveries", "_rng", "_script")

    def __init__(self, script: UpstreamScript, *, instance: str) -> None:
        self._script = script
        self._rng = Random(f"{script.seed}/{instance}")
        self._delays_ns = delays_ns(script.first_delay, self._rng)
        self._deliveries: dict[tuple[Ask, tuple[int, ...]], Delivery] = {}

    def answer(self, method: bytes, path: str, body: bytes) -> Answering:
        """Answer one request; probes by GET succeed at once and draw nothing."""
        if method != b"POST":
            return Answering(0, _PROBES.get(path.rpartition("/")[2], _HEALTHY))
        dialect = dialect_of(path)
        if dialect is None:
            return Answering(0, _UNKNOWN_PATH)
        ask = read_ask(dialect, body)
        if ask is None:
            return Answering(0, _BAD_REQUESTS[dialect])
        delay_ns = next(self._delays_ns)
        drawn = self._draw() if self._script.faults else ()
        delivery = self._deliveries.get((ask, drawn))
        return Answering(delay_ns, delivery or self._frame(ask, drawn))

    def _draw(self) -> tuple[int, ...]:
        """Numbers of the faults that this request has; `random()` is below 1, so a ratio of 1 always hits."""
        draw = self._rng.random
        return tuple([n for n, fault in enumerate(self._script.faults) if draw() < fault.ratio])

    def _frame(self, ask: Ask, drawn: tuple[int, ...]) -> Delivery:
        hits: tuple[Fault, ...] = tuple(self._script.faults[number] for number in drawn)
        delivery = deliver(reply_to(ask, self._script, hits), ask.dialect)
        if len(self._deliveries) >= _CACHE_LIMIT:
            self._deliveries.clear()
        self._deliveries[ask, drawn] = delivery
        return delivery


def _json_reply(payload: object) -> Reply:
    return whole_reply(200, (("content-type", JSON_TYPE),), msgspec.json.encode(payload))


def _refusal(dialect: Dialect, status: int) -> Delivery:
    headers = reply_headers(dialect, stream=False)
    return deliver(whole_reply(status, headers, error_body(dialect, status)), dialect)


_MODELS = {
    "object": "list",
    "data": [
        {"id": name, "object": "model", "created": 1_767_225_600, "owned_by": "perfgate", "type": "model"}
        for name in ("gpt-4o-mini", "claude-sonnet-4-5")
    ],
    "has_more": False,
}
_HEALTHY = deliver(_json_reply({"status": "ok"}), Dialect.OPENAI_CHAT)
_PROBES = {"models": deliver(_json_reply(_MODELS), Dialect.OPENAI_CHAT)}
_UNKNOWN_PATH = _refusal(Dialect.OPENAI_CHAT, 404)
_BAD_REQUESTS = {dialect: _refusal(dialect, 400) for dialect in Dialect}
