"""What a scenario is made of: topology, parts, gates and criteria."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from perf.model.load import Abort, Workload
from perf.model.metric import Metric
from perf.model.upstream import Tls, UpstreamScript


class Provider(StrEnum):
    """The kind of provider behind an instance."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


class Capability(StrEnum):
    """What a target must be able to do to serve a scenario."""

    OPENAI_CHAT = "openai-chat"
    ANTHROPIC_MESSAGES = "anthropic-messages"
    OPENAI_TO_ANTHROPIC = "openai-to-anthropic"
    STREAMING = "streaming"
    STICKY_BY_KEY = "sticky-by-key"
    WEIGHTS = "weights"
    FAILOVER = "failover"
    MODEL_ROUTES = "model-routes"
    """Sends a request to the instance that is configured for the model which it names."""
    MODEL_LIST = "model-list"
    """Lists the models that it is configured with, under GET /v1/models."""
    REQUEST_LOG = "request-log"
    """It can be told to write something about each request."""
    UPSTREAM_TLS = "upstream-tls"
    """It asks a provider by https, and trusts the authority that perfgate's mock is signed by."""


class Ask(StrEnum):
    """What the client asks for; the target says which path and model that is."""

    CHAT = "chat"
    """OpenAI Chat, answered by an OpenAI instance."""
    CHAT_CONVERTED = "chat-converted"
    """OpenAI Chat, answered by an Anthropic instance."""
    MESSAGES = "messages"
    """Anthropic Messages, answered by an Anthropic instance."""


class Route(StrEnum):
    """Whom the engine talks to."""

    THROUGH_SUT = "through-sut"
    DIRECT = "direct"
    """The upstream itself: measures the rig, never the gateway."""


class Cadence(StrEnum):
    """How often a scenario runs."""

    EVERY_BLOCK = "every-block"
    ONCE = "once"
    """Once a run and arm, on a process of its own: it leaves the gateway in another state."""
    COUNTED = "counted"
    """In the first blocks of a run, on processes whose instructions are counted; never for its times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One provider instance that the gateway is configured with; it is reached by http unless `tls` is there.

    Instances of the same name are the same in this, whichever topology they stand in.
    """

    name: str
    provider: Provider
    priority: int
    weight: int
    tls: Tls | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """What the gateway is configured with; each target renders it in its own format.

    `recovery_ns` asks for the shortest time after which a failed instance is tried again, `patience_ns` for
    giving an attempt up whose answer has not begun by then; 0 leaves the target's default.
    With `routes` there are so many further names of models, each with a rule that leads it to an OpenAI
    instance, and it is these that are asked for.
    `request_log` asks for a line of log for each request; what the gateway writes then goes into a pipe.
    """

    name: str
    instances: tuple[Instance, ...]
    keys: int
    recovery_ns: int
    patience_ns: int = 0
    routes: int = 0
    request_log: bool = False


class Change(StrEnum):
    """What happens to an instance in the middle of a part."""

    DIES = "dies"
    """It refuses connections."""
    FAILS = "fails"
    """It answers every request with 500; probes by GET succeed."""
    HANGS = "hangs"
    """It takes connections and requests, probes included, and never answers."""
    RETURNS = "returns"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`change` happens to `instance` at `at_ns` from the start of the part's load."""

    at_ns: int
    instance: str
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt with about `text_bytes` of text besides the question: within it, if `turns` is 1.

    Any other number of turns is even: so many messages, of user and assistant by turns, precede the question.
    With `image_ns` the question, which is then the only turn, shows an image: its address, from which it
    comes after so long.
    """

    text_bytes: int
    turns: int = 1
    image_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Overload:
    """What an open loop offers once the part's own workload has found the saturation, on the same gateway.

    So many steps of `step_ns`: `before` and `after` at `calm_ratio` of the saturation, `during` at `ratio`.
    """

    ratio: float
    calm_ratio: float
    before: int
    during: int
    after: int
    step_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One workload of a scenario, measured apart.

    Without more words it is whole answers to one client, in one slice a block, without any trouble.

    `scripts` name instances of the topology; one that is absent keeps the `default_script`.
    `slices` is how many slices of a block latency comes from: lone connections of the two arms alternate
    request by request there, other workloads take turns slice by slice.
    `together` is how many both arms run in at once: CPU time and throughput come from them, if there are any.
    The workload is that of one slice.
    A scenario that runs once measures each slice of its parts on a process of its own, and a part with
    `together` on both arms at once.
    A counted part is measured in `slices` windows, after `warmup_requests` that are not counted.
    `keys` is the number of client keys that requests are spread over, one after the other.
    `gates` are compared in pairs and can fail the run; the other metrics that apply are informational.
    `abort` has the client hang up on some requests; None on none.
    `requests_per_connection` 0 keeps the client's connections for ever; 1 opens a new one for each request.
    `prompts` are sent one after the other, again and again; () sends one short question.
    `checks_usage` demands that the answer's token counts are those of the script.

    `mixed` streams the requests of every other key, the others whole; `stream` is then False.
    `connections` limits the pool of an open loop; 0 leaves it to the rig.
    `usage_every_ns` samples the memory and the open files of the gateway under load; 0 only afterwards.
    `health_every_ns` asks the gateway under load whether it is well, as those who run it would; 0 never.
    `models_every_ns` asks it under load for the list of its models; 0 never.
    `log_bytes_per_second` is all that is taken of the gateway's log for as long as an open loop lasts by
    plan, with a topology that asks for one; 0 takes it as it comes.
    `idle_ns` leaves a gateway that was started for the part alone for so long after the load, and takes its
    CPU time; 0 does not.
    `give_up_ns` is how long the client waits for the end of an answer; 0 leaves it to the rig, a minute.
    `weights` say, per instance, how much of the sessions it is to have.
    `saturating`: a busy rig can only make the gateway look worse here, so it does not make the slice
    invalid; a criterion that is missed then is not measurable on this machine.
    `overload` follows the workload on the same gateway, and is what is recorded.
    `cross_checked`: wrk may repeat it, to show that the engine is not what is measured.
    `topology` takes the place of the scenario's, for what runs once; None leaves it.
    `needs` are what a target must be able to do for this part, besides what the scenario needs and what
    `ask` and `stream` say by themselves.
    """

    name: str
    ask: Ask
    stream: bool = False
    keys: int = 1
    workload: Workload
    warmup_requests: int = 0
    slices: int = 1
    together: int = 0
    default_script: UpstreamScript
    scripts: tuple[tuple[str, UpstreamScript], ...] = ()
    events: tuple[Event, ...] = ()
    gates: tuple[Metric, ...] = ()
    abort: Abort | None = None
    requests_per_connection: int = 0
    prompts: tuple[Prompt, ...] = ()
    checks_usage: bool = False
    mixed: bool = False
    connections: int = 0
    usage_every_ns: int = 0
    health_every_ns: int = 0
    models_every_ns: int = 0
    log_bytes_per_second: int = 0
    idle_ns: int = 0
    give_up_ns: int = 0
    weights: tuple[tuple[str, int], ...] = ()
    saturating: bool = False
    overload: Overload | None = None
    cross_checked: bool = False
    topology: Topology | None = None
    needs: frozenset[Capability] = frozenset()


class Bound(StrEnum):
    """Which side of its target a criterion allows."""

    AT_MOST = "at-most"
    AT_LEAST = "at-least"

    @property
    def sign(self) -> str:
        """As it stands before a target."""
        return "≤" if self is Bound.AT_MOST else "≥"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """An absolute demand on the candidate; missing it fails the run, whatever the baseline did.

    `minus_part` subtracts the same metric of another part (a paired overhead).
    `note` is what a reader must know to judge the target itself.
    `needs` are what a target must be able to do to be held to it, besides what its part needs.
    """

    part: str
    metric: Metric
    bound: Bound
    target: float
    minus_part: str = ""
    note: str = ""
    needs: frozenset[Capability] = frozenset()

    @property
    def title(self) -> str:
        """What is held against the target."""
        return f"{self.metric.title} over {self.minus_part}" if self.minus_part else self.metric.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One file of perf/scenarios: a workload through the gateway, its gates and its criteria."""

    number: str
    name: str
    title: str
    route: Route = Route.THROUGH_SUT
    cadence: Cadence
    needs: frozenset[Capability]
    topology: Topology
    parts: tuple[Part, ...]
    criteria: tuple[Criterion, ...]

    def topology_of(self, part: Part) -> Topology:
        """What the gateway is configured with while this part is measured."""
        return part.topology or self.topology

    def only(self, parts: Collection[Part]) -> "Scenario":
        """The scenario with these of its parts, and the criteria that they are enough for."""
        names = {part.name for part in parts} | {""}
        return replace(
            self,
            parts=tuple(part for part in self.parts if part.name in names),
            criteria=tuple(each for each in self.criteria if {each.part, each.minus_part} <= names),
        )

    @property
    def topologies(self) -> tuple[Topology, ...]:
        """All of them, each once, in the order of the parts."""
        return tuple(dict.fromkeys(self.topology_of(part) for part in self.parts))
