"""What the kernel's table says of connects that failed."""

import pytest

from perf.sut.refused import failed_connects

_TABLE = """\
Ip: Forwarding DefaultTTL
Ip: 1 64
Tcp: RtoAlgorithm MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets
Tcp: 1 -1 52669 37804 14782 756
TcpExt: SyncookiesSent
Udp: InDatagrams NoPorts
Udp: 7 0
"""


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (_TABLE, 14_782),
        (_TABLE.replace("AttemptFails", "Attempts"), None),
        (_TABLE.replace("14782", "-"), None),
        ("Tcp: AttemptFails\n", None),
        ("", None),
    ],
    ids=["as Linux has it", "no such column", "no number", "no values", "nothing"],
)
def test_the_count_stands_under_its_name(text: str, count: int | None) -> None:
    """Kernels have more columns or fewer; what is not there is unknown, and not nought."""
    assert failed_connects(text) == count
