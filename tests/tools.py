"""Programs from outside Python that some tests need: skipped on a laptop without them, never in CI."""

import os
import pwd
import shutil
import subprocess
from typing import NoReturn

import pytest

REQUIRE = "PERFGATE_REQUIRE_TOOLS"
"""Set to 1 by .ci/run, which installs them all: there a missing one fails the test."""


def tool(name: str, *, package: str) -> str:
    """The path of program `name`, which Debian's `package` brings."""
    path = shutil.which(name)
    if not path:
        missing(f"{name} is not on PATH (apt-get install {package})")
    return path


def cargo() -> dict[str, str]:
    """The variables under which cargo works; skips or fails as `tool` does where there is none.

    A cargo of rustup's finds no toolchain under another HOME than that of its user.
    """
    tool("cargo", package="cargo")
    home = pwd.getpwuid(os.getuid()).pw_dir
    ways: tuple[dict[str, str], ...] = ({}, {"RUSTUP_HOME": f"{home}/.rustup"}, {"PATH": "/usr/bin:/bin"})
    working = [way for way in ways if _works("cargo", way) and _works("rustc", way)]
    if not working:
        missing("cargo has no toolchain (apt-get install cargo, or rustup default stable)")
    return working[0]


def missing(what: str) -> NoReturn:
    """Skip on a laptop, fail in CI."""
    if os.environ.get(REQUIRE) == "1":
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


def _works(program: str, way: dict[str, str]) -> bool:
    env = {**os.environ, **way}
    path = shutil.which(program, path=env["PATH"])
    return (
        path is not None
        and not subprocess.run([path, "--version"], env=env, capture_output=True, check=False).returncode
    )
