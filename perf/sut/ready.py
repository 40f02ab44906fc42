"""Waiting until a gateway answers, and making sure that it is the gateway that answers."""

import secrets
import socket
import time
from pathlib import Path

import httpx
import psutil

from perf.errors import LaunchError
from perf.model.target import Readiness
from perf.model.units import NS_PER_MS, ns_to_s
from perf.sut.process import Ended, GuardedProcess
from perf.sut.usage import tree_below
from perf.sut.workshop import LOG_LINES

_POLL_NS = 10 * NS_PER_MS
_ANSWER_TIMEOUT_S = 2.0
_LOWEST_PORT = 10_240
_TRIES = 200


def free_port(host: str) -> int:
    """Return a port that nobody listens on, from below those that the kernel hands out to clients."""
    ephemeral_from = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for _ in range(_TRIES if ephemeral_from > _LOWEST_PORT else 0):
        port = _LOWEST_PORT + secrets.randbelow(ephemeral_from - _LOWEST_PORT)
        if _can_bind(host, port):
            return port
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def await_answer(base_url: str, ready: Readiness, *, process: GuardedProcess | None) -> None:
    """Return when the gateway is ready; raises LaunchError as soon as it has died or its deadline is over."""
    url = f"{base_url}{ready.path}"
    deadline_ns = time.monotonic_ns() + ready.deadline_ns
    with httpx.Client(trust_env=False, timeout=_ANSWER_TIMEOUT_S) as client:
        while True:
            said = _ask(client, url)
            if said == str(ready.status):
                return
            _raise_if_ended(process)
            if time.monotonic_ns() > deadline_ns:
                raise LaunchError(
                    f"the gateway was not ready after {ns_to_s(ready.deadline_ns):g} s (last: {said})",
                    where=f"GET {url} must answer {ready.status}",
                    cure="Read the log, check `ready` of the target, or raise its deadline.",
                    log=() if process is None else process.log_tail(LOG_LINES),
                )
            _pause(process)


def check_listener(port: int, process: GuardedProcess) -> None:
    """Raise LaunchError unless those who listen on `port` are processes of the gateway."""
    own = {*tree_below(process.guard_pid)}
    listeners = {
        connection.pid
        for connection in psutil.net_connections(kind="tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
    }
    strangers = listeners - own
    if listeners and not strangers:
        return
    _raise_if_ended(process)
    who = (
        ", ".join("a process of another user" if pid is None else _name(pid) for pid in strangers) or "nobody"
    )
    raise LaunchError(
        f"the port given to the gateway is served by {who}, not by the gateway alone",
        where=f"port {port}",
        cure="Check that the target's command line or configuration uses {port}; stop the other process.",
        log=process.log_tail(LOG_LINES),
    )


def _can_bind(host: str, port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _ask(client: httpx.Client, url: str) -> str:
    try:
        return str(client.get(url).status_code)
    except httpx.TransportError as failed:
        return f"{type(failed).__name__}: {failed}"


def _raise_if_ended(process: GuardedProcess | None) -> None:
    ended: Ended | None = None if process is None else process.wait(0)
    if process is not None and ended is not None:
        raise LaunchError(
            f"the gateway {ended} before it was ready",
            where=f"log: {process.log}",
            cure="Read the log; check `start` and the configuration of the target.",
            log=process.log_tail(LOG_LINES),
        )


def _pause(process: GuardedProcess | None) -> None:
    """Let a moment pass, or less if the gateway ends in it."""
    if process is None:
        time.sleep(ns_to_s(_POLL_NS))
    else:
        process.wait(_POLL_NS)


def _name(pid: int) -> str:
    try:
        return f"process {pid} ({psutil.Process(pid).name()})"
    except psutil.NoSuchProcess:
        return f"process {pid}"
