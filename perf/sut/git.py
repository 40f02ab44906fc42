"""The one way in which git is called."""

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from perf.errors import UsageError

_IDENTITY = {
    "GIT_AUTHOR_NAME": "perfgate",
    "GIT_AUTHOR_EMAIL": "perfgate@localhost",
    "GIT_COMMITTER_NAME": "perfgate",
    "GIT_COMMITTER_EMAIL": "perfgate@localhost",
}
_SETTINGS = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
_OWNERSHIP_CURE = "Run `git config --global --add safe.directory {repo}`, or run as the owner of the folder."


def git(repo: Path, *arguments: str, env: Mapping[str, str] | None = None) -> str:
    """Run git in `repo` and return what it prints.

    Variables by which a surrounding git (a hook, say) points elsewhere are dropped, hooks do not run,
    and an identity is always set, though nothing of it is written into the repository's configuration.
    """
    done = _run(repo, arguments, env=env or {})
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.strip() or f"exit status {done.returncode}"
    cure = _OWNERSHIP_CURE.format(repo=repo) if "dubious ownership" in said else "Check the repository."
    command = shlex.join(["git", *arguments])
    raise UsageError(f"git failed: {said.splitlines()[0]}", where=f"{command} in {repo}", cure=cure)


def try_git(repo: Path, *arguments: str) -> str | None:
    """As `git`, but None where git says no: for questions to which no is an answer."""
    done = _run(repo, arguments, env={})
    return done.stdout if done.returncode == 0 else None


def _run(
    repo: Path, arguments: tuple[str, ...], *, env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    kept = {name: os.environ[name] for name in ("GIT_SSL_CAINFO", "GIT_EXEC_PATH") if name in os.environ}
    try:
        return subprocess.run(
            ["git", "-c", "core.hooksPath=/dev/null", *arguments],
            cwd=repo,
            env={**outside, **kept, **_IDENTITY, **_SETTINGS, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
        )
    except FileNotFoundError as missing:
        what = "git is not installed" if Path(repo).is_dir() else "the repository folder does not exist"
        raise UsageError(
            what, where=str(repo), cure="Install git, or name the folder of a git repository."
        ) from missing
