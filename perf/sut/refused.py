"""Counts the connects that fail on this machine, as the kernel does it for a whole network namespace."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from perf.model.slices import FailedConnects
from perf.sut.sampling import looked

TABLE = Path("/proc/net/snmp")
_PROTOCOL, _FIELD = "Tcp:", "AttemptFails"
_HOST = "127.0.0.1"
_TIMEOUT_S = 1.0


@contextmanager
def failed_connects_watched(*, every_ns: int, table: Path = TABLE) -> Iterator[list[FailedConnects]]:
    """Read the count at once, then every `every_ns` beside the body, and at the end.

    Yields the growing list. It stays empty with 0, and where the count is absent or does not rise when a
    connect fails: one that fails is made first, to see that.
    Whoever asks a mock provider, which listens on the loopback, is counted here, wherever it comes from.
    """

    def look() -> FailedConnects | None:
        count = _read(table)
        return None if count is None else FailedConnects(at_ns=time.monotonic_ns(), count=count)

    counts = bool(every_ns) and _rises(table)
    with looked(look, every_ns=every_ns if counts else 0, name="failed connects") as seen:
        yield seen


def failed_connects(snmp: str) -> int | None:
    """How many connects have failed since boot, by a text like `/proc/net/snmp`; None if it does not say."""
    rows = [line.split() for line in snmp.splitlines() if line.startswith(_PROTOCOL)]
    if len(rows) != 2:
        return None
    count = dict(zip(*rows, strict=False)).get(_FIELD, "")
    return int(count) if count.isdecimal() else None


def _read(table: Path) -> int | None:
    try:
        return failed_connects(table.read_text())
    except OSError:
        return None


def _rises(table: Path) -> bool:
    """Whether a connect that is refused is counted."""
    before = _read(table)
    with socket.socket() as deaf, socket.socket() as asking, suppress(OSError):
        deaf.bind((_HOST, 0))
        asking.settimeout(_TIMEOUT_S)
        asking.connect(deaf.getsockname())
    after = _read(table)
    return before is not None and after is not None and after > before
