"""Builds from a lock whose packages are no longer the newest."""

import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from perf.model.target import PythonKind
from perf.sut.build import build
from perf.sut.source import commit_source
from tests.sut.gateways import a_repository, a_target, commit


def _wheel(folder: Path, *, name: str, version: str, metadata: str) -> str:
    """A package of one empty module; returns its line of a lock."""
    path, about = folder / f"{name}-{version}-py3-none-any.whl", f"{name}-{version}.dist-info"
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}.py", "")
        wheel.writestr(f"{about}/METADATA", head + metadata)
        wheel.writestr(
            f"{about}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{about}/RECORD", f"{name}.py,,\n")
    return f"{name}=={version} --hash=sha256:{sha256(path.read_bytes()).hexdigest()}\n"


@pytest.mark.parametrize("extra", ["", "[more]"], ids=["plain", "with-an-extra"])
def test_a_lock_holds_when_newer_packages_are_there(
    extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another package asks for with an extra is taken as it is locked, also where the lock names one."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    asking = _wheel(wheels, name="asking", version="1", metadata="Requires-Dist: asked[more]>=1\n")
    locked = _wheel(wheels, name="asked", version="1", metadata="Provides-Extra: more\n")
    _wheel(wheels, name="asked", version="2", metadata="Provides-Extra: more\n")
    repo = a_repository(tmp_path / "repo")
    lock = f"--no-index\n--find-links {wheels}\n{asking}{locked.replace('==', f'{extra}==')}"
    commit(repo, {"src/lock.txt": lock})
    target = replace(a_target(), kind=PythonKind(project="", requirements="src/lock.txt"))

    done = build(target, commit_source(repo, "HEAD"), repo=repo, cache=tmp_path / "cache")
    site = next(Path(done.directory).glob("venv/lib/python3*/site-packages"))

    assert (site / "asked-1.dist-info").is_dir()
    assert not (site / "asked-2.dist-info").exists()
