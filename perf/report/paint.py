"""Colour on a terminal, or none."""

from collections.abc import Callable

BOLD, DIM, RED, GREEN, YELLOW, BLUE = "1", "2", "31", "32", "33", "34"
SIGNS = {"✗": RED, "!": YELLOW, "?": YELLOW, "+": GREEN, "*": BLUE, "·": DIM}
"""The colour of each sign of a decision."""

Paint = Callable[[str, str], str]


def plain(text: str, _: str) -> str:
    """The text as it is."""
    return text


def coloured(text: str, code: str) -> str:
    """The text in the colour of this ANSI code."""
    return f"\x1b[{code}m{text}\x1b[0m" if text.strip() else text
