"""What a gateway product is to us: how to build, configure, start and address it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from perf.model.scenario import Ask, Capability, Provider, Topology


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonKind:
    """A wheel in a clean venv, byte-compiled, run with `python -O`.

    `requirements` is a hashed requirements file of the source tree, installed before the wheel
    ("" for none: then the wheel's own dependencies are resolved). `{python}` is the venv's interpreter.
    With `project` "" the requirements are all there is: a product installed as its makers published it.
    """

    project: str
    requirements: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CargoKind:
    """`cargo build --locked` with `profile`, in the folder `project`; its programs are then in `{out}`.

    `flags` are further words of the command, such as `--features` and their names.
    """

    project: str
    profile: str
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoKind:
    """`go build -trimpath` of `package`, in the folder `project`; its programs are then in `{out}`.

    `flags` are further words of the command, such as `-tags` and their names.
    """

    project: str
    package: str
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NpmKind:
    """The folder `project` copied to `{out}`, with what `npm ci --omit=dev` installs from its lock.

    `script` is an npm script that builds it before ("" for none). `install_scripts` lets packages run
    theirs while they are installed.
    """

    project: str
    script: str
    install_scripts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandKind:
    """Any build command, run in the source tree; `{out}` is the folder that it must fill.

    `{profile}` is `release` or `debug`. `toolchain` is a command whose output names the compiler and its
    version: another output makes another build ((), the default, names none).
    """

    build: tuple[str, ...]
    toolchain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningKind:
    """A gateway that is already up at `base_url`: nothing is built, started or stopped."""

    base_url: str


Kind = PythonKind | CargoKind | GoKind | NpmKind | CommandKind | RunningKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where one instance of the topology really listens; `base_url` has no /v1.

    `ca_pem` is the certificate that its clients must trust, "" where it is reached by http.
    """

    name: str
    provider: Provider
    base_url: str
    priority: int
    weight: int
    ca_pem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRoute:
    """A name of a model, and the instance that requests for it are to reach."""

    model: str
    endpoint: Endpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLevels:
    """What `{log_level}` stands for: as a rule, and where something is to be written about each request."""

    usual: str = "warn"
    requests: str = "info"

    def of(self, topology: Topology) -> str:
        """The one that a topology asks for."""
        return self.requests if topology.request_log else self.usual


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigRequest:
    """All that a target needs to render its configuration.

    `upstream_key` is a secret of this launch: the client never sends it,
    so an arrival that bears it came from the gateway.
    `ca_file` is where the certificate stands that must be trusted to reach the instances, "" if none need be.
    """

    topology: Topology
    endpoints: tuple[Endpoint, ...]
    host: str
    port: int
    client_keys: tuple[str, ...]
    upstream_key: str
    log_level: str
    ca_file: str = ""

    @property
    def routes(self) -> tuple[ModelRoute, ...]:
        """The further models of the topology, dealt out to its OpenAI instances in turn.

        No name begins as that of a real model does, or as another one: only its own rule can lead it on.
        """
        reached = [each for each in self.endpoints if each.provider is Provider.OPENAI]
        return tuple(
            ModelRoute(model=f"route-{number:05d}", endpoint=reached[number % len(reached)])
            for number in range(self.topology.routes if reached else 0)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """The gateway is ready when GET `path` answers `status`."""

    path: str
    status: int
    deadline_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """How a client asks for one thing: path and model name."""

    path: str
    model: str


class RequestHeaders(Protocol):
    """Gives the headers that a client with this key must send beside the target's authentication.

    Some products take their configuration, or the name of a session, from each request.
    """

    def __call__(self, request: ConfigRequest, ask: Ask, *, key: str) -> tuple[tuple[str, str], ...]:
        """Give them as name and value."""


def no_headers(request: ConfigRequest, ask: Ask, *, key: str) -> tuple[tuple[str, str], ...]:
    """What most products ask of their clients: nothing."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A recipe for one gateway product; data, but for `render`, which gives file name -> content.

    `render` raises ValueError for a topology that the product cannot be configured with.

    In `start`, the command line, `{python}`, `{bin}` (the folder of the venv's programs), `{out}`, `{dir}`,
    `{host}`, `{port}`, `{log_level}` and `{config}` (the path of the first rendered file) are filled in.
    `inputs` are the git pathspecs that can change the build.
    `benchmarks` is a module of pytest-benchmark suites inside the build ("" for none).
    `proves_by_key` says that the gateway sends the upstream key of its configuration, not the client's.
    `key_template` makes client key number 0, 1, ...; without `{number}` all clients share the one key.
    `shipped` says that the build's inputs are no commit's, but the folder of that name in
    perf/targets/locks: a product at locked versions, which has no base.
    """

    name: str
    title: str
    kind: Kind
    inputs: tuple[str, ...]
    start: tuple[str, ...]
    env: tuple[tuple[str, str], ...]
    ready: Readiness
    stop_grace_ns: int
    capabilities: frozenset[Capability]
    auth_header: str
    auth_value: str
    addresses: Mapping[Ask, Address]
    benchmarks: str
    proves_by_key: bool
    render: Callable[[ConfigRequest], Mapping[str, str]]
    key_template: str = "test-key-{number}"
    headers: RequestHeaders = no_headers
    shipped: str = ""
    log_levels: LogLevels = LogLevels()
