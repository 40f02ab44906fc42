"""Counting the instructions of real processes."""

import os
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from perf.errors import MeasureError
from perf.model.build import Build
from perf.model.counting import CounterChoice
from perf.sut.callgrind import find_callgrind
from perf.sut.counter import find_counter
from perf.sut.hardware import Event, Hardware, open_counter
from perf.sut.launch import launch
from tests.sut.gateways import TOPOLOGY, a_target
from tests.tools import tool

_TASK_CLOCK = Event(type=1, config=1)
"""What the kernel counts by itself, in ns, for want of a processor's counter."""


def test_callgrind_counts_what_requests_cost(tiny: Build, run_dir: Path) -> None:
    """Two requests cost more than one, and a gateway at rest costs nothing."""
    tool("valgrind", package="valgrind")
    callgrind = find_callgrind(())
    assert callgrind is not None
    target = callgrind.wrapped(a_target())
    with (
        launch(target, tiny, topology=TOPOLOGY, endpoints=(), cpus=None, run_dir=run_dir) as sut,
        callgrind.counting(sut) as count,
    ):
        httpx.get(f"{sut.base_url}/ready", trust_env=False)
        before = count.total()
        idle = count.total() - before
        httpx.get(f"{sut.base_url}/ready", trust_env=False)
        one = count.total() - before - idle
        for _ in range(2):
            httpx.get(f"{sut.base_url}/ready", trust_env=False)
        two = count.total() - before - idle - one

    assert one > 10_000
    assert 1.5 < two / one < 2.5
    assert idle < one


def test_counters_of_the_kernel_follow_every_thread(tiny: Build, run_dir: Path) -> None:
    """A counter that is inherited sees the thread that answers, too."""
    if open_counter(_TASK_CLOCK, thread=0) is None:
        pytest.skip("the kernel refuses counters (kernel.perf_event_paranoid)")
    hardware = Hardware(fixed=(), event=_TASK_CLOCK)
    target = replace(hardware.wrapped(a_target()), name="tiny")
    with (
        launch(target, tiny, topology=TOPOLOGY, endpoints=(), cpus=None, run_dir=run_dir) as sut,
        hardware.counting(sut) as count,
    ):
        before = count.total()
        httpx.get(f"{sut.base_url}/ready", trust_env=False)
        spent = count.total() - before

    assert spent > 0


def test_a_named_counter_that_is_missing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """`auto` does without; whoever names callgrind is told how to get it."""
    monkeypatch.setenv("PATH", os.devnull)

    with pytest.raises(MeasureError, match="callgrind") as refused:
        find_counter(CounterChoice.CALLGRIND)

    assert "apt-get install valgrind" in refused.value.cure
    assert find_counter(CounterChoice.OFF) is None
