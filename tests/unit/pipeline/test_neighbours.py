"""What others took of the cores: by the clocks of the cores, less our own."""

from hypothesis import given
from hypothesis import strategies as st

from perf.model.slices import Neighbours
from perf.pipeline.neighbours import Reading, between, spare_ns
from perf.sut.usage import TICK_NS

_TICKS = st.integers(0, 10**6)


def _at(at_ns: int, *, cores: int = 1, spare_ns: int = 0, own_ns: int | None = 0) -> Reading:
    return Reading(cores=cores, at_ns=at_ns, spare_ns=spare_ns, own_ns=own_ns)


@given(idle=_TICKS, own=_TICKS, others=_TICKS, cores=st.integers(1, 64), started=_TICKS)
def test_what_is_neither_idle_nor_ours_is_theirs(
    idle: int, own: int, others: int, cores: int, started: int
) -> None:
    """The three add up to what the cores had to give."""
    lasted_ns = idle + own + others
    before = _at(started, cores=cores, spare_ns=5, own_ns=7)
    after = _at(started + lasted_ns, cores=cores, spare_ns=5 + idle + (cores - 1) * lasted_ns, own_ns=7 + own)

    assert between(before, after) == Neighbours(taken_ns=others, whole_ns=cores * lasted_ns)


def test_where_our_own_part_is_unknown_nothing_is_known() -> None:
    """What cannot be told from the gateway's own work is no neighbour's."""
    assert between(_at(0, own_ns=None), _at(1)) is None
    assert between(_at(0), _at(1, own_ns=None)) is None


@given(fields=st.lists(st.lists(_TICKS, min_size=10, max_size=10), min_size=11, max_size=11))
def test_only_the_cores_in_use_are_read(fields: list[list[int]]) -> None:
    """Idle, waiting for disks, and interrupts, of these cores alone."""
    cores = [f"cpu{core} {' '.join(map(str, each))}" for core, each in enumerate(fields)]
    stat = "\n".join(["cpu  1 2 3 4 5 6 7 8 9 10", *cores, "intr 5 0 0", "ctxt 9"])

    assert spare_ns(stat, frozenset({1, 10})) == sum(sum(fields[core][3:7]) for core in (1, 10)) * TICK_NS
