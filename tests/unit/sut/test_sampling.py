"""Samples of what a gateway holds, beside the load."""

from itertools import count
from threading import Event

import pytest

from perf.model.units import ms_to_ns, s_to_ns
from perf.sut.sampling import sampled
from perf.sut.usage import Usage


class _Growing:
    """A gateway that holds one more byte each time that somebody looks."""

    def __init__(self, *, enough: int) -> None:
        self._bytes = count()
        self._enough = enough
        self.seen_enough = Event()

    def __call__(self) -> Usage:
        rss_bytes = next(self._bytes)
        if rss_bytes == self._enough:
            self.seen_enough.set()
        return Usage(
            cpu_ns=0,
            rss_bytes=rss_bytes,
            pss_bytes=0,
            private_bytes=0,
            file_descriptors=3,
            sockets=2,
            processes=1,
        )


def test_it_looks_before_during_and_after() -> None:
    """Every look is kept, in order, the last one after the load."""
    gateway = _Growing(enough=5)
    with sampled(gateway, every_ns=ms_to_ns(1)) as samples:
        assert gateway.seen_enough.wait(timeout=10)

    assert [sample.rss_bytes for sample in samples] == list(range(len(samples)))
    assert len(samples) > 6
    assert [sample.at_ns for sample in samples] == sorted(sample.at_ns for sample in samples)


def test_a_short_load_is_seen_twice() -> None:
    """Before and after it, even if it ends before the first pause does."""
    with sampled(_Growing(enough=9), every_ns=s_to_ns(60)) as samples:
        pass

    assert [sample.rss_bytes for sample in samples] == [0, 1]


def test_nobody_looks_unless_asked() -> None:
    """Without a period, and for a gateway of which nothing is known, there are no samples."""
    with sampled(_Growing(enough=9), every_ns=0) as samples:
        pass
    with sampled(lambda: None, every_ns=ms_to_ns(1)) as unknown:
        pass

    assert samples == unknown == []


def test_a_failed_load_leaves_no_watcher_behind() -> None:
    """The thread ends with the load, and the error passes through."""
    gateway = _Growing(enough=9)
    with pytest.raises(ValueError, match="load"), sampled(gateway, every_ns=s_to_ns(60)) as samples:
        raise ValueError("load")

    assert len(samples) == 1
