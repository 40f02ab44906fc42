"""A tree of the repository as a folder of its own, for as long as a build needs it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from perf.model.build import Source
from perf.sut.git import git, try_git


@contextmanager
def checked_out(repo: Path, source: Source, *, folder: Path) -> Iterator[Path]:
    """Check `source` out into `folder`, which is gone afterwards, as is what a killed build left there."""
    commit = source.commit or git(repo, "commit-tree", source.tree, "-m", source.label).strip()
    _remove(repo, folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        git(repo, "worktree", "add", "--detach", "--force", str(folder), commit)
        yield folder
    finally:
        _remove(repo, folder)


def _remove(repo: Path, folder: Path) -> None:
    try_git(repo, "worktree", "remove", "--force", "--force", str(folder))
    shutil.rmtree(folder, ignore_errors=True)
    git(repo, "worktree", "prune")
