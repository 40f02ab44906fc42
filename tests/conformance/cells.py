"""The matrix of what providers answer: each kind of answer, and what a client must understand of it."""

import json
from dataclasses import replace
from enum import StrEnum
from functools import partial
from itertools import product
from typing import NamedTuple

from perf.model.units import ms_to_ns
from perf.model.upstream import Fault, FaultKind, TokenUsage, UpstreamScript
from perf.model.wire import Dialect
from perf.upstream.scripts import DEFAULT_TOKENS, INPUT_TOKENS, script

MODEL = "grande"
ARGUMENTS = '{"city":"Zürich","days":[1,2,3]}'
_TOOL = "lookup"
_TEXT = "tok0 tok1 tok2 tok3 tok4 tok5 tok6 tok7 tok8 tok9"
_DATE = "date"
_CREATED_TOKENS = 100
_READ_TOKENS = 1_000


class Ending(StrEnum):
    """How a call ended, by what its client raised."""

    WELL = "well"
    RATE_LIMIT = "rate limit"
    SERVER_ERROR = "server error"
    ERROR_EVENT = "error event"
    CUT = "cut"
    LATE = "late"
    MALFORMED = "malformed"
    UNFINISHED = "unfinished"
    """The client missed the end, though the connection ended in order."""
    NO_ANSWER = "no answer"
    """An object without what makes it an answer."""


class Way(NamedTuple):
    """How an answer is asked for."""

    dialect: Dialect
    stream: bool

    def __str__(self) -> str:
        return f"{self.dialect.value}-{'streamed' if self.stream else 'whole'}"


class Cell(NamedTuple):
    """One kind of good answer."""

    way: Way
    tool: bool
    cache: bool

    def __str__(self) -> str:
        return f"{self.way}-{'tool' if self.tool else 'text'}-{'cached' if self.cache else 'plain'}"


class Understood(NamedTuple):
    """An answer as its reader understands it, alike for all dialects and both ways to send it.

    `calls` are names and arguments, those as sorted JSON; tokens are None where the provider told none.
    """

    model: str
    text: str
    calls: tuple[tuple[str, str], ...]
    input_tokens: int | None
    cached_tokens: int | None
    output_tokens: int | None


class Met(NamedTuple):
    """A failure, and the answer that has it: a cached call of a tool if it is `laden`, else a plain text."""

    name: str
    way: Way
    laden: bool

    def __str__(self) -> str:
        return f"{self.name}-{self.way}-{'laden' if self.laden else 'plain'}"


class Failure(NamedTuple):
    """A fault, and the ending and status of a call that meets it, where its way does not matter."""

    fault: Fault
    ending: Ending
    status: int = 0


WAYS = tuple(Way(*way) for way in product(Dialect, (False, True)))
CELLS = tuple(Cell(*cell) for cell in product(WAYS, (False, True), (False, True)))


def script_of(*, tool: bool = False, cache: bool = False, fault: Fault | None = None) -> UpstreamScript:
    """The script whose answers are of this kind."""
    usage = TokenUsage(
        input_tokens=INPUT_TOKENS,
        output_tokens=DEFAULT_TOKENS,
        cache_creation_tokens=_CREATED_TOKENS if cache else 0,
        cache_read_tokens=_READ_TOKENS if cache else 0,
    )
    plain = script(tool_arguments=ARGUMENTS if tool else "", faults=(fault,) if fault else ())
    return replace(plain, usage=usage)


def understood(*, tool: bool = False, cache: bool = False) -> Understood:
    """What every client must understand of an undisturbed answer."""
    return Understood(
        model=MODEL,
        text="" if tool else _TEXT,
        calls=((_TOOL, canonical(ARGUMENTS)),) if tool else (),
        input_tokens=INPUT_TOKENS + (_CREATED_TOKENS + _READ_TOKENS if cache else 0),
        cached_tokens=_READ_TOKENS if cache else 0,
        output_tokens=DEFAULT_TOKENS,
    )


def usageless(*, tool: bool = False) -> Understood:
    """The same of one that tells no usage."""
    return understood(tool=tool)._replace(input_tokens=None, cached_tokens=None, output_tokens=None)


def canonical(arguments: str) -> str:
    """JSON with its keys sorted."""
    return json.dumps(json.loads(arguments), sort_keys=True)


def fault_of(name: str, *, date: str) -> Fault:
    """The fault of this name; the date is for the one that tells when to come again by a date."""
    fault = FAILURES[name].fault
    return replace(fault, retry_after=date) if fault.retry_after == _DATE else fault


def ending(met: Met) -> tuple[Ending, int]:
    """How a call must end that meets this failure, and its status, 0 for none."""
    failure = FAILURES[met.name]
    return _OF_WAYS.get((met.name, met.way), (failure.ending, failure.status))


_fault = partial(Fault, ratio=1.0)


def _limit(*, retry_after: str = "", retry_after_ms: str = "") -> Failure:
    fault = _fault(kind=FaultKind.STATUS, status=429, retry_after=retry_after, retry_after_ms=retry_after_ms)
    return Failure(fault, Ending.RATE_LIMIT, 429)


FAILURES = {
    "429-seconds": _limit(retry_after="2"),
    "429-date": _limit(retry_after=_DATE),
    "429-ms": _limit(retry_after_ms="1500"),
    "429-silent": _limit(),
    "429-tomorrow": _limit(retry_after="86400"),
    "500-html": Failure(_fault(kind=FaultKind.HTML_500), Ending.SERVER_ERROR, 500),
    "503": Failure(_fault(kind=FaultKind.STATUS, status=503), Ending.SERVER_ERROR, 503),
    "529": Failure(_fault(kind=FaultKind.STATUS, status=529), Ending.SERVER_ERROR, 503),
    "error-event": Failure(_fault(kind=FaultKind.ERROR_EVENT, after_frames=5), Ending.ERROR_EVENT),
    "fin-at-head": Failure(_fault(kind=FaultKind.FIN), Ending.CUT),
    "fin-at-frame": Failure(_fault(kind=FaultKind.FIN, after_frames=5), Ending.CUT),
    "rst-at-byte": Failure(_fault(kind=FaultKind.RST, after_bytes=70), Ending.CUT),
    "no-terminator": Failure(_fault(kind=FaultKind.NO_TERMINATOR), Ending.WELL),
    "duplicate-terminator": Failure(_fault(kind=FaultKind.DUPLICATE_TERMINATOR), Ending.WELL),
    "invalid-json": Failure(_fault(kind=FaultKind.INVALID_JSON, after_frames=5), Ending.MALFORMED),
    "no-usage": Failure(_fault(kind=FaultKind.NO_USAGE), Ending.WELL),
    "silence": Failure(_fault(kind=FaultKind.SILENCE), Ending.LATE),
    "black-hole": Failure(_fault(kind=FaultKind.BLACK_HOLE), Ending.LATE),
    "stall": Failure(_fault(kind=FaultKind.STALL, after_frames=5, pause_ns=ms_to_ns(5)), Ending.WELL),
    "drip": Failure(_fault(kind=FaultKind.DRIP, pause_ns=1), Ending.WELL),
    "split": Failure(_fault(kind=FaultKind.SPLIT, after_bytes=7), Ending.WELL),
    "coalesce": Failure(_fault(kind=FaultKind.COALESCE), Ending.WELL),
}

_REFUSALS = (FaultKind.STATUS, FaultKind.HTML_500)
MEETINGS = tuple(
    Met(name, way, laden=laden)
    for name, way, laden in product(FAILURES, WAYS, (False, True))
    if not laden or FAILURES[name].fault.kind not in _REFUSALS
)
"""Each failure in each way; those that take the place of the answer do not depend on what it would be."""

_CHAT, _RESPONSES, _MESSAGES = Dialect
_OF_WAYS = {
    **{("529", Way(_MESSAGES, stream)): (Ending.SERVER_ERROR, 529) for stream in (False, True)},
    **{("error-event", Way(dialect, stream=False)): (Ending.NO_ANSWER, 0) for dialect in Dialect},
    **{("fin-at-frame", Way(dialect, stream=False)): (Ending.WELL, 0) for dialect in Dialect},
    ("error-event", Way(_RESPONSES, stream=True)): (Ending.UNFINISHED, 0),
    ("error-event", Way(_MESSAGES, stream=True)): (Ending.ERROR_EVENT, 200),
    ("no-usage", Way(_MESSAGES, stream=True)): (Ending.NO_ANSWER, 0),
    ("no-terminator", Way(_RESPONSES, stream=True)): (Ending.UNFINISHED, 0),
}
"""Where the way does matter: only Anthropic has a 529, and a whole answer is one frame; the client of
Responses hands an error event on and then misses the end, those of Chat and Messages miss no terminator;
that of Messages cannot put a stream together that tells no usage."""
