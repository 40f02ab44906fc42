"""Starting a built gateway with its configuration, until it is ready; and its end."""

import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from perf.errors import ConfigError, LaunchError
from perf.model.build import Build
from perf.model.scenario import Topology
from perf.model.target import ConfigRequest, Endpoint, NpmKind, PythonKind, RunningKind, Target
from perf.sut.command import fill, fill_all
from perf.sut.compiled import node_environment
from perf.sut.environment import launch_environment
from perf.sut.process import GuardedProcess
from perf.sut.ready import await_answer, check_listener, free_port
from perf.sut.running import RunningSut
from perf.sut.workshop import out_folder, profile

_HOST = "127.0.0.1"
_CA_FILE = "upstream-ca.pem"
_OPTIMISE = ("-O", "-OO")


@contextmanager
def launch(
    target: Target,
    build: Build,
    *,
    topology: Topology,
    endpoints: tuple[Endpoint, ...],
    cpus: frozenset[int] | None,
    run_dir: Path,
) -> Iterator[RunningSut]:
    """Start a gateway, wait until it is ready, and stop it at the end of the block.

    `run_dir` must be absent or empty; it becomes the gateway's working folder and keeps `gateway.log`.
    `cpus` pins it to these CPUs. Raises LaunchError with the end of its log if it does not become ready,
    and ConfigError if the target cannot be configured with this topology.
    """
    keys = tuple(target.key_template.replace("{number}", f"{number:04d}") for number in range(topology.keys))
    request = ConfigRequest(
        topology=topology,
        endpoints=endpoints,
        host=_HOST,
        port=free_port(_HOST),
        client_keys=keys,
        upstream_key=f"upstream-{secrets.token_hex(16)}",
        log_level=target.log_levels.of(topology),
        ca_file=str(run_dir.resolve() / _CA_FILE) if any(each.ca_pem for each in endpoints) else "",
    )
    if isinstance(target.kind, RunningKind):
        yield _found(target, target.kind.base_url.rstrip("/"), request=request)
        return
    process = _start(target, build, request=request, cpus=cpus, run_dir=run_dir)
    try:
        yield _ready(target, request=request, process=process)
    finally:
        process.stop(target.stop_grace_ns)


def _found(target: Target, base_url: str, *, request: ConfigRequest) -> RunningSut:
    """A gateway that was up before: what it was configured with is not ours to know."""
    await_answer(base_url, target.ready, process=None)
    address = urlsplit(base_url)
    told = replace(request, host=address.hostname or "", port=address.port or 80, upstream_key="")
    return RunningSut(target=target, base_url=base_url, told=told, process=None, ready_ns=0)


def _ready(target: Target, *, request: ConfigRequest, process: GuardedProcess) -> RunningSut:
    process.wait_started()
    base_url = f"http://{request.host}:{request.port}"
    await_answer(base_url, target.ready, process=process)
    ready_ns = time.monotonic_ns()
    check_listener(request.port, process)
    return RunningSut(target=target, base_url=base_url, told=request, process=process, ready_ns=ready_ns)


def _start(
    target: Target, build: Build, *, request: ConfigRequest, cpus: frozenset[int] | None, run_dir: Path
) -> GuardedProcess:
    folder = run_dir.resolve()
    files = _configuration(target, request)
    config = _write(files, folder)
    if request.ca_file:
        trusted = dict.fromkeys(each.ca_pem for each in request.endpoints)
        Path(request.ca_file).write_text("".join(trusted), encoding="ascii")
    words = {
        "python": build.interpreter,
        "bin": str(Path(build.interpreter).parent) if build.interpreter else "",
        "out": str(out_folder(Path(build.directory))),
        "dir": str(folder),
        "host": request.host,
        "port": str(request.port),
        "config": str(config),
        "log_level": request.log_level,
        "ca_file": request.ca_file,
        "profile": profile(release=build.release),
    }
    own = {name: fill(value, words) for name, value in target.env}
    if isinstance(target.kind, NpmKind):
        own = {**node_environment(release=build.release), **own}
    return GuardedProcess(
        _command(target, build, words=words),
        env=launch_environment(os.environ, own, ca_file=request.ca_file),
        folder=folder,
        log=folder / "gateway.log",
        cpus=cpus,
        piped=request.topology.request_log,
    )


def _configuration(target: Target, request: ConfigRequest) -> Mapping[str, str]:
    try:
        return target.render(request)
    except ValueError as impossible:
        raise ConfigError(
            str(impossible),
            where=f"configuration of target {target.name} for topology {request.topology.name}",
            cure="Mend the target's `config`, or take the capability that needs this topology from it.",
        ) from impossible


def _write(files: Mapping[str, str], folder: Path) -> Path:
    """Write the rendered files into the run's own folder and return the path of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise LaunchError(
            "the run folder is not empty", where=str(folder), cure="Give each launch a folder of its own."
        )
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / next(iter(files), "")


def _command(target: Target, build: Build, *, words: Mapping[str, str]) -> tuple[str, ...]:
    """Fill in the start command; a debug build of Python keeps its assertions."""
    keeps_all = build.release or not isinstance(target.kind, PythonKind)
    return tuple(word for word in fill_all(target.start, words) if keeps_all or word not in _OPTIMISE)
