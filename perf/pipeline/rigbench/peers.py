"""The peers, installed from their own lock into a venv of their own, and run as their users run them."""

import json
import os
import resource
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from perf.errors import LaunchError, MeasureError
from perf.model.target import Readiness
from perf.model.units import NS_PER_S, s_to_ns
from perf.pipeline.placement import pinned
from perf.pipeline.rigbench.figures import Sitting
from perf.pipeline.rigbench.venv import ended
from perf.sut.environment import launch_environment
from perf.sut.process import GuardedProcess
from perf.sut.ready import await_answer, free_port
from perf.sut.usage import cpu_ns_of, tree_below

LOCK = Path(".ci/lock/peers.txt")
_PROGRAMS = Path("scripts/peers")
_SPARE_S = 60.0
_READY = Readiness(path="/", status=200, deadline_ns=s_to_ns(30))


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """Installed peers: their folder of programs, their interpreter, the files of request and answer."""

    programs: Path
    python: Path
    request: Path
    answer: Path

    @property
    def env(self) -> dict[str, str]:
        """The variables of every peer."""
        own = {"BENCH_REQUEST": str(self.request), "BENCH_ANSWER": str(self.answer)}
        return launch_environment(os.environ, own)


def wrk_path() -> str:
    """Where wrk is; MeasureError where it is not installed."""
    found = shutil.which("wrk")
    if found is None:
        raise MeasureError(
            "wrk is not installed", where="PATH", cure="Run `apt-get install wrk`, then again."
        )
    return found


def client(peers: Peers, name: str, *, url: str, connections: int, cpus: frozenset[int] | None) -> Sitting:
    """Have one client load the URL for a second; the server's CPU time is left to the caller."""
    seconds = 1
    if name == "wrk":
        lua = str(peers.programs / "chat.lua")
        words = [wrk_path(), "-t1", f"-c{connections}", f"-d{seconds}s", "-s", lua, url]
    else:
        program = str(peers.programs / "client.py")
        words = [str(peers.python), program, name, url, str(connections), str(seconds)]
    before_ns = _children_cpu_ns()
    with pinned(cpus):
        result = _said(words, peers.env)
    return Sitting(
        requests=result["requests"],
        failed=result["failed"],
        frames=0,
        at_once=0,
        wall_ns=result["wall_ns"],
        client_cpu_ns=result.get("cpu_ns") or _children_cpu_ns() - before_ns,
        server_cpu_ns=0,
    )


class Server:
    """A running peer; `cpu_ns` counts its whole process tree."""

    def __init__(self, process: GuardedProcess, *, url: str) -> None:
        self._process = process
        self.url = url

    def cpu_ns(self) -> int:
        """CPU time used so far."""
        return cpu_ns_of(tree_below(self._process.guard_pid))


@contextmanager
def serving(peers: Peers, name: str, *, scratch: Path, cpus: frozenset[int] | None) -> Iterator[Server]:
    """One server that gives the mock's answer to whatever comes, with logs off and the fast loop on."""
    port = free_port("127.0.0.1")
    place = ["--host", "127.0.0.1", "--port", str(port), "--loop", "uvloop"]
    quiet = ["--no-access-log", "--log-level", "critical"]
    words = {
        "uvicorn": [
            "server:asgi",
            *place,
            *quiet,
            "--http",
            "httptools",
            "--no-server-header",
            "--no-date-header",
        ],
        "granian": ["server:rsgi", *place, *quiet, "--interface", "rsgi"],
    }[name]
    process = GuardedProcess(
        [str(peers.python), "-m", name, *words],
        env={**peers.env, "PYTHONPATH": str(peers.programs)},
        folder=scratch,
        log=scratch / f"{name}.log",
        cpus=cpus,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        await_answer(url, _READY, process=process)
        yield Server(process, url=url)
    finally:
        process.stop(NS_PER_S)


def programs(root: Path) -> Path:
    """Where the peers' programs are."""
    return root / _PROGRAMS


def _said(words: Sequence[str], env: dict[str, str]) -> dict[str, int]:
    """The JSON object that a client prints as its last line; wrk does not know its own CPU time."""
    done = ended(words, env, deadline_s=_SPARE_S)
    try:
        said: dict[str, int] = json.loads(done.stdout.rstrip().rpartition("\n")[2])
    except json.JSONDecodeError:
        raise LaunchError(
            f"{words[0]} gave no result, exit status {done.returncode}",
            where=" ".join(words),
            cure="Read its last lines.",
            log=tuple((done.stdout + done.stderr).splitlines()[-20:]),
        ) from None
    return said


def _children_cpu_ns() -> int:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return s_to_ns(used.ru_utime + used.ru_stime)
