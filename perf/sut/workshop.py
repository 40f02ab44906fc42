"""Where a build happens: the folder to fill, its log, and the commands run in the source tree."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from perf.errors import BuildError
from perf.sut.command import WORD
from perf.sut.environment import build_environment
from perf.sut.process import log_tail, run

LOG_LINES = 20
_OF_A_LAUNCH = frozenset({"dir", "host", "port", "config", "log_level", "ca_file"})
_CURE = "Read the log; the same command must work in a clean checkout of the commit."


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What a recipe works with: the checked-out tree, the folder to fill, its log, and who listens."""

    tree: Path
    directory: Path
    log: Path
    env: dict[str, str]
    release: bool
    say: Callable[[str], None]

    @property
    def out(self) -> Path:
        """What `{out}` stands for."""
        return out_folder(self.directory)

    def inside(self, project: str) -> "Workshop":
        """Return the same workshop, but working in a folder of the tree."""
        return replace(self, tree=self.tree / project)

    def run(self, doing: str, *command: str | Path) -> None:
        """Run one step in the tree; raises BuildError with the end of the log if it fails."""
        self.say(doing)
        words = [str(word) for word in command]
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(words)}\n")
        ended = run(words, env=self.env, folder=self.tree, log=self.log)
        if ended is None or ended.code != 0:
            why = "took longer than its deadline" if ended is None else str(ended)
            raise BuildError(
                f"{doing}: the command {why}",
                where=f"{' '.join(words)} (log: {self.log})",
                cure=_CURE,
                log=log_tail(self.log, LOG_LINES),
            )


def environment(own: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return the variables of a build on this machine; those about one launch are none of its business."""
    fixed = {name: value for name, value in own if not set(WORD.findall(value)) & _OF_A_LAUNCH}
    return build_environment(os.environ, fixed)


def profile(*, release: bool) -> str:
    """Return what `{profile}` stands for."""
    return "release" if release else "debug"


def out_folder(directory: Path) -> Path:
    """Return what `{out}` stands for."""
    return directory / "out"
