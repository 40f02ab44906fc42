"""CPU time and memory of real processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from perf.pipeline.neighbours import reading
from perf.sut.process import GuardedProcess
from perf.sut.usage import cpu_ns_of, forgets_children, tree_below, usage_of

BUSY = """
import os, subprocess, sys, threading
def work(): sum(range(4_000_000))
if sys.argv[1] == "thread":
    threads = [threading.Thread(target=work) for _ in range(2)]
    for each in threads: each.start()
    for each in threads: each.join()
    while len(os.listdir("/proc/self/task")) > 1: pass  # joined, but the kernel may not have let go of it yet
elif sys.argv[1] == "child":
    subprocess.run([sys.executable, "-c", "sum(range(8_000_000))"], check=True)
print("done", flush=True)
sys.stdin.read()
"""


FLEEING = """
import os, signal, sys, time
out, into = os.pipe()
if not os.fork():
    os.setsid()
    if not os.fork():
        sum(range(8_000_000))
        os.write(into, f"{os.getpid()} {time.process_time_ns()}".encode())
    os._exit(0)
os.wait()
helper, used_ns = os.read(out, 99).split()
while os.path.exists(f"/proc/{int(helper)}"): pass  # until the guard has buried it
print(int(used_ns), flush=True)
signal.pause()
"""


def cpu_ns_after(what: str) -> tuple[int, int]:
    """CPU time of a process after it did `what`: ours, and that of its living threads by the scheduler."""
    with subprocess.Popen(
        [sys.executable, "-c", BUSY, what], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        tasks = list(Path(f"/proc/{process.pid}/task").iterdir())
        scheduled_ns = sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)
        return cpu_ns_of((process.pid,)), scheduled_ns


def test_cpu_time_is_the_schedulers() -> None:
    """For a process with one thread our figure and /proc/PID/schedstat agree within 5 ms of CPU time."""
    ours_ns, scheduled_ns = cpu_ns_after("nothing")

    assert 0 <= ours_ns - scheduled_ns < 5_000_000


def test_ended_threads_and_children_are_counted() -> None:
    """What a thread or a child used is not forgotten when it ends."""
    idle_ns, _ = cpu_ns_after("nothing")
    threads_ns, living_ns = cpu_ns_after("thread")
    children_ns, _ = cpu_ns_after("child")

    assert threads_ns > 2 * idle_ns
    assert threads_ns > living_ns
    assert children_ns > 2 * idle_ns


def test_a_helper_that_left_and_ended_is_no_neighbour(tmp_path: Path) -> None:
    """Neither a session of its own nor another parent makes a gateway's work that of others."""
    log = tmp_path / "log"
    before = reading(frozenset({0}))
    process = GuardedProcess([sys.executable, "-c", FLEEING], env=dict(os.environ), folder=tmp_path, log=log)
    try:
        while not log.read_text().endswith("\n"):
            assert process.wait(1_000_000) is None
        after = reading(frozenset({0}))
    finally:
        process.stop(0)

    assert before.own_ns is not None
    assert after.own_ns is not None
    assert after.own_ns - before.own_ns > int(log.read_text()) - 3 * 10_000_000


@pytest.mark.parametrize("forgets", [True, False])
def test_who_forgets_its_children_is_found_out(forgets: bool) -> None:
    """Their CPU time is then in no total, and would pass for that of neighbours."""
    ignoring = "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n" if forgets else ""
    with subprocess.Popen(
        [sys.executable, "-c", f"{ignoring}{BUSY}", "nothing"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()

        assert forgets_children(process.pid) is forgets
        assert (reading(frozenset({0})).own_ns is None) is forgets


def test_a_process_that_is_gone_uses_nothing() -> None:
    """A process may end between being listed and being asked."""
    with subprocess.Popen(["true"]) as process:
        process.wait()

    assert usage_of((process.pid,)).processes == 0
    assert tree_below(process.pid) == ()


def test_usage_adds_up() -> None:
    """The usage of two processes is the sum of theirs."""
    own = usage_of((os.getpid(),))
    twice = usage_of((os.getpid(), os.getpid()))

    assert twice.processes == 2
    assert twice.file_descriptors == 2 * own.file_descriptors
    assert twice.rss_bytes >= 2 * own.rss_bytes * 0.9
