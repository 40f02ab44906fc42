"""The commands that pages tell the reader to run are ones that perfgate understands."""

import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from functools import cache
from io import StringIO

from perf.cli import main
from tests.rules.source import text_files

BLOCK = re.compile(r"^```(?:sh|bash|console)\n(?P<lines>.*?)^```", re.MULTILINE | re.DOTALL)
VERBS = {"scripts/gate": ["run"], "perfgate": [], ".venv/bin/perfgate": []}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One command of a page: perfgate's own sub-command, and the options that it is given."""

    where: str
    command: str
    options: tuple[str, ...]


def _examples() -> Iterator[Example]:
    for page in text_files():
        if page.suffix != ".md":
            continue
        for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
            for line in block["lines"].replace("\\\n", " ").splitlines():
                words = shlex.split(line.removeprefix("$ "), comments=True)
                if words and words[0] in VERBS:
                    yield _example([*VERBS[words[0]], *words[1:]], where=f"{page.name}: {line}")


def _example(words: list[str], *, where: str) -> Example:
    options = tuple(word.partition("=")[0] for word in words if word.startswith("--"))
    return Example(where=where, command=words[0], options=options)


@cache
def _options(command: str) -> frozenset[str]:
    """The options that `perfgate COMMAND --help` lists; none where there is no such command."""
    shown = StringIO()
    with redirect_stdout(shown), redirect_stderr(StringIO()), suppress(SystemExit):
        main([command, "--help"])
    return frozenset(re.findall(r"--[\w-]+", shown.getvalue()))


def test_examples_name_real_commands_and_options() -> None:
    """Each sub-command answers to --help, and lists every option that a page gives it."""
    wrong = [
        example.where
        for example in _examples()
        if not {"--help", *example.options} <= _options(example.command)
    ]

    assert not wrong, "\n".join(wrong)
