"""What one slice of load left behind, before it is summed up."""

from dataclasses import dataclass
from enum import StrEnum

from perf.model.load import Recording
from perf.model.run import Arm
from perf.model.scenario import Change, Part
from perf.model.upstream import Arrival


class Manner(StrEnum):
    """How the arms of a slice share the machine."""

    ALONE = "alone"
    """One arm has it to itself; the other has its turn before or after."""
    ALTERNATING = "alternating"
    """Both run, and their requests take turns, one by one: none delays the other."""
    TOGETHER = "together"
    """Both run at once, and share the cores as the kernel has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceStep:
    """One slice to measure: what, how, and on which arm, or arms in the order in which they start."""

    scenario: str
    part: Part
    manner: Manner
    arms: tuple[Arm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """A change of an instance, at its time on the machine's monotonic clock."""

    at_ns: int
    instance: str
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageSample:
    """What the SUT's process tree held at one moment of the machine's monotonic clock."""

    at_ns: int
    rss_bytes: int
    file_descriptors: int
    sockets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """One question to the gateway whether it is well; `well` if it said so before the asker gave up."""

    asked_ns: int
    ended_ns: int
    well: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsAnswer:
    """One question to the gateway for its models.

    `right` if a list came with a model that its clients ask for, `own` if with a name that no provider lists:
    only the gateway's configuration has that.
    """

    asked_ns: int
    ended_ns: int
    right: bool
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSeen:
    """What a gateway wrote during a slice, into a pipe.

    `room_bytes` is what a slow reader took and half of what the pipe holds, 0 where it was not slow: with
    less than that written, the pipe was never full.
    """

    written_bytes: int
    room_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedConnects:
    """How many connects had failed on the machine, whoever made them, up to one moment of its clock."""

    at_ns: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleSpell:
    """The CPU time that the SUT's process tree used while nothing was asked of it, and for how long."""

    cpu_ns: int
    wall_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """CPU time that others took of the cores in use, of all that these had to give."""

    taken_ns: int
    whole_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceRecord:
    """A measured slice. CPU times are those spent during `wall_ns`; None where there is no process to ask.

    `upstream_key` is the secret that proves passage; "" where the target cannot prove it by key
    or where the engine spoke to the upstream itself.
    `prompt_digests` are those that the arrivals of each template must have, "" where nothing is demanded;
    `models` are the models that they must ask for, () where nothing is.
    `suited` names the instances of the provider that the part asks for, () where nothing is demanded.
    `usage`, `health` and `lists` were sampled under load, if the part asks for it.
    `failed_connects` were counted under load where an instance dies and one build had the machine to itself;
    () also where the machine does not count them.
    `launched_ns` and `ready_ns` are of a process that was started for this slice alone, else 0.
    `saturation_per_second` was found just before an overload.
    `log` is known where the gateway was to log each request, `idle` where it was left alone afterwards.
    `offers_http2` says that an instance of the topology did, so that a gateway had the choice.
    `neighbours`: what others took meanwhile; None where it cannot be told from what the gateway itself took.
    `wrk_per_second` is the throughput that wrk had in place of the engine, if it was asked to cross-check.
    """

    step: SliceStep
    arm: Arm
    recording: Recording
    arrivals: tuple[Arrival, ...]
    happened: tuple[Happened, ...]
    sut_cpu_ns: int | None
    sut_rss_bytes: int | None
    upstream_cpu_ns: int
    wall_ns: int
    sut_cores: int
    rig_cores: int
    machine_cores: int
    upstream_key: str
    prompt_digests: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    suited: tuple[str, ...] = ()
    usage: tuple[UsageSample, ...] = ()
    health: tuple[HealthCheck, ...] = ()
    lists: tuple[ModelsAnswer, ...] = ()
    failed_connects: tuple[FailedConnects, ...] = ()
    log: LogSeen | None = None
    idle: IdleSpell | None = None
    launched_ns: int = 0
    ready_ns: int = 0
    saturation_per_second: float | None = None
    neighbours: Neighbours | None = None
    wrk_per_second: float | None = None
    offers_http2: bool = False
