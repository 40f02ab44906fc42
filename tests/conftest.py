"""What holds for every test: reproducible properties, and unit tests that never reach for the network."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

UNIT = Path(__file__).parent / "unit"
NETWORK_EVENTS = frozenset({"socket.bind", "socket.connect", "socket.sendto"})

settings.register_profile("gate", deadline=None, derandomize=True, database=None)
settings.load_profile("gate")


class _Cable:
    """Whether the running test may use sockets; an audit hook cannot be taken out again, so it asks here."""

    cut = False


def _refuse(event: str, _: tuple[object, ...]) -> None:
    if _Cable.cut and event in NETWORK_EVENTS:
        raise RuntimeError(f"a unit test used {event}; a test that needs sockets belongs outside tests/unit")


sys.addaudithook(_refuse)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Cut the cable while a test of tests/unit runs."""
    _Cable.cut = item.path.is_relative_to(UNIT)
    try:
        return (yield)
    finally:
        _Cable.cut = False
