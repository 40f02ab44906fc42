"""`perfgate doctor`: one line for each thing that the gate needs, and what to do about those that lack."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from perf.commands import diagnosis
from perf.commands.diagnosis import Line, Mark
from perf.errors import Exit, PerfgateError, UsageError
from perf.sut.source import repository_root

_ICONS = {Mark.GOOD: "✓", Mark.NOTE: "!", Mark.BAD: "✗"}


def doctor(repo: Path, *, env: Mapping[str, str]) -> Exit:
    """Look at the machine and at the repository; exits 3 if the machine, 2 if the repository is unfit."""
    machine = list(diagnosis.machine())
    lines = list(_of_repository(repo, env=env))
    for title, found in (("machine", machine), ("repository", lines)):
        sys.stdout.write(f"{title}\n" + "".join(_shown(line) for line in found))
    bad = sum(line.mark is Mark.BAD for line in (*machine, *lines))
    sys.stdout.write(f"{bad} to mend\n" if bad else "ready to gate\n")
    if any(line.mark is Mark.BAD for line in machine):
        return Exit.NO_RESULT
    return Exit.USAGE if bad else Exit.PASS


def _of_repository(repo: Path, *, env: Mapping[str, str]) -> Iterator[Line]:
    try:
        root = repository_root(repo)
    except UsageError as error:
        yield diagnosis.failed("git", error)
        return
    yield from diagnosis.history(root)
    yield from diagnosis.target(root)
    yield from diagnosis.workflows(root)
    try:
        yield from diagnosis.labels(env)
    except PerfgateError as error:
        yield diagnosis.failed("labels", error)


def _shown(line: Line) -> str:
    cure = f"\n{'':15}next: {line.cure}" if line.cure else ""
    return f"  {_ICONS[line.mark]} {line.subject:<11}{line.text}{cure}\n"
