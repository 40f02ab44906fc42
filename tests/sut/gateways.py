"""Repositories with a tiny gateway in them, and targets that build and start it in its different moods."""

import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import httpx

from perf.model.build import Build
from perf.model.scenario import Topology
from perf.model.target import CommandKind, ConfigRequest, Readiness, Target
from perf.model.units import NS_PER_S, ms_to_ns
from perf.sut.build import build
from perf.sut.launch import launch
from perf.sut.running import RunningSut
from perf.sut.source import commit_source
from perf.targets import TARGETS

TOPOLOGY = Topology(name="none", instances=(), keys=2, recovery_ns=0)

GATEWAY = '''
"""A gateway that answers /ready, and misbehaves as its last argument says."""
import http.server, os, signal, subprocess, sys, time

port, mood = int(sys.argv[1]), sys.argv[2]

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/die":
            print("dying as told", flush=True)
            os._exit(7)
        self.send_response(503 if mood == "unready" else 200)
        self.end_headers()

if mood == "early":
    print("line one", "cannot read the configuration", sep="\\n", flush=True)
    sys.exit(3)
if mood == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if mood == "parent":
    subprocess.Popen([sys.executable, "-c", "import time\\nsum(range(3_000_000))\\ntime.sleep(600)"])
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print("hash", hash("perfgate"), "cpus", sorted(os.sched_getaffinity(0)), flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
'''


def git(repo: Path, *arguments: str) -> str:
    """Run git as a user with a name would."""
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    return subprocess.run(
        ["git", *who, *arguments], cwd=repo, check=True, capture_output=True, text=True
    ).stdout.strip()


def commit(repo: Path, files: Mapping[str, str]) -> str:
    """Write files, commit everything, and return the commit."""
    for name, text in files.items():
        path = repo / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "--allow-empty", "-m", "change")
    return git(repo, "rev-parse", "HEAD")


def a_repository(folder: Path) -> Path:
    """A repository with the tiny gateway and a README in one commit."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q")
    commit(folder, {"src/gateway.py": GATEWAY, "README.md": "hello"})
    return folder


def a_target(
    mood: str = "good", *, render: Callable[[ConfigRequest], Mapping[str, str]] | None = None
) -> Target:
    """The tiny gateway as a target; its build is a copy."""
    return replace(
        TARGETS[0],
        name="tiny",
        kind=CommandKind(build=("cp", "src/gateway.py", "{out}/gateway.py")),
        inputs=("src",),
        start=(sys.executable, "{out}/gateway.py", "{port}", mood),
        env=(("RUN_FOLDER", "{dir}"),),
        ready=Readiness(path="/ready", status=200, deadline_ns=20 * NS_PER_S),
        stop_grace_ns=ms_to_ns(300),
        render=render or (lambda request: {"gateway.toml": f"port = {request.port}\n"}),
    )


def built(target: Target, folder: Path) -> Build:
    """Build a target from a new repository in `folder`."""
    repo = a_repository(folder / "repo")
    return build(target, commit_source(repo, "HEAD"), repo=repo, cache=folder / "cache")


def up(
    target: Target, build: Build, *, run_dir: Path, cpus: frozenset[int] | None = None
) -> AbstractContextManager[RunningSut]:
    """Launch with what no test here varies."""
    return launch(target, build, topology=TOPOLOGY, endpoints=(), cpus=cpus, run_dir=run_dir)


def is_listening(base_url: str) -> bool:
    """Whether anybody accepts connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", httpx.URL(base_url).port or 0)) == 0


def keep_checking(sut: RunningSut) -> None:
    """Check until the check fails."""
    while True:
        sut.check_alive()
