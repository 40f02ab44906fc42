"""What holds for every test: order, reproducible properties, and no network for unit tests."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent
UNIT = TESTS / "unit"
FIRST = ("unit", "rules", "golden")
LAST = ("act", "e2e")
NETWORK_EVENTS = frozenset({"socket.bind", "socket.connect", "socket.sendto"})

# Properties of bytes that may be split anywhere ask for a multiple by themselves.
settings.register_profile("gate", max_examples=20, deadline=None, derandomize=True, database=None)
settings.register_profile("deep", max_examples=2_000, deadline=None, database=None)
"""For looking longer, and elsewhere each time: `scripts/test tests/unit --hypothesis-profile deep`."""
settings.load_profile("gate")


class _Cable:
    """Whether the running test may use sockets; an audit hook cannot be taken out again, so it asks here."""

    cut = False


def _refuse(event: str, _: tuple[object, ...]) -> None:
    if _Cable.cut and event in NETWORK_EVENTS:
        raise RuntimeError(f"a unit test used {event}; a test that needs sockets belongs outside tests/unit")


sys.addaudithook(_refuse)
signal.signal(signal.SIGINT, signal.default_int_handler)
"""What a shell runs in the background is deaf to Ctrl-C, and so would be each child that is sent one here."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Cut the cable while a test of tests/unit runs."""
    _Cable.cut = item.path.is_relative_to(UNIT)
    try:
        return (yield)
    finally:
        _Cable.cut = False


def _turn(item: pytest.Item) -> int:
    folder = item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""
    if folder in FIRST:
        return FIRST.index(folder)
    return len(FIRST) + (1 + LAST.index(folder) if folder in LAST else 0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the quick tests first and those that take minutes last, so that a failure shows early."""
    items.sort(key=_turn)
