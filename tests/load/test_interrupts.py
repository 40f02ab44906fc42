"""One signal at any moment of a run ends it."""

import gc
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType

import pytest

from perf.commands.interrupts import heed_interrupts
from perf.load import run
from perf.model.load import ClosedLoop
from tests.load.plans import a_plan, answer
from tests.load.scripted import ScriptedServer

_OURS = ("/perf/load/", "/asyncio/")


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """perfgate's handlers, and afterwards those of pytest; the heap frozen, as for a run of many slices."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    heed_interrupts()
    gc.freeze()
    yield
    gc.unfreeze()
    gc.enable()
    for number, handler in before.items():
        signal.signal(number, handler)


@contextmanager
def _at_each_call(told: Callable[[CodeType], object]) -> Iterator[None]:
    """Tell of each call of a Python function, from within it."""

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and any(part in frame.f_code.co_filename for part in _OURS):
            told(frame.f_code)

    sys.setprofile(profile)
    try:
        yield
    finally:
        sys.setprofile(None)


def _offer(server: ScriptedServer) -> None:
    run(a_plan(server.url, workload=ClosedLoop(connections=2, requests=8), warmup_requests=2))


def _is_lost(server: ScriptedServer, place: CodeType) -> bool:
    """Whether a run goes on although SIGTERM comes at the first call of this function."""
    waiting = [signal.SIGTERM]

    def interrupt(code: CodeType) -> None:
        if code is place and waiting:
            signal.raise_signal(waiting.pop())

    try:
        with _at_each_call(interrupt):
            _offer(server)
    except KeyboardInterrupt:
        return False
    return not waiting


def test_one_sigterm_in_any_function_ends_the_run(server: ScriptedServer) -> None:
    """Also in callbacks of the event loop, which lose an exception that a handler raises there."""
    server.serve((answer(),))
    called: set[CodeType] = set()
    with _at_each_call(called.add):
        _offer(server)

    assert {"data_received", "connection_made"} <= {code.co_name for code in called}
    assert [code.co_qualname for code in called if _is_lost(server, code)] == []
