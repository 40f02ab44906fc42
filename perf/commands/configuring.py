"""`perfgate config`: what a target would be configured with, for other uses than a run of perfgate."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from perf.commands.ordering import config_of
from perf.config import find_target
from perf.errors import ConfigError, Exit, UsageError
from perf.model.scenario import Ask, Provider, Topology
from perf.model.target import ConfigRequest, Endpoint, Target
from perf.scenarios.setups import Setup, topology_of
from perf.sut.source import repository_root

_MOCKS = {Provider.OPENAI: ("http://127.0.0.1:9001",), Provider.ANTHROPIC: ("http://127.0.0.1:9002",)}
"""The URLs where none are given: those of `perfgate upstream --openai-port 9001 --anthropic-port 9002`."""
_MOST_ROUTES = 100_000
"""`route-00000` to `route-99999`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line asks for; a provider without URLs is left out.

    Its instances use its URLs in turn.
    """

    target: str | None
    setup: Setup
    instances: int
    weights: tuple[int, ...]
    keys: int
    routes: int
    urls: Mapping[Provider, tuple[str, ...]]
    host: str
    port: int
    upstream_key: str


def add_wishes(parser: ArgumentParser) -> None:
    """Add the options of the command."""
    add = parser.add_argument
    add("--target", help="the gateway product (default: from perfgate.toml, else reference)")
    add("--setup", choices=list(Setup), type=Setup, default=Setup.GENERAL, help="default: general")
    add("--instances", type=int, default=3, help="of each provider (default: 3)")
    add("--weights", type=_weights, default=(100, 200, 100), help="default: 100,200,100")
    add("--keys", type=int, default=100, help="client keys (default: 100)")
    add("--routes", type=int, default=0, help="further models, each with a rule of its own (default: 0)")
    for provider in Provider:
        text = "a URL of its instances, without /v1; may be repeated"
        add(f"--{provider}", metavar="URL", action="append", default=[], help=text)
    add("--host", default="127.0.0.1", help="where the gateway listens (default: 127.0.0.1)")
    add("--port", type=int, default=8080, help="its port (default: 8080)")
    add("--upstream-key", default="mock-key", help="the key that it sends to its providers")
    add("--into", type=Path, help="write the files into this folder")


def wanted_of(arguments: Namespace) -> Wanted:
    """What the options ask for."""
    given = {Provider.OPENAI: tuple(arguments.openai), Provider.ANTHROPIC: tuple(arguments.anthropic)}
    return Wanted(
        target=arguments.target,
        setup=arguments.setup,
        instances=arguments.instances,
        weights=arguments.weights,
        keys=arguments.keys,
        routes=arguments.routes,
        urls=given if any(given.values()) else _MOCKS,
        host=arguments.host,
        port=arguments.port,
        upstream_key=arguments.upstream_key,
    )


def config(repo: Path, wanted: Wanted, *, into: Path | None) -> Exit:
    """Print the target's files and request headers, or write the files into a folder and name them."""
    own = config_of(repository_root(repo), None)
    target = find_target(own, wanted.target or own.target)
    request = _request(wanted, target)
    try:
        _require_ranks(target, request, setup=wanted.setup)
        files = target.render(request)
    except ValueError as impossible:
        raise ConfigError(
            str(impossible),
            where=f"target {target.name}, set-up {wanted.setup}",
            cure="Choose another set-up, or mend the target's `config`.",
        ) from impossible
    headers = _headers(target, request)
    if into is not None:
        _write(files, into)
    elif len(files) == 1 and not headers:
        sys.stdout.write(next(iter(files.values())))
    else:
        sys.stdout.write("\n".join(f"==> {name} <==\n{text}" for name, text in files.items()))
    if headers:
        sys.stdout.write(("\n" if files and into is None else "") + headers)
    return Exit.PASS


def _require_ranks(target: Target, request: ConfigRequest, *, setup: Setup) -> None:
    """UsageError if the instances differ in priority or weight, and the target's configuration does not."""
    if len({(each.priority, each.weight) for each in request.endpoints}) < 2:
        return
    alike = tuple(replace(each, priority=1, weight=100) for each in request.endpoints)
    if _told(target, request) == _told(target, replace(request, endpoints=alike)):
        raise UsageError(
            f"{target.name} cannot be told so: its configuration says nothing of priorities or weights, and "
            "would be that of equal instances",
            where=f"--setup {setup}",
            cure="Choose --setup general or single, or a target that knows them.",
        )


def _told(target: Target, request: ConfigRequest) -> object:
    """All that a target and its clients are told."""
    key = request.client_keys[0]
    return target.render(request), [target.headers(request, ask, key=key) for ask in Ask]


def _weights(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(","))


def _request(wanted: Wanted, target: Target) -> ConfigRequest:
    _check(wanted)
    topology = topology_of(
        wanted.setup,
        instances=wanted.instances,
        weights=wanted.weights,
        keys=wanted.keys,
        routes=wanted.routes,
    )
    return ConfigRequest(
        topology=topology,
        endpoints=_endpoints(topology, wanted.urls),
        host=wanted.host,
        port=wanted.port,
        client_keys=tuple(
            target.key_template.replace("{number}", f"{number:04d}") for number in range(wanted.keys)
        ),
        upstream_key=wanted.upstream_key,
        log_level=target.log_levels.usual,
    )


def _check(wanted: Wanted) -> None:
    if wanted.routes > _MOST_ROUTES:
        raise UsageError(
            f"{wanted.routes} further models are more than any gateway is configured with",
            where="--routes",
            cure=f"Give at most {_MOST_ROUTES}: their names have five digits.",
        )
    problems = {
        "--instances": wanted.instances < 1,
        "--keys": wanted.keys < 1,
        "--routes": wanted.routes < 0,
        "--weights": any(weight < 0 for weight in wanted.weights) or not sum(wanted.weights),
        "--port": not 0 < wanted.port < 65_536,
    }
    for where, is_wrong in problems.items():
        if is_wrong:
            cure = (
                "Give at least one, of routes none or more; weights are whole numbers from 0, one above it."
            )
            raise UsageError("No gateway can be configured so", where=where, cure=cure)


def _endpoints(topology: Topology, urls: Mapping[Provider, Sequence[str]]) -> tuple[Endpoint, ...]:
    return tuple(
        Endpoint(
            name=instance.name,
            provider=provider,
            base_url=mine[number % len(mine)].rstrip("/").removesuffix("/v1"),
            priority=instance.priority,
            weight=instance.weight,
        )
        for provider, mine in urls.items()
        if mine
        for number, instance in enumerate(each for each in topology.instances if each.provider is provider)
    )


def _headers(target: Target, request: ConfigRequest) -> str:
    """What a request must carry, by what it asks for; "" where it needs nothing but its key."""
    parts = []
    for ask in Ask:
        headers = target.headers(request, ask, key=request.client_keys[0])
        if headers:
            asked = target.addresses[ask]
            lines = [f"{name}: {value}" for name, value in headers]
            parts.append("\n".join([f"==> headers of POST {asked.path} for {asked.model} <==", *lines]))
    return "\n\n".join(dict.fromkeys(parts)) + "\n" if parts else ""


def _write(files: Mapping[str, str], into: Path) -> None:
    for name, text in files.items():
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path}\n")
