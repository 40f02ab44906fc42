"""Comparing an output with its file, or with a section of one, or writing it anew."""

import os
from pathlib import Path


def assert_golden(path: Path, content: str) -> None:
    """The content equals the file; with UPDATE_GOLDEN set, the file becomes the content."""
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == content


def assert_section(page: Path, name: str, content: str) -> None:
    """The section of this name equals the content; with UPDATE_GOLDEN set, it becomes the content."""
    begin, end = (f"<!-- {name}: {mark} -->\n" for mark in ("begin", "end"))
    head, rest = page.read_text(encoding="utf-8").split(begin)
    _, tail = rest.split(end)
    assert_golden(page, f"{head}{begin}\n{content}\n{end}{tail}")
