"""The exception tree drawn in perf/errors.py is the real one."""

import re
from dataclasses import dataclass

from perf import errors
from perf.errors import Exit, PerfgateError

LINE = re.compile(r"^(?P<indent>[│├└─ ]*)(?P<name>[A-Z]\w+)\s+(\((?P<code>\d+)\))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One exception: its name, its parent's name and its exit code."""

    name: str
    parent: str
    code: int


def _drawn() -> list[Branch]:
    branches: list[Branch] = []
    path: list[Branch] = []
    for line in (errors.__doc__ or "").splitlines():
        if found := LINE.match(line):
            path = path[: len(found["indent"]) // 4]
            parent = path[-1] if path else Branch(name="Exception", parent="", code=int(Exit.NO_RESULT))
            code = int(found["code"]) if found["code"] else parent.code
            path.append(Branch(name=found["name"], parent=parent.name, code=code))
            branches.append(path[-1])
    return branches


def _real() -> list[Branch]:
    return [
        Branch(name=name, parent=value.__mro__[1].__name__, code=int(value.exit_code))
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, PerfgateError)
    ]


def test_the_drawing_is_the_tree() -> None:
    """Same names, same parents, same exit codes, in the same order."""
    drawn = [branch for branch in _drawn() if branch.name.endswith("Error")]

    assert drawn == _real()
