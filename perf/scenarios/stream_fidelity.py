"""Scenario 14: many answers at once, each with its own words and token counts, none with another's."""

from dataclasses import replace

from perf.model import metric as m
from perf.model.load import ClosedLoop
from perf.model.scenario import Ask, Bound, Cadence, Criterion, Part, Scenario
from perf.model.upstream import TokenUsage, UpstreamScript
from perf.model.wire import NONCE_ECHO
from perf.scenarios.topologies import GENERAL, script

_FRAGMENTS = 20
_ARGUMENTS = (
    f'{{"trace":"{NONCE_ECHO}","city":"Zürich","query":"'
    "caf\\u00e9 \\\\ \\n 語 🙂 " + "0123456789abcdef " * 50 + '","limit":10,"exact":true}'
)
"""The nonce is whole in the first fragment; escapes and characters of every width are somewhere between."""
_USAGE = TokenUsage(
    input_tokens=42, output_tokens=_FRAGMENTS, cache_creation_tokens=300, cache_read_tokens=4_000
)


def _answers(*, interval_ms: float) -> UpstreamScript:
    plain = script(tokens=_FRAGMENTS, first_delay_ms=20, interval_ms=interval_ms)
    return replace(plain, tool_arguments=_ARGUMENTS, usage=_USAGE)


def _part(ask: Ask, *, streams: int, interval_ms: float) -> Part:
    return Part(
        name=ask,
        ask=ask,
        stream=True,
        keys=100,
        workload=ClosedLoop(connections=streams, requests=2 * streams),
        default_script=_answers(interval_ms=interval_ms),
        checks_usage=True,
    )


def _whole(part: Part) -> Part:
    """The same asked for whole: text, as a converter may write a call's arguments anew."""
    plain = script(tokens=_FRAGMENTS, first_delay_ms=20)
    answers = replace(plain, tokens=(f"{NONCE_ECHO} ", *plain.tokens[1:]), usage=_USAGE)
    return replace(part, name=f"{part.name}-whole", stream=False, default_script=answers)


def _scenario(*, number: str, name: str, streams: int, parts: tuple[Part, ...]) -> Scenario:
    return Scenario(
        number=number,
        name=name,
        title=f"Fidelity of {streams:,} answers at once",
        cadence=Cadence.ONCE,
        needs=frozenset(),
        topology=GENERAL,
        parts=parts,
        criteria=tuple(
            Criterion(part=part.name, metric=metric, bound=Bound.AT_LEAST, target=1.0)
            for part in parts
            for metric in (m.CONTENT_RATIO, m.USAGE_RATIO, m.SUCCESS_RATIO)
        ),
    )


def _streams(count: int, *, interval_ms: float) -> tuple[Part, ...]:
    return tuple(_part(ask, streams=count, interval_ms=interval_ms) for ask in Ask)


_HUNDRED = _streams(100, interval_ms=20)
STREAM_FIDELITY = _scenario(
    number="14",
    name="stream-fidelity",
    streams=100,
    parts=(*_HUNDRED, *map(_whole, _HUNDRED)),
)
STREAM_FIDELITY_1000 = _scenario(
    number="14L", name="stream-fidelity-1000", streams=1_000, parts=_streams(1_000, interval_ms=200)
)
"""The large form: the same chunks per second, ten times as many streams."""
