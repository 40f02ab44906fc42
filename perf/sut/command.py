"""The command lines of a target: `{word}` filled in, everything else as it stands."""

import re
from collections.abc import Mapping

WORD = re.compile(r"(?<!\$)\{([a-z_]+)\}")
"""A place to fill in."""


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace each `{word}` that has a value; `${word}` is left to the shell that may read it."""
    return WORD.sub(lambda match: values.get(match[1], match[0]), text)


def fill_all(words: tuple[str, ...], values: Mapping[str, str]) -> tuple[str, ...]:
    """Fill in every word of a command line."""
    return tuple(fill(word, values) for word in words)
