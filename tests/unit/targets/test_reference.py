"""The reference gateway's description, held against the repository it describes."""

import tomllib
from pathlib import Path

from perf.model.target import PythonKind
from perf.targets.reference import REFERENCE

ROOT = Path(__file__).parents[3]


def test_every_input_exists() -> None:
    """An input that is not there would let a change of it go unseen."""
    assert not [name for name in REFERENCE.inputs if not (ROOT / name).exists()]


def test_the_lock_is_an_input_with_hashes() -> None:
    """The build installs exactly what is locked, and a new lock makes a new build."""
    assert isinstance(REFERENCE.kind, PythonKind)
    assert REFERENCE.kind.requirements in REFERENCE.inputs
    text = (ROOT / REFERENCE.kind.requirements).read_text()
    pinned = [line for line in text.splitlines() if "==" in line]

    assert pinned
    assert all(line.endswith("\\") for line in pinned)


def test_the_lock_holds_what_the_extras_ask_for() -> None:
    """The lock's input and the extras `gateway` and `bench` are one list, so that neither goes stale."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    lines = (ROOT / ".ci/lock/gateway.in").read_text().splitlines()
    asked = [line for line in lines if line and not line.startswith("#")]

    assert sorted(asked) == sorted([*extras["gateway"], *extras["bench"]])
