"""Growth under an unchanging load, and memory per client key."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.judge.pool import Pool
from perf.judge.soak import (
    fd_growth,
    memory_per_chunk_bytes,
    memory_per_key_bytes,
    memory_per_known_key_bytes,
    rss_growth_bytes,
    undisturbed_success,
)
from perf.model.load import Outcome, Phase
from perf.model.slices import SliceRecord, UsageSample
from perf.model.units import s_to_ns
from tests.unit.judge.setting import a_sample, a_scenario_part, a_slice, an_arrival

_LOAD_S = 120


def _soaked(held: Callable[[float], tuple[int, int]]) -> Pool:
    """Two minutes of load; `held` gives RSS and open files after so many seconds, asked twice a second."""
    samples = [
        a_sample(number, intended_ns=s_to_ns(number), last_byte_ns=s_to_ns(number) + 1)
        for number in range(_LOAD_S + 1)
    ]
    usage = []
    for half in range(2 * _LOAD_S):
        rss_bytes, files = held(half / 2)
        usage.append(
            UsageSample(at_ns=s_to_ns(half / 2), rss_bytes=rss_bytes, file_descriptors=files, sockets=files)
        )
    return Pool([replace(a_slice(samples, []), usage=tuple(usage))])


@given(per_s=st.integers(-10_000, 10_000), spikes=st.sets(st.integers(35, 119), max_size=8))
def test_growth_is_the_slope_times_half_an_hour(per_s: int, spikes: set[int]) -> None:
    """A leak of so many bytes a second is found whatever a few wild samples say."""
    pool = _soaked(lambda at_s: (50_000_000 + int(per_s * at_s) + 10**9 * (int(at_s) in spikes), 20))
    growth = rss_growth_bytes(pool)

    assert growth is not None
    assert growth == pytest.approx(per_s * 1_800, rel=0.15, abs=100_000)


def test_what_fills_up_at_first_is_no_growth() -> None:
    """Pools and caches that fill in the first quarter of the load leave the slope at zero."""
    pool = _soaked(lambda at_s: (30_000_000 + 1_000_000 * min(int(at_s), 25), 10 + min(int(at_s), 25)))

    assert rss_growth_bytes(pool) == 0
    assert fd_growth(pool) == 0


def test_leaked_files_are_counted_over_the_counted_phases() -> None:
    """Two files a second over the eight twelfths between the middles of the counted phases."""
    assert fd_growth(_soaked(lambda at_s: (1, int(2 * at_s)))) == pytest.approx(2 * _LOAD_S * 8 / 12, abs=2)


def test_without_samples_growth_is_unknown() -> None:
    """A gateway that was up before has no number, rather than a good one."""
    assert rss_growth_bytes(Pool([a_slice([a_sample(0)], [])])) is None


@given(kept=st.integers(0, 5_000), chunks=st.integers(500, 3_000))
def test_memory_per_chunk_is_what_open_streams_hold(kept: int, chunks: int) -> None:
    """So many bytes kept of each chunk are found, whatever the streams took to begin."""
    times_ns = [s_to_ns(5) * number // chunks for number in range(1, chunks + 1)]
    usage = tuple(
        UsageSample(
            at_ns=s_to_ns(at / 20),
            rss_bytes=40_000_000 + (at >= 5) * 9_000_000 + kept * chunks * at // 100,
            file_descriptors=9,
            sockets=9,
        )
        for at in range(120)
    )
    record = a_slice([a_sample(0, deltas=chunks)], [], delta_times_ns=times_ns)
    found = memory_per_chunk_bytes(Pool([replace(record, usage=usage)]))

    assert found == pytest.approx(kept, rel=0.05, abs=1)
    assert memory_per_chunk_bytes(Pool([record])) is None


def test_planned_failures_do_not_count() -> None:
    """Of five requests one was aborted by plan and one refused by the upstream; one of the others failed."""
    outcomes = (Outcome.OK, Outcome.OK, Outcome.ABORTED_BY_PLAN, Outcome.CLIENT_4XX, Outcome.SERVER_5XX)
    samples = [a_sample(number, outcome=outcome) for number, outcome in enumerate(outcomes)]
    arrivals = [an_arrival(number, status=400 if number == 3 else 200) for number in range(5)]

    assert undisturbed_success(Pool([a_slice(samples, arrivals)])) == pytest.approx(2 / 3)


def _laps(*, keys: int, warmup: int, new_bytes: int, known_bytes: int) -> SliceRecord:
    """Two laps over the keys, a request a second; the gateway keeps so much for a new and for a known key."""
    samples, usage, held, seen = [], [], 10_000_000, set[int]()
    for number in range(warmup + 2 * keys):
        at_ns = s_to_ns(number + 1)
        usage.append(UsageSample(at_ns=at_ns - 1, rss_bytes=held, file_descriptors=1, sockets=1))
        phase = Phase.STEADY if number >= warmup else Phase.WARM_UP
        samples.append(a_sample(number, sent_ns=at_ns, phase=phase, template=number % keys))
        held += known_bytes if number % keys in seen else new_bytes
        seen.add(number % keys)
    usage.append(UsageSample(at_ns=s_to_ns(len(samples)), rss_bytes=held, file_descriptors=1, sockets=1))
    part = a_scenario_part(keys=keys)
    return replace(a_slice(samples, [], part=part), usage=tuple(usage))


@given(
    keys=st.integers(10, 200), warmup=st.integers(0, 5), new_bytes=st.integers(0, 5_000),
    known_bytes=st.integers(0, 5_000),
)  # fmt: skip
def test_new_and_known_keys_are_told_apart(keys: int, warmup: int, new_bytes: int, known_bytes: int) -> None:
    """What a first request leaves behind is not blamed on the second, and the warm-up's keys are left out."""
    pool = Pool([_laps(keys=keys, warmup=warmup, new_bytes=new_bytes, known_bytes=known_bytes)])
    new, known = memory_per_key_bytes(pool), memory_per_known_key_bytes(pool)

    assert new is not None
    assert known is not None
    assert new == pytest.approx(new_bytes, rel=0.25)
    assert known == pytest.approx(known_bytes, rel=0.12, abs=max(1.0, new_bytes / keys))
