"""The text of the sticky comment: its hidden marker, which run wrote it, and the report."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from perf.errors import PublishError

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_WRITER = re.compile(r"<!-- perfgate-run number=(\d{1,18}) attempt=(\d{1,9}) -->")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sticky:
    """Which comment is ours: `key` keeps two gates of one repository apart, `author` is who writes it."""

    key: str
    author: str


STICKY = Sticky(key="default", author="github-actions[bot]")


class Writer(NamedTuple):
    """The run that wrote a comment; a later one is greater."""

    number: int
    attempt: int


NOBODY = Writer(number=0, attempt=0)


def marker_of(sticky: Sticky) -> str:
    """The first line of the comment; people do not see it."""
    if not _KEY.fullmatch(sticky.key):
        raise PublishError(
            f"the comment's key {sticky.key!r:.60} is not one word",
            where="--key",
            cure="Use at most 40 lower-case letters, digits and dashes.",
        )
    return f"<!-- perfgate:v1 key={sticky.key} -->"


def body_of(report_markdown: str, *, sticky: Sticky, writer: Writer) -> str:
    """The whole comment."""
    lines = (
        marker_of(sticky),
        f"<!-- perfgate-run number={writer.number} attempt={writer.attempt} -->",
        report_markdown,
    )
    return "\n".join(lines)


def writer_of(body: str) -> Writer:
    """Which run wrote a comment, by its second line; NOBODY if it does not say."""
    lines = body.splitlines()
    found = _WRITER.fullmatch(lines[1].strip()) if len(lines) > 1 else None
    return NOBODY if found is None else Writer(number=int(found[1]), attempt=int(found[2]))


def is_same(left: str, right: str) -> bool:
    """Whether two bodies are equal, but for the line ends that GitHub may change."""
    return _lines(left) == _lines(right)


def _lines(body: str) -> list[str]:
    return [line.rstrip() for line in body.strip().splitlines()]
