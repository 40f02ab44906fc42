"""Programs from outside Python that some tests need: skipped on a laptop without them, never in CI."""

import os
import shutil

import pytest

REQUIRE = "PERFGATE_REQUIRE_TOOLS"
"""Set to 1 by .ci/run, which installs them all: there a missing one fails the test."""


def tool(name: str, *, package: str) -> str:
    """The path of program `name`, which Debian's `package` brings."""
    path = shutil.which(name)
    if path:
        return path
    missing = f"{name} is not on PATH (apt-get install {package})"
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(missing, pytrace=False)
    pytest.skip(missing)
