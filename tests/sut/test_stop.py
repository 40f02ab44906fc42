"""The end of real gateways: noticed when it comes too soon, complete when it is asked for."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path

import httpx
import psutil
import pytest

from perf.errors import SutError
from perf.model.build import Build
from perf.model.units import ms_to_ns
from tests.sut.gateways import a_target, is_listening, keep_checking, up

DEADLINE_S = 20


def test_a_gateway_that_dies_mid_run_is_noticed(tiny: Build, run_dir: Path) -> None:
    """The error has the exit status and the end of the log."""
    with up(a_target(), tiny, run_dir=run_dir) as sut:
        sut.check_alive()
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{sut.base_url}/die", trust_env=False)
        with pytest.raises(SutError, match="exited with status 7 in the middle of a run") as raised:
            keep_checking(sut)

    assert raised.value.log[-1] == "dying as told"


def test_a_gateway_that_ignores_sigterm_is_killed(tiny: Build, run_dir: Path) -> None:
    """After its grace nothing is left of it."""
    with up(a_target("stubborn"), tiny, run_dir=run_dir) as sut:
        pids = sut.pids()
        ended = sut.stop(ms_to_ns(100))

    assert ended is not None
    assert ended.code == -signal.SIGKILL
    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert not is_listening(sut.base_url)


def test_children_are_counted_and_killed(tiny: Build, run_dir: Path) -> None:
    """Usage covers the whole tree, a child in its own session included; none of it outlives the gateway."""
    with up(a_target("parent"), tiny, run_dir=run_dir) as sut:
        pids = sut.pids()
        usage = sut.usage()
        alone = sut.cpu_ns()

    assert len(pids) == 3
    assert usage is not None
    assert alone is not None
    assert usage.processes == 3
    assert 0 < usage.private_bytes < usage.pss_bytes <= usage.rss_bytes
    assert usage.sockets >= 1
    assert usage.file_descriptors >= 3 * 3
    assert 0 < usage.cpu_ns <= alone
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_a_forked_process_does_not_hold_up_the_end(tiny: Build, run_dir: Path) -> None:
    """A process forked while the gateway was up has our descriptors; the gateway stops all the same."""
    with up(a_target("stubborn"), tiny, run_dir=run_dir) as sut:
        forked = get_context("fork").Process(target=signal.pause)
        forked.start()
        ended = sut.stop(0)
        forked.kill()
        forked.join()
        forked.close()

    assert ended is not None
    assert not is_listening(sut.base_url)


def test_children_of_a_dead_gateway_are_killed(tiny: Build, run_dir: Path) -> None:
    """A gateway that dies by itself leaves no worker behind either."""
    with up(a_target("parent"), tiny, run_dir=run_dir) as sut:
        pids = sut.pids()
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{sut.base_url}/die", trust_env=False)

    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_a_gateway_outlives_the_thread_that_started_it(tiny: Build, run_dir: Path) -> None:
    """Only the end of the whole process ends the gateway, though the kernel calls a thread a parent."""
    with ExitStack() as stack:
        with ThreadPoolExecutor(1) as pool:
            sut = pool.submit(stack.enter_context, up(a_target(), tiny, run_dir=run_dir)).result()

        status = httpx.get(f"{sut.base_url}/ready", trust_env=False).status_code
        sut.check_alive()

    assert status == 200


def test_nothing_survives_a_killed_perfgate(tiny: Build, run_dir: Path) -> None:
    """SIGKILL of the process that launched leaves nothing of the gateway, though a fork of it lives on."""
    script = Path(tiny.directory) / "out" / "gateway.py"
    parent = subprocess.Popen(
        [sys.executable, "-c", LAUNCH_AND_WAIT, str(script), str(run_dir)], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    forked, *pids = (int(word) for word in parent.stdout.readline().split())
    watched = [psutil.Process(pid) for pid in pids]

    parent.kill()
    parent.wait()
    parent.stdout.close()
    _, alive = psutil.wait_procs(watched, timeout=DEADLINE_S)
    os.kill(forked, signal.SIGKILL)

    assert len(pids) == 4
    assert not alive


LAUNCH_AND_WAIT = """
import os, signal, sys
from pathlib import Path
from perf.sut.process import GuardedProcess
from perf.sut.ready import await_answer, free_port
from perf.sut.usage import tree_below
from perf.model.target import Readiness

port, folder = free_port("127.0.0.1"), Path(sys.argv[2])
folder.mkdir()
command = [sys.executable, sys.argv[1], str(port), "parent"]
process = GuardedProcess(command, env=os.environ, folder=folder, log=folder / "log")
ready = Readiness(path="/ready", status=200, deadline_ns=20_000_000_000)
await_answer(f"http://127.0.0.1:{port}", ready, process=process)
forked = os.fork() or signal.pause()
print(forked, process.guard_pid, *tree_below(process.guard_pid), flush=True)
signal.pause()
"""
