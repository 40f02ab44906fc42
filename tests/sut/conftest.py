"""The tiny gateway, built once a module, and the promise that no process outlives its test."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from perf.model.build import Build
from tests.sut.gateways import a_target, built


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The tiny gateway, built once."""
    return built(a_target(), tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    """A run folder that does not exist yet."""
    return tmp_path / "run"


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Iterator[None]:
    """After each test this process has no more children than before it."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    yield
    after = {child.pid for child in psutil.Process().children(recursive=True)}
    assert after <= before
