"""`perfgate init`: the files that a repository needs to be gated."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from perf import __version__
from perf.commands.guessing import guessed_target
from perf.commands.ordering import STATE_FOLDER
from perf.errors import Exit, UsageError
from perf.sut.git import try_git
from perf.sut.source import CONFIG_FILES, repository_root

WORKFLOWS = ("perf-gate.yml", "perf-report.yml", "perf-label.yml", "perf-baseline.yml")
WORKFLOW_FOLDER = ".github/workflows"
TEMPLATES = Path(__file__).with_name("templates")
_PIN = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)@(?P<commit>[0-9a-f]{40})")
_ORIGIN = re.compile(r"github\.com[:/](?P<repository>[\w.-]+/[\w.-]+?)(\.git)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """Which commit of which repository of perfgate the workflows use."""

    repository: str
    commit: str

    def filled(self, template: str, *, branch: str) -> str:
        """A workflow template with this pin, perfgate's version, and the branch that is merged into."""
        named = template.replace("OWNER/PERFGATE", self.repository).replace("@PIN", f"@{self.commit}")
        return named.replace("vVERSION", f"v{__version__}").replace("[main]", f"[{branch}]")


def init(repo: Path, *, action: str | None, force: bool) -> Exit:
    """Write workflows and a first perfgate.toml; what is there already stays, unless `force` is given.

    Raises UsageError for a pin that is none, and where files with another content are in the way.
    """
    root = repository_root(repo)
    pin = _pin(action)
    branch = _default_branch(root)
    files = {f"{WORKFLOW_FOLDER}/{name}": pin.filled(template(name), branch=branch) for name in WORKFLOWS}
    if not any((root / name).exists() for name in CONFIG_FILES[:2]):
        files[CONFIG_FILES[0]] = guessed_target(root, template=template(CONFIG_FILES[0]))
    kept = [name for name, text in files.items() if not _written(root / name, text, force=force)]
    for name in files:
        sys.stdout.write(f"{'kept' if name in kept else 'written'}  {name}\n")
    _ignore(root / ".gitignore")
    if kept:
        raise UsageError(
            f"{len(kept)} files have another content, and were kept",
            where=", ".join(kept),
            cure="Compare them by hand, or write over them with --force.",
        )
    sys.stdout.write(
        f"Now make {CONFIG_FILES[0]} fit your gateway (`perfgate config` shows what it will be given)\n"
        "and commit all of it; then try `perfgate run --base HEAD`, and look with `perfgate doctor`.\n"
        "Once this is on the default branch, pull requests are gated.\n"
    )
    return Exit.PASS


def template(name: str) -> str:
    """The text of a template."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _written(path: Path, text: str, *, force: bool) -> bool:
    """Write a file unless it has another content; whether it now says what it should."""
    if path.exists() and not force:
        return path.read_text(encoding="utf-8") == text
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return True


def _ignore(path: Path) -> None:
    """Keep builds and runs out of commits."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if f"{STATE_FOLDER}/" not in text.splitlines():
        gap = "\n" if text and not text.endswith("\n") else ""
        path.write_text(f"{text}{gap}{STATE_FOLDER}/\n", encoding="utf-8")


def _default_branch(root: Path) -> str:
    """The branch that pull requests are merged into, as the clone remembers it; otherwise `main`."""
    said = try_git(root, "symbolic-ref", "--short", "refs/remotes/origin/HEAD") or "origin/main"
    return said.strip().partition("/")[2]


def _pin(action: str | None) -> Pin:
    """The pin that was given, or that of the clone which perfgate runs from."""
    if action is None:
        return _own_pin()
    found = _PIN.fullmatch(action)
    if found is None:
        raise UsageError(
            f"{action!r} is no pin",
            where="--action",
            cure="Give OWNER/REPOSITORY@COMMIT, the commit with all its 40 digits: a tag can be moved.",
        )
    return Pin(repository=found["repository"], commit=found["commit"])


def _own_pin() -> Pin:
    here = Path(__file__).parent
    found = _ORIGIN.search((try_git(here, "remote", "get-url", "origin") or "").strip())
    commit = (try_git(here, "rev-parse", "--verify", "HEAD") or "").strip()
    if found is None or not commit:
        raise UsageError(
            "It cannot be told which commit of perfgate the workflows should use",
            where=str(here),
            cure="Say it with --action OWNER/REPOSITORY@COMMIT.",
        )
    return Pin(repository=found["repository"], commit=commit)
