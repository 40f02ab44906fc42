"""The tables of perfgate.toml: their keys, types, defaults and ranges."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from perf.model.counting import CounterChoice
from perf.model.policy import DEFAULT_POLICY
from perf.model.scenario import Capability
from perf.model.speaking import CommentWhen
from perf.model.target import LogLevels
from perf.model.units import ns_to_s
from perf.targets.contract import ANTHROPIC_MODEL, OPENAI_MODEL

BASELINE = "baselines/{target}/{suite}.json"

_Text = Annotated[str, Meta(min_length=1)]
_Words = Annotated[tuple[_Text, ...], Meta(min_length=1)]
_Path = Annotated[str, Meta(pattern="^/")]
_Seconds = Annotated[float, Meta(gt=0, le=3600)]
_Share = Annotated[float, Meta(gt=0, le=1)]


class Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A table: keys are written-like-this, and unknown ones are refused."""


class WaiverTable(Table, frozen=True, kw_only=True):
    """`[[gate.waivers]]`: one number that may be worse for a while: a compared one, or a criterion's."""

    scenario: _Text
    part: _Text
    metric: _Text
    ceiling: Annotated[float, Meta(gt=0, le=10)] | None = None
    worst: _Text | None = None
    expires: date
    reason: Annotated[str, Meta(min_length=1, max_length=200)]


class Gate(Table, frozen=True, kw_only=True):
    """`[gate]`: what is judged, and how strictly."""

    target: _Text = "reference"
    suite: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]*$")] = "fast"
    baseline: str | bool = BASELINE
    alpha: Annotated[float, Meta(gt=0, le=0.5)] = DEFAULT_POLICY.alpha
    looks: Annotated[tuple[Annotated[int, Meta(ge=1, le=1000)], ...], Meta(min_length=1)] = (
        DEFAULT_POLICY.looks
    )
    budget_seconds: Annotated[float, Meta(gt=0, le=86400)] = ns_to_s(DEFAULT_POLICY.budget_ns)
    collapse_ratio: _Share = DEFAULT_POLICY.collapse_ratio
    max_engine_ratio: _Share = DEFAULT_POLICY.max_engine_ratio
    max_lag_ratio: _Share = DEFAULT_POLICY.max_lag_ratio
    max_neighbour_ratio: _Share = DEFAULT_POLICY.max_neighbour_ratio
    min_valid_ratio: _Share = DEFAULT_POLICY.min_valid_ratio
    fail_on_inconclusive: bool = DEFAULT_POLICY.fail_on_inconclusive
    creep_factor: Annotated[float, Meta(ge=1, le=100)] = DEFAULT_POLICY.creep_factor
    instructions: CounterChoice = CounterChoice.AUTO
    comment: CommentWhen = CommentWhen.ALWAYS
    limits: dict[str, object] = {}
    waivers: tuple[WaiverTable, ...] = ()


class Document(Table, frozen=True, kw_only=True):
    """The whole file. The entries of `targets` are read one by one, so that errors can name them."""

    gate: Gate = Gate()
    targets: dict[str, object] = {}


class Ready(Table, frozen=True, kw_only=True):
    """`ready`: the gateway is up when GET `path` answers `status`."""

    path: _Path
    status: Annotated[int, Meta(ge=100, le=599)] = 200
    deadline_seconds: _Seconds = 30.0


class Auth(Table, frozen=True, kw_only=True):
    """`auth`: the header that carries a client's key."""

    header: _Text = "authorization"
    value: str = "Bearer {key}"


class AddressTable(Table, frozen=True, kw_only=True):
    """`addresses.ASK`: how a client asks for one thing."""

    path: _Path
    model: _Text


class Addresses(Table, frozen=True, kw_only=True):
    """`addresses`, one for each `Ask`."""

    chat: AddressTable = AddressTable(path="/v1/chat/completions", model=OPENAI_MODEL)
    chat_converted: AddressTable = AddressTable(path="/v1/chat/completions", model=ANTHROPIC_MODEL)
    messages: AddressTable = AddressTable(path="/v1/messages", model=ANTHROPIC_MODEL)


class DescribedTarget(Table, frozen=True, kw_only=True, tag_field="kind"):
    """What every `[targets.NAME]` may have."""

    title: str = ""
    capabilities: tuple[Capability, ...]
    ready: Ready
    auth: Auth = Auth()
    key: _Text = "test-key-{number}"
    addresses: Addresses = Addresses()
    headers: dict[str, str] = {}
    proves_by_key: bool | None = None


class LogLevelsTable(Table, frozen=True, kw_only=True):
    """`log-levels`: what `{log_level}` stands for."""

    usual: str = LogLevels().usual
    requests: str = LogLevels().requests


class StartedTarget(DescribedTarget, frozen=True, kw_only=True):
    """What every target has that perfgate builds and starts."""

    inputs: _Words
    start: _Words
    env: dict[str, str] = {}
    config: str | dict[str, str] = msgspec.field(default_factory=dict)
    stop_grace_seconds: Annotated[float, Meta(ge=0, le=600)] = 5.0
    log_levels: LogLevelsTable = LogLevelsTable()


class PythonTarget(StartedTarget, frozen=True, kw_only=True, tag="python"):
    """`kind = "python"`."""

    project: str = "."
    requirements: str = ""
    benchmarks: str = ""


class CargoTarget(StartedTarget, frozen=True, kw_only=True, tag="cargo"):
    """`kind = "cargo"`."""

    project: _Text = "."
    profile: _Text = "release"
    flags: tuple[_Text, ...] = ()


class GoTarget(StartedTarget, frozen=True, kw_only=True, tag="go"):
    """`kind = "go"`."""

    project: _Text = "."
    package: _Text = "."
    flags: tuple[_Text, ...] = ()


class NpmTarget(StartedTarget, frozen=True, kw_only=True, tag="npm"):
    """`kind = "npm"`."""

    project: _Text = "."
    script: str = ""
    install_scripts: bool = True


class CommandTarget(StartedTarget, frozen=True, kw_only=True, tag="command"):
    """`kind = "command"`."""

    build: _Words
    toolchain: tuple[_Text, ...] = ()


class RunningTarget(DescribedTarget, frozen=True, kw_only=True, tag="running"):
    """`kind = "running"`."""

    base_url: Annotated[str, Meta(pattern="^https?://[^/]+$")]


AnyBuiltTarget = PythonTarget | CargoTarget | GoTarget | NpmTarget | CommandTarget
AnyTarget = AnyBuiltTarget | RunningTarget
KINDS: dict[str, type[Table]] = {
    "python": PythonTarget,
    "cargo": CargoTarget,
    "go": GoTarget,
    "npm": NpmTarget,
    "command": CommandTarget,
    "running": RunningTarget,
}
