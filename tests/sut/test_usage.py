"""CPU time and memory of real processes."""

import os
import subprocess
import sys
from pathlib import Path

from perf.sut.usage import cpu_ns_of, tree_below, usage_of

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
