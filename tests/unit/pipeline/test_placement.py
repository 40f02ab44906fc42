"""Which cores are whose."""

import os
import threading

from hypothesis import given
from hypothesis import strategies as st

from perf.pipeline.placement import moved, own_cores, place


@given(cores=st.frozensets(st.integers(0, 127), min_size=2, max_size=64))
def test_gateway_and_rig_never_share_a_core(cores: frozenset[int]) -> None:
    """With two cores or more the gateway has its own, none is lost, and none is used twice."""
    placement = place(cores)
    assert placement.sut is not None
    assert placement.engine is not None
    assert placement.upstream is not None
    rig = placement.engine | placement.upstream

    assert placement.sut | rig == cores
    assert not placement.sut & rig
    assert placement.rig_cores == len(rig)
    assert placement.sut_cores == len(placement.sut)
    assert placement.lone is not None
    assert placement.lone <= placement.sut
    assert len(placement.lone) == 1


def test_one_core_is_shared_and_said_so() -> None:
    """On a single core nothing is pinned, and the report says so."""
    placement = place(frozenset({0}))

    assert placement.sut is None
    assert placement.lone is None
    assert placement.text == "unpinned"
    assert placement.rig_cores == placement.sut_cores == placement.cores == 1


def test_a_moved_process_comes_back() -> None:
    """All its threads run on the cores named, and afterwards on their own; one that has ended is left out."""
    own, ended = own_cores(), threading.Event()
    other = threading.Thread(target=ended.wait)
    other.start()
    one = frozenset({min(own)})
    try:
        with moved((os.getpid(), 2**22 + 1), to=one, back=own):
            there = {os.sched_getaffinity(thread) == one for thread in (0, other.native_id or 0)}
        back = {os.sched_getaffinity(thread) == own for thread in (0, other.native_id or 0)}
    finally:
        ended.set()
        other.join()

    assert there == {True}
    assert back == {True}
