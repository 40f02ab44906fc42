"""Products that are built from locks which perfgate brings along, not from a commit."""

import hashlib
from pathlib import Path

from perf.model.build import Source
from perf.model.target import Target

_LOCKS = Path(__file__).parents[1] / "targets" / "locks"


def shipped_folder(target: Target) -> Path:
    """Return the folder with the target's locks, and nothing else."""
    return _LOCKS / target.shipped


def shipped_source(target: Target) -> Source:
    """Return what stands for a commit: the names and contents of the target's locks."""
    digest = hashlib.sha256()
    for file in sorted(shipped_folder(target).iterdir()):
        digest.update(f"{file.name}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return Source(label=target.title, commit="", tree=digest.hexdigest(), dirty=False)
