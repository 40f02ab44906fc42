"""The command of the comparison: `python -m tests.comparisons.gateway_http` prints one table.

It needs `wrk` and `uv`, and builds the contestants' environment in a temporary directory.
"""

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[2]
_LIBRARIES = ("granian", "uvicorn", "httptools", "uvloop", "aiohttp", "httpx", "pyreqwest", "niquests")
_SUT_CORE, _RIG_CORE = "1", "0"
_CONNECTIONS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """One pair of a server and a client."""

    server: str
    client: str

    def command(self, python: Path, *, port: int, upstream: str) -> list[str]:
        """Give the command line that serves on a port."""
        app = "tests.comparisons.gateway_http.app"
        at = ["--host", "127.0.0.1", "--port", str(port)]
        loop = ["--loop", "uvloop"]
        match self.server:
            case "uvicorn":
                quiet = ["--http", "httptools", "--no-access-log", "--log-level", "warning"]
                return [str(python), "-O", "-m", "uvicorn", f"{app}:asgi", *at, *loop, *quiet]
            case "granian":
                quiet = ["--interface", "rsgi", "--no-access-log", "--log-level", "warning"]
                return [str(python), "-O", "-m", "granian", f"{app}:rsgi", *at, *loop, *quiet]
            case _:
                return [str(python), "-O", "-m", "tests.comparisons.gateway_http.own", str(port), upstream]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one contestant did."""

    rps: float
    cpu_us: float
    p50_us: float


CONTESTANTS = (
    Contestant(server="own", client="own"),
    Contestant(server="uvicorn", client="aiohttp"),
    Contestant(server="uvicorn", client="httpx"),
    Contestant(server="uvicorn", client="pyreqwest"),
    Contestant(server="uvicorn", client="niquests"),
    Contestant(server="granian", client="aiohttp"),
    Contestant(server="granian", client="pyreqwest"),
)


def main() -> int:
    """Measure every contestant and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.comparisons.gateway_http")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of each measurement")
    parser.add_argument("--venv", type=Path, help="keep the contestants' environment here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        python = _environment(arguments.venv or Path(scratch) / "venv")
        port = _free_port()
        upstream = [str(python), "-O", "-m", "tests.comparisons.gateway_http.upstream", str(port)]
        with _running(upstream, port=port, core=_RIG_CORE, environment={}):
            direct = _wrk(port, connections=1, seconds=arguments.seconds / 2)[1]
            url = f"http://127.0.0.1:{port}/v1/chat/completions"
            rows = {
                each: _measure(each, python, upstream=url, seconds=arguments.seconds) for each in CONTESTANTS
            }
    _print(rows, direct_p50_us=direct)
    return 0


def _print(rows: dict[Contestant, Row], *, direct_p50_us: float) -> None:
    best = rows[CONTESTANTS[0]]
    lines = [
        f"{'server + client':22} {'rps':>8} {'x':>6} {'CPU us/req':>11} {'x':>6} {'p50 overhead us':>16}"
    ]
    for each, row in rows.items():
        overhead_us = row.p50_us - direct_p50_us
        name = f"{each.server} + {each.client}"
        lines.append(
            f"{name:22} {row.rps:8.0f} {row.rps / best.rps:6.2f} {row.cpu_us:11.1f} "
            f"{row.cpu_us / best.cpu_us:6.2f} {overhead_us:16.0f}"
        )
    sys.stdout.write("\n".join(lines) + f"\ndirect p50 {direct_p50_us:.0f} us\n")


def _measure(contestant: Contestant, python: Path, *, upstream: str, seconds: float) -> Row:
    port = _free_port()
    environment = {"CLIENT": contestant.client, "UPSTREAM": upstream}
    command = contestant.command(python, port=port, upstream=upstream)
    with _running(command, port=port, core=_SUT_CORE, environment=environment) as process:
        _wrk(port, connections=_CONNECTIONS, seconds=0.5)
        before_ns = _cpu_ns(process.pid)
        requests, _ = _wrk(port, connections=_CONNECTIONS, seconds=seconds)
        used_ns = _cpu_ns(process.pid) - before_ns
        _, p50_us = _wrk(port, connections=1, seconds=seconds / 2)
    return Row(rps=requests / seconds, cpu_us=used_ns / 1000 / max(requests, 1), p50_us=p50_us)


def _wrk(port: int, *, connections: int, seconds: float) -> tuple[int, float]:
    """Run wrk; gives the requests that succeeded and their p50 in microseconds."""
    command = ["taskset", "-c", _RIG_CORE, "wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s"]
    command += ["--latency", "-s", str(_HERE / "post.lua"), f"http://127.0.0.1:{port}"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    total = re.search(r"(\d+) requests in", text)
    middle = re.search(r"50%\s+([\d.]+)(us|ms|s)", text)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if total is None or middle is None:
        raise SystemExit(f"wrk printed no result:\n{text}")
    scale = {"us": 1.0, "ms": 1e3, "s": 1e6}[middle.group(2)]
    return int(total.group(1)) - int(bad.group(1) if bad else 0), float(middle.group(1)) * scale


def _environment(path: Path) -> Path:
    """Make the contestants' environment, unless it is there, and give its Python."""
    python = path / "bin" / "python"
    if not python.exists():
        subprocess.run(["uv", "venv", "--quiet", "--python", sys.executable, str(path)], check=True)
        subprocess.run(["uv", "pip", "install", "--quiet", "--python", str(python), *_LIBRARIES], check=True)
    return python


@contextmanager
def _running(
    command: list[str], *, port: int, core: str, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server pinned to a core until the end of the block."""
    settings = {**os.environ, **environment, "PYTHONPATH": str(_ROOT)}
    process = subprocess.Popen(
        ["taskset", "-c", core, *command], env=settings, cwd=_ROOT, start_new_session=True
    )
    try:
        _await_port(port, process)
        yield process
    finally:
        os.killpg(process.pid, 15)
        process.wait(timeout=10)


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"{process.args!r} did not listen on port {port}")


def _cpu_ns(pid: int) -> int:
    """Sum the CPU time of a process, its threads and its children."""
    tasks = list(Path(f"/proc/{pid}/task").iterdir())
    used_ns = sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)
    children = [child for task in tasks for child in (task / "children").read_text().split()]
    return used_ns + sum(_cpu_ns(int(child)) for child in children)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
