"""One scripted server for all load tests; each test gives it its own scripts."""

from collections.abc import Iterator

import pytest

from tests.load.scripted import ScriptedServer, scripted_server


@pytest.fixture(scope="session")
def server() -> Iterator[ScriptedServer]:
    """A server in its own process."""
    with scripted_server() as running:
        yield running
