"""The words between an upstream process and whoever steers it: length-prefixed msgpack."""

import struct

import msgspec

from perf.model.upstream import (
    Arrival,
    ConstantDelay,
    Delay,
    Down,
    Fault,
    LogNormalDelay,
    NormalDelay,
    RecordedDelay,
    TimelineStep,
    Tls,
    TokenUsage,
    UpstreamScript,
)

_DELAYS: dict[str, type[Delay]] = {
    kind.__name__: kind for kind in (ConstantDelay, NormalDelay, LogNormalDelay, RecordedDelay)
}
PREFIX = struct.Struct(">I")


class StateWords(msgspec.Struct, frozen=True):
    """An instance's state as sent; a script without delay says that it is down."""

    delay_kind: str = ""
    delay: dict[str, int | float | tuple[int, ...]] = {}
    interval_ns: int = 0
    tokens: tuple[str, ...] = ()
    usage: TokenUsage = TokenUsage(
        input_tokens=0, output_tokens=0, cache_creation_tokens=0, cache_read_tokens=0
    )
    faults: tuple[Fault, ...] = ()
    tool_arguments: str = ""
    seed: int = 0


class StepWords(msgspec.Struct, frozen=True):
    """A step of a timeline as sent."""

    instance: str
    at_ns: int
    state: StateWords


class Open(msgspec.Struct, frozen=True, tag=True):
    """Serve these instances, by name and port (0: any free one); pin to these CPUs unless there are none.

    `shared` ports may be those of other processes, if these share them too. `tls` names those that speak it.
    """

    ports: dict[str, int]
    cpus: tuple[int, ...]
    tls: dict[str, Tls] = {}
    shared: bool = False


class Become(msgspec.Struct, frozen=True, tag=True):
    """Put an instance into this state."""

    instance: str
    state: StateWords


class Follow(msgspec.Struct, frozen=True, tag=True):
    """Take these steps at their times."""

    steps: tuple[StepWords, ...]


class Drain(msgspec.Struct, frozen=True, tag=True):
    """Hand over the log."""


class Rest(msgspec.Struct, frozen=True, tag=True):
    """Wait until no answer is under way, but at most for so long."""

    within_ns: int


class Usage(msgspec.Struct, frozen=True, tag=True):
    """Tell the CPU time used."""


Command = Open | Become | Follow | Drain | Rest | Usage


class Done(msgspec.Struct, frozen=True, tag=True):
    """The command is in force."""


class Opened(msgspec.Struct, frozen=True, tag=True):
    """The port of every instance, and the certificate that clients of TLS must trust."""

    ports: dict[str, int]
    ca_pem: str = ""


class Drained(msgspec.Struct, frozen=True, tag=True):
    """The log."""

    arrivals: tuple[Arrival, ...]


class Used(msgspec.Struct, frozen=True, tag=True):
    """CPU time of the process so far."""

    cpu_ns: int


class Refused(msgspec.Struct, frozen=True, tag=True):
    """The command cannot be carried out, and why."""

    why: str


Answer = Done | Opened | Drained | Used | Refused

_encode = msgspec.msgpack.Encoder().encode
decode_command = msgspec.msgpack.Decoder(Command).decode
decode_answer = msgspec.msgpack.Decoder(Answer).decode


def encode(message: Command | Answer) -> bytes:
    """A message with its length before it."""
    payload = _encode(message)
    return PREFIX.pack(len(payload)) + payload


def state_words(state: UpstreamScript | Down) -> StateWords:
    """Put a state into words."""
    if isinstance(state, Down):
        return StateWords()
    return StateWords(
        delay_kind=type(state.first_delay).__name__,
        delay=msgspec.to_builtins(state.first_delay),
        interval_ns=state.interval_ns,
        tokens=state.tokens,
        usage=state.usage,
        faults=state.faults,
        tool_arguments=state.tool_arguments,
        seed=state.seed,
    )


def state_of(words: StateWords) -> UpstreamScript | Down:
    """The state that the words say."""
    if not words.delay_kind:
        return Down()
    return UpstreamScript(
        first_delay=msgspec.convert(words.delay, _DELAYS[words.delay_kind]),
        interval_ns=words.interval_ns,
        tokens=words.tokens,
        usage=words.usage,
        faults=words.faults,
        tool_arguments=words.tool_arguments,
        seed=words.seed,
    )


def step_words(step: TimelineStep) -> StepWords:
    """Put a step into words."""
    return StepWords(instance=step.instance, at_ns=step.at_ns, state=state_words(step.state))


def step_of(words: StepWords) -> TimelineStep:
    """The step that the words say."""
    return TimelineStep(instance=words.instance, at_ns=words.at_ns, state=state_of(words.state))
