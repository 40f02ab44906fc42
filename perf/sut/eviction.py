"""Old builds leave the cache: those that nobody used for two weeks, but never the newest ten."""

import fcntl
import shutil
from pathlib import Path

from perf.model.units import NS_PER_S

KEPT_BUILDS = 10
KEPT_FOR_NS = 14 * 24 * 3_600 * NS_PER_S


def evict(cache: Path, *, now_ns: int) -> tuple[str, ...]:
    """Remove old builds with their logs and give their keys; `now_ns` is since the epoch.

    A build counts as used when it was finished or last found; one that someone is using is left alone.
    """
    builds = sorted(_used(cache), reverse=True)
    unused = [key for used_ns, key in builds[KEPT_BUILDS:] if now_ns - used_ns > KEPT_FOR_NS]
    return tuple(key for key in unused if _removed(cache, key))


def mark_used(directory: Path) -> None:
    """Note that a finished build was found and is used again."""
    (directory / "build.json").touch()


def _used(cache: Path) -> list[tuple[int, str]]:
    """When each finished build was last used, in ns since the epoch, and its key."""
    return [
        (description.stat().st_mtime_ns, description.parent.name)
        for description in (cache / "builds").glob("*/build.json")
    ]


def _removed(cache: Path, key: str) -> bool:
    """Remove one build, its description first; not if another process holds its lock."""
    directory = cache / "builds" / key
    with (cache / "locks" / key).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        (directory / "build.json").unlink(missing_ok=True)
        shutil.rmtree(directory)
    (cache / "logs" / f"{key}.log").unlink(missing_ok=True)
    return True
