"""Facts from git: which tree is judged, against which, and what of it can change a build."""

import hashlib
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from perf.errors import ConfigError, UsageError
from perf.model.build import Source
from perf.sut.git import git, try_git

CONFIG_FILES = ("perfgate.toml", ".perfgate.toml", "pyproject.toml")
"""Where the configuration is looked for, in this order; pyproject.toml counts if it has [tool.perfgate]."""
_OWN_FOLDER = ".perfgate"
_DEEPEN = "Fetch the history: `fetch-depth: 0` of actions/checkout, or `git fetch --unshallow`."


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigText:
    """A configuration file's text; `where` is its path, after `REV:` if it came from a commit."""

    text: str
    where: str


def repository_root(path: Path) -> Path:
    """Return the top folder of the git repository that holds `path`."""
    top = try_git(path, "rev-parse", "--show-toplevel")
    if top is None:
        raise UsageError(
            "this is not a git repository",
            where=str(path),
            cure="Run perfgate inside the repository of the gateway, or name it with --repo.",
        )
    return Path(top.rstrip("\n"))


def candidate_source(repo: Path) -> Source:
    """Return the working tree as it is, changes and new files included, without touching the user's index."""
    head = commit_source(repo, "HEAD")
    if not _changed(repo):
        return head
    tree = _working_tree(repo)
    if tree == head.tree:
        return head
    return Source(label=f"working tree on {head.commit[:9]}", commit="", tree=tree, dirty=True)


def commit_source(repo: Path, rev: str) -> Source:
    """Return the tree of a commit, named as git names it."""
    commit = _resolve(repo, rev)
    tree = git(repo, "rev-parse", "--verify", f"{commit}^{{tree}}").strip()
    label = commit[:9] if commit.startswith(rev) else f"{rev} ({commit[:9]})"
    return Source(label=label, commit=commit, tree=tree, dirty=False)


def default_base(repo: Path, rev: str | None = None) -> Source | None:
    """Return what to compare the working tree with; None where there is nothing before it.

    `rev`, if given, decides. Else it is where HEAD left origin's default branch; on that branch itself,
    HEAD for a tree with changes and HEAD's first parent for one without.
    """
    if rev is not None:
        return commit_source(repo, rev)
    head = _resolve(repo, "HEAD")
    fork = _fork_point(repo)
    if fork is not None and fork != head:
        return commit_source(repo, fork)
    if candidate_source(repo).dirty:
        return commit_source(repo, "HEAD")
    parent = _first_parent(repo, head)
    return None if parent is None else commit_source(repo, parent)


def was_tip(repo: Path, commit: str, *, branch: str, since: datetime) -> bool:
    """Whether `commit` has been the tip of `branch` (origin's, or a local one) at `since` or later.

    The dates are those of the branch's own commits. UsageError if this clone lacks the branch.
    """
    names = (f"refs/remotes/origin/{branch}", f"refs/heads/{branch}")
    tips = (try_git(repo, "rev-parse", "--verify", "--quiet", "--end-of-options", name) for name in names)
    tip = next((found.strip() for found in tips if found), None)
    if tip is None:
        raise UsageError(f"git knows no branch {branch!r:.100}", where=str(repo), cure=_DEEPEN)
    asked = ("rev-list", "--first-parent", "--max-count=1", f"--before={since.isoformat()}", tip)
    oldest = git(repo, *asked).strip()
    return _is_ancestor(repo, commit, newer=tip) and (not oldest or _is_ancestor(repo, oldest, newer=commit))


def inputs_key(repo: Path, source: Source, *, inputs: tuple[str, ...]) -> str:
    """Return a hash of the files that the pathspecs `inputs` name in the tree: paths, modes and contents.

    Raises ConfigError if they name nothing: such a key would call every change no change.
    """
    with tempfile.TemporaryDirectory(prefix="perfgate-index-") as folder:
        env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git(repo, "read-tree", source.tree, env=env)
        listing = git(repo, "ls-files", "--stage", "-z", "--", *inputs, env=env)
    if not listing:
        raise ConfigError(
            f"the target's inputs name no file of {source.label}",
            where=f"inputs = {list(inputs)}",
            cure="Name the files and folders, relative to the repository, that the build reads.",
        )
    return hashlib.sha256(listing.encode("utf-8", "surrogateescape")).hexdigest()


def config_text(repo: Path, rev: str | None) -> ConfigText | None:
    """Return the configuration of a commit or tree, or of the working tree for None; None if it has none."""
    for name in CONFIG_FILES:
        text = file_text(repo, name, rev=rev)
        where = name if rev is None else f"{rev}:{name}"
        if text is not None and (name != "pyproject.toml" or _has_table(text, where)):
            return ConfigText(text=text, where=where)
    return None


def file_text(repo: Path, path: str, *, rev: str | None) -> str | None:
    """Return a file of a commit or tree, or of the working tree for None; None if it is not there."""
    if rev is None:
        file = repo / path
        return file.read_text(encoding="utf-8", errors="surrogateescape") if file.is_file() else None
    listed = git(repo, "ls-tree", "--full-tree", "--name-only", "-z", rev, "--", path)
    return git(repo, "show", f"{rev}:{path}") if listed else None


def versions(repo: Path, path: str, *, at_most: int) -> Iterator[tuple[str, str]]:
    """Give the commits that changed a file, oldest first, each with the file's text; the newest `at_most`."""
    log = try_git(repo, "log", "--format=%H", f"--max-count={at_most}", "--diff-filter=AM", "--", path)
    for commit in reversed((log or "").split()):
        text = file_text(repo, path, rev=commit)
        if text is not None:
            yield commit, text


def _resolve(repo: Path, rev: str) -> str:
    found = try_git(repo, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
    if found is not None:
        return found.strip()
    if rev == "HEAD":
        root = repository_root(repo)
        raise UsageError("the repository has no commit yet", where=str(root), cure="Commit something first.")
    cure = _DEEPEN if _is_shallow(repo) else "Name a commit, branch or tag that `git log` knows."
    raise UsageError(f"git knows no commit {rev!r}", where=str(repo), cure=cure)


def _is_shallow(repo: Path) -> bool:
    return git(repo, "rev-parse", "--is-shallow-repository").strip() == "true"


def _changed(repo: Path) -> bool:
    asked = ("status", "--porcelain", "-z", "--untracked-files=normal", "--", *_all_but_own(repo))
    return bool(git(repo, *asked))


def _all_but_own(repo: Path) -> tuple[str, ...]:
    """Return pathspecs for everything but what perfgate writes; git will not exclude what it ignores."""
    ignored = try_git(repo, "check-ignore", "--quiet", _OWN_FOLDER) is not None
    return () if ignored else (".", f":(top,exclude){_OWN_FOLDER}")


def _working_tree(repo: Path) -> str:
    index = repo / git(repo, "rev-parse", "--git-path", "index").rstrip("\n")
    with tempfile.TemporaryDirectory(prefix="perfgate-index-") as folder:
        copy = Path(folder) / "index"
        if index.exists():
            shutil.copy2(index, copy)  # with its time, by which git knows which entries it cannot trust
        env = {"GIT_INDEX_FILE": str(copy)}
        git(repo, "add", "--all", "--", *_all_but_own(repo), env=env)
        return git(repo, "write-tree", env=env).strip()


def _fork_point(repo: Path) -> str | None:
    named = try_git(repo, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD")
    branches = (named.strip(),) if named else ("refs/remotes/origin/main", "refs/remotes/origin/master")
    for branch in branches:
        fork = try_git(repo, "merge-base", "HEAD", branch)
        if fork is not None:
            return fork.split()[0]
    return None


def _is_ancestor(repo: Path, older: str, *, newer: str) -> bool:
    return try_git(repo, "merge-base", "--is-ancestor", older, newer) is not None


def _first_parent(repo: Path, commit: str) -> str | None:
    """Read the parent from the commit itself: a shallow clone hides parents that it does not have."""
    header = git(repo, "cat-file", "commit", commit).split("\n\n", 1)[0]
    parents = [line.split()[1] for line in header.splitlines() if line.startswith("parent ")]
    if not parents:
        return None
    if try_git(repo, "cat-file", "-e", f"{parents[0]}^{{tree}}") is None:
        raise UsageError(
            f"the commit before {commit[:9]} is missing: this is a shallow clone",
            where=str(repo),
            cure=_DEEPEN,
        )
    return parents[0]


def _has_table(text: str, where: str) -> bool:
    try:
        return "perfgate" in tomllib.loads(text).get("tool", {})
    except tomllib.TOMLDecodeError as broken:
        raise ConfigError(f"not valid TOML: {broken}", where=where, cure="Mend the file.") from broken
