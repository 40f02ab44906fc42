"""The locks pin what pyproject.toml asks for, with hashes, and agree with each other."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.rules.house import PACKAGES
from tests.rules.source import ROOT

LOCKS = sorted((ROOT / ".ci" / "lock").glob("*.txt"))
PIN = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;\\]+)(?P<rest>.*(?:\n    --hash=.*)*)", re.MULTILINE
)
NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")
DEVELOPMENT = ROOT / ".ci" / "lock" / "dev.txt"
SOLD_AS = {"github": "pygithub", "hdrh": "hdrhistogram"}
OLD_ON_PURPOSE = {"sdks-old.txt": {"anthropic", "openai"}}
SHIPPED = sorted((ROOT / "perf" / "targets" / "locks").glob("*/requirements.txt"))
EACH = pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)


def _pins(lock: Path) -> dict[str, set[str]]:
    pins: dict[str, set[str]] = {}
    for found in PIN.finditer(lock.read_text(encoding="utf-8")):
        pins.setdefault(found["name"], set()).add(found["version"])
    return pins


def _wanted() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lists = [
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
        project["build-system"]["requires"],
    ]
    lines = [line for one in lists for line in one if isinstance(line, str)]
    return {found[0].lower() for line in lines if (found := NAME.match(line))}


def test_everything_that_is_used_is_pinned() -> None:
    """A dependency added to pyproject.toml is in the lock; if not, run scripts/lock."""
    assert _wanted() <= set(_pins(DEVELOPMENT))


def test_everything_that_is_imported_is_asked_for() -> None:
    """No part of perf leans on a package that another package happens to bring."""
    imported = {SOLD_AS.get(one, one.replace("_", "-")) for used in PACKAGES.values() for one in used}

    assert imported <= _wanted()


@pytest.mark.parametrize("lock", [*LOCKS, *SHIPPED], ids=lambda lock: f"{lock.parent.name}/{lock.name}")
def test_every_pin_has_a_hash(lock: Path) -> None:
    """What is installed is what was resolved."""
    found = list(PIN.finditer(lock.read_text(encoding="utf-8")))

    assert found
    assert not [pin["name"] for pin in found if "--hash=sha256:" not in pin["rest"]]


@EACH
def test_locks_agree(lock: Path) -> None:
    """A build is measured with the versions that it is tested with."""
    development = _pins(DEVELOPMENT)
    shared = _pins(lock).keys() & development.keys() - OLD_ON_PURPOSE.get(lock.name, set())

    assert not {name for name in shared if not _pins(lock)[name] <= development[name]}


def test_every_shipped_node_package_has_a_hash() -> None:
    """npm checks what it installs against the lock."""
    lock = json.loads((ROOT / "perf" / "targets" / "locks" / "portkey" / "package-lock.json").read_text())
    packages = {name: each for name, each in lock["packages"].items() if name}

    assert packages
    assert not [name for name, each in packages.items() if "integrity" not in each]
