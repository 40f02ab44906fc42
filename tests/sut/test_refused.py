"""Connects that really fail, and what the kernel makes of them."""

import socket
from pathlib import Path

import pytest

from perf.model.units import ms_to_ns, s_to_ns
from perf.sut.refused import TABLE, failed_connects_watched


def _be_refused() -> None:
    with socket.socket() as deaf, socket.socket() as asking:
        deaf.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            asking.connect(deaf.getsockname())


def test_every_refused_connect_is_counted() -> None:
    """Fifty between the first look and the last raise the count by fifty, and by what others had refused."""
    with failed_connects_watched(every_ns=s_to_ns(60)) as seen:
        for _ in range(50):
            _be_refused()

    first, last = seen
    assert last.count - first.count >= 50
    assert last.at_ns > first.at_ns


@pytest.mark.parametrize("present", [True, False], ids=["stands still", "missing"])
def test_a_table_that_counts_nothing_is_no_nought(tmp_path: Path, *, present: bool) -> None:
    """What does not rise with a connect that fails would be taken for a gateway that never asks."""
    table = tmp_path / "snmp"
    if present:
        table.write_text(TABLE.read_text())
    with failed_connects_watched(every_ns=ms_to_ns(1), table=table) as seen:
        _be_refused()

    assert seen == []


def test_nobody_looks_unless_asked() -> None:
    """Without a period there are no counts."""
    with failed_connects_watched(every_ns=0) as seen:
        _be_refused()

    assert seen == []
