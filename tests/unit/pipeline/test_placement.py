"""Which cores are whose."""

from hypothesis import given
from hypothesis import strategies as st

from perf.pipeline.placement import place


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


def test_one_core_is_shared_and_said_so() -> None:
    """On a single core nothing is pinned, and the report says so."""
    placement = place(frozenset({0}))

    assert placement.sut is None
    assert placement.text == "unpinned"
    assert placement.rig_cores == 1
