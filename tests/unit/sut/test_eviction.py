"""Which builds leave the cache."""

import fcntl
import os
from pathlib import Path

from perf.sut.eviction import KEPT_BUILDS, KEPT_FOR_NS, evict, mark_used

NOW_NS = 1_000_000_000 * 10**9


def _cache(folder: Path, *, builds: int, unused_ns: int) -> Path:
    """A cache whose build number n was last used n seconds earlier than `unused_ns` ago."""
    for name in ("builds", "locks", "logs"):
        (folder / name).mkdir()
    for number in range(builds):
        directory = folder / "builds" / f"k{number:02d}"
        directory.mkdir()
        (folder / "logs" / f"k{number:02d}.log").touch()
        used_ns = NOW_NS - unused_ns - number * 10**9
        (directory / "build.json").touch()
        os.utime(directory / "build.json", ns=(used_ns, used_ns))
    return folder


def test_old_builds_go_but_never_the_newest_ten(tmp_path: Path) -> None:
    """Of thirteen that nobody used for two weeks the three oldest go, with their logs."""
    cache = _cache(tmp_path, builds=KEPT_BUILDS + 3, unused_ns=KEPT_FOR_NS + 1)

    assert sorted(evict(cache, now_ns=NOW_NS)) == ["k10", "k11", "k12"]
    assert len(list((cache / "builds").iterdir())) == KEPT_BUILDS
    assert len(list((cache / "logs").iterdir())) == KEPT_BUILDS


def test_builds_of_these_two_weeks_stay(tmp_path: Path) -> None:
    """However many there are."""
    cache = _cache(tmp_path, builds=30, unused_ns=KEPT_FOR_NS - 60 * 10**9)

    assert evict(cache, now_ns=NOW_NS) == ()


def test_a_build_that_is_used_again_stays(tmp_path: Path) -> None:
    """Finding it makes it new."""
    cache = _cache(tmp_path, builds=KEPT_BUILDS + 1, unused_ns=KEPT_FOR_NS + 1)
    mark_used(cache / "builds" / "k10")

    assert evict(cache, now_ns=NOW_NS) == ("k09",)


def test_a_build_that_someone_holds_stays(tmp_path: Path) -> None:
    """Another perfgate may be building or checking it at this moment."""
    cache = _cache(tmp_path, builds=KEPT_BUILDS + 1, unused_ns=KEPT_FOR_NS + 1)
    with (cache / "locks" / "k10").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        assert evict(cache, now_ns=NOW_NS) == ()
