"""The serving process: its instances, their timeline, its life and its death."""

import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from perf.errors import UpstreamError
from perf.model.units import ms_to_ns, s_to_ns
from perf.model.upstream import Down, Fault, FaultKind, TimelineStep, UpstreamScript
from perf.upstream.process import UpstreamProcess
from perf.upstream.scripts import script
from tests.conformance.raw import PATH, RawClient

FAILING = script(faults=(Fault(kind=FaultKind.STATUS, ratio=1.0, status=500),))
DEADLINE_S = 10.0
LAST_CHUNK = b"\r\n0\r\n\r\n"
START_AND_DIE = """
import os, signal
from perf.upstream.process import UpstreamProcess
process = UpstreamProcess.start(["a"], cpus=None)
print(process.pid, process.urls["a"], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def status(upstream: UpstreamProcess, instance: str) -> int:
    """The status of one request; 0 if the connection is refused or cut."""
    connection = HTTPConnection(urlsplit(upstream.urls[instance]).netloc, timeout=DEADLINE_S)
    try:
        connection.request("POST", PATH, body=b'{"model":"m","messages":[]}')
        return connection.getresponse().status
    except ConnectionError:
        return 0
    finally:
        connection.close()


def test_a_script_is_in_force_on_return(upstream: UpstreamProcess) -> None:
    """The very next request is answered after it, and other instances are not touched."""
    upstream.script("a", FAILING)

    assert (status(upstream, "a"), status(upstream, "b")) == (500, 200)


def test_down_refuses_connects_and_cuts_the_present_ones(upstream: UpstreamProcess) -> None:
    """As a host whose server died; the port comes back with the next script."""
    upstream.script("a", script(interval_ns=s_to_ns(60)))
    with RawClient(upstream.urls["a"]) as client:
        client.send(stream=True)
        client.read_until(b"tok0")
        upstream.script("a", Down())
        client.read_to_end()

    (arrival,) = upstream.drain()
    assert not arrival.client_aborted
    assert (status(upstream, "a"), status(upstream, "b")) == (0, 200)
    upstream.script("a", Down())
    upstream.script("a", script())
    assert status(upstream, "a") == 200


def test_a_timeline_is_followed(upstream: UpstreamProcess) -> None:
    """Good, then failing, then down, then good again, at the times set beforehand."""
    start_ns = time.monotonic_ns() + ms_to_ns(300)
    states: list[UpstreamScript | Down] = [FAILING, Down(), script()]
    steps = [
        TimelineStep(instance="a", at_ns=start_ns + ms_to_ns(300) * number, state=state)
        for number, state in enumerate(states)
    ]
    upstream.schedule(steps)

    seen = [status(upstream, "a")]
    while time.monotonic_ns() < steps[-1].at_ns or seen[-1] != 200:
        latest = status(upstream, "a")
        if latest != seen[-1]:
            seen.append(latest)
        assert time.monotonic_ns() < steps[-1].at_ns + s_to_ns(DEADLINE_S)

    assert seen == [200, 500, 0, 200]
    assert status(upstream, "b") == 200


def test_past_steps_are_taken_and_coming_ones_replaced(upstream: UpstreamProcess) -> None:
    """An empty timeline takes back what has not happened yet."""
    now_ns = time.monotonic_ns()
    later = TimelineStep(instance="b", at_ns=now_ns + ms_to_ns(200), state=Down())
    upstream.schedule([TimelineStep(instance="a", at_ns=now_ns - 1, state=FAILING), later])
    upstream.schedule([])

    assert status(upstream, "a") == 500
    while time.monotonic_ns() < later.at_ns + ms_to_ns(50):
        assert status(upstream, "b") == 200


def test_cpu_time_only_grows(upstream: UpstreamProcess) -> None:
    """It counts the serving process's own work."""
    before_ns = upstream.cpu_ns()
    status(upstream, "a")

    assert upstream.cpu_ns() > before_ns > 0


def test_cpu_time_is_what_the_kernel_counts(upstream: UpstreamProcess) -> None:
    """Of a busy second's work the process tells the share that the kernel booked for it, within a tenth."""
    upstream.script("a", script(tokens=200))
    before_ns, told_before_ns = scheduled_ns(upstream.pid), upstream.cpu_ns()
    with RawClient(upstream.urls["a"]) as client:
        for _ in range(300):
            client.send(stream=True)
            client.read_until(LAST_CHUNK)
    told_ns, booked_ns = upstream.cpu_ns() - told_before_ns, scheduled_ns(upstream.pid) - before_ns

    assert booked_ns > ms_to_ns(50)
    assert told_ns == pytest.approx(booked_ns, rel=0.1)


def scheduled_ns(pid: int) -> int:
    """The CPU time of all threads of a process, as the scheduler counts it."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def test_unknown_instances_are_refused(upstream: UpstreamProcess) -> None:
    """A misspelt instance is an error at once, and the process goes on."""
    with pytest.raises(UpstreamError, match="no instance is called 'zz'"):
        upstream.schedule([TimelineStep(instance="zz", at_ns=0, state=Down())])
    with pytest.raises(UpstreamError, match="no instance is called 'zz'"):
        upstream.script("zz", script())

    assert status(upstream, "a") == 200


def test_cpus_and_ports_can_be_chosen() -> None:
    """The process runs where it is told to, on the port it is told to."""
    with UpstreamProcess.start(["a"], cpus=None) as first:
        port = urlsplit(first.urls["a"]).port
    assert port is not None

    with UpstreamProcess.start({"b": port}, cpus=frozenset({0})) as second:
        assert second.urls["b"] == first.urls["a"]
        assert os.sched_getaffinity(second.pid) == {0}


def test_a_taken_port_is_refused(upstream: UpstreamProcess) -> None:
    """The error says why, and leaves no process behind."""
    port = urlsplit(upstream.urls["a"]).port
    assert port is not None

    with pytest.raises(UpstreamError, match="in use"):
        UpstreamProcess.start({"c": port}, cpus=None)


def test_a_dead_process_is_one_clear_error() -> None:
    """The error names the process and its exit code; stopping it again does no harm."""
    with UpstreamProcess.start(["a"], cpus=None) as process:
        os.kill(process.pid, signal.SIGKILL)

        with pytest.raises(UpstreamError, match="is dead") as caught:
            process.drain()

    assert str(process.pid) in caught.value.where
    process.stop()


def test_stopping_leaves_nothing_behind() -> None:
    """No process, no listener."""
    with UpstreamProcess.start(["a"], cpus=None) as process:
        assert status(process, "a") == 200

    assert not psutil.pid_exists(process.pid)
    assert status(process, "a") == 0


def test_the_process_dies_with_its_parent() -> None:
    """Even one that was killed without a chance to clean up leaves nothing behind."""
    parent = subprocess.run(
        [sys.executable, "-c", START_AND_DIE], capture_output=True, text=True, check=False
    )

    pid, _ = parent.stdout.split()
    assert parent.returncode == -signal.SIGKILL
    with_children = psutil.Process(int(pid)) if psutil.pid_exists(int(pid)) else None
    if with_children is not None:
        assert psutil.wait_procs([with_children], timeout=DEADLINE_S)[1] == []


def test_the_terminals_interrupt_does_not_reach_it(upstream: UpstreamProcess) -> None:
    """It is in a session of its own, so a Ctrl-C is the parent's to handle."""
    assert os.getsid(upstream.pid) == upstream.pid


def test_processes_share_a_port() -> None:
    """Connections to one port reach both processes, each of which logs its own; unshared it is refused."""
    with UpstreamProcess.start(["a"], cpus=None, shared=True) as first:
        ports = {"a": urlsplit(first.urls["a"]).port or 0}
        with UpstreamProcess.start(ports, cpus=None, shared=True) as second:
            statuses = {status(first, "a") for _ in range(64)}
            logs = [process.drain() for process in (first, second)]

        with pytest.raises(UpstreamError, match="in use"):
            UpstreamProcess.start(ports, cpus=None)

    assert statuses == {200}
    assert all(logs)
    assert len({arrival.connection for log in logs for arrival in log}) == 64


def test_what_cannot_be_put_into_http_is_told() -> None:
    """Whoever steers the process hears of its defect; the client gets no answer that looks like one."""
    with UpstreamProcess.start(["a"], cpus=None) as process:
        unheard = Fault(kind=FaultKind.STATUS, ratio=1.0, status=429, retry_after="☃")
        process.script("a", script(faults=(unheard,)))
        with RawClient(process.urls["a"]) as client:
            client.send()
            assert client.read_to_end()[0] == b""

        with pytest.raises(UpstreamError, match="could not be answered: UnicodeEncodeError"):
            process.drain()


def test_the_limit_of_open_files_is_told() -> None:
    """The kernel would take the clients beyond it, and the mock would drop them without a word."""
    with UpstreamProcess.start(["a"], cpus=None) as process, ExitStack() as clients:
        _, hard = resource.prlimit(process.pid, resource.RLIMIT_NOFILE)
        used = max(int(entry.name) for entry in Path(f"/proc/{process.pid}/fd").iterdir()) + 1
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (used + 3, hard))
        for _ in range(3):
            client = clients.enter_context(RawClient(process.urls["a"]))
            client.send()
            client.read_until(b"usage")

        with pytest.raises(UpstreamError, match="limit of open files"):
            process.drain()
