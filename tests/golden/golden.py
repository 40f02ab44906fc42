"""Comparing an output with its file, or writing the file anew."""

import os
from pathlib import Path


def assert_golden(path: Path, content: str) -> None:
    """The content equals the file; with UPDATE_GOLDEN set, the file becomes the content."""
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == content
