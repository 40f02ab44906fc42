"""Products that are built from locks which perfgate brings along, not from a commit."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from perf.model.build import Source
from perf.model.target import Target

_LOCKS = Path(__file__).parents[1] / "targets" / "locks"


@contextmanager
def copied(target: Target, *, folder: Path) -> Iterator[Path]:
    """Copy the target's locks into `folder`, which is gone afterwards, as is what a killed build left."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield shutil.copytree(_LOCKS / target.shipped, folder)
    finally:
        shutil.rmtree(folder)


def shipped_source(target: Target) -> Source:
    """Return what stands for a commit: the names and contents of the target's locks."""
    digest = hashlib.sha256()
    for file in sorted((_LOCKS / target.shipped).iterdir()):
        digest.update(f"{file.name}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return Source(label=target.title, commit="", tree=digest.hexdigest(), dirty=False)
