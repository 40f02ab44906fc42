"""What the readers of other tools' results share: files, names and numbers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import TypeVar

import msgspec

from perf.errors import BaselineError

MAX_FILE_BYTES = 256 * 1_048_576
_NOT_A_NAME = re.compile(r"[^A-Za-z0-9._:+\[\]-]+")
_MAX_NAME = 96
_ShapeT = TypeVar("_ShapeT")


def text_of(path: Path, *, cure: str) -> str:
    """The text of a result file."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise BaselineError(f"larger than {MAX_FILE_BYTES} bytes", where=str(path), cure=cure)
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BaselineError(f"cannot be read: {error}", where=str(path), cure=cure) from error


def decoded(path: Path, shape: type[_ShapeT], *, cure: str) -> _ShapeT:
    """A JSON result file as its shape; fields that the shape does not know are the tool's own business."""
    try:
        return msgspec.json.decode(text_of(path, cure=cure), type=shape)
    except msgspec.DecodeError as error:
        raise BaselineError(f"is no such result: {error}", where=str(path), cure=cure) from error


def part_name(text: str) -> str:
    """A benchmark's name as a word that can name a part: `sse decode/split` as `sse-decode-split`."""
    return _NOT_A_NAME.sub("-", text).lstrip("-._:+[]").rstrip("-")[:_MAX_NAME] or "unnamed"


def distinct(names: Iterable[str], *, path: Path, cure: str) -> Mapping[str, str]:
    """Each name with its word; BaselineError if there is none, one twice, or two give the same word."""
    words: dict[str, str] = {}
    for name in names:
        word = part_name(name)
        if name in words or word in words.values():
            raise BaselineError(f"has the benchmark {name!r:.200} twice", where=str(path), cure=cure)
        words[name] = word
    if not words:
        raise BaselineError("has no benchmark", where=str(path), cure=cure)
    return words


def require_times(values: Sequence[float], *, name: str, path: Path, cure: str) -> tuple[float, ...]:
    """The values; BaselineError if there is none, or one is not finite and positive."""
    if not values or not all(isfinite(value) and value > 0 for value in values):
        what = "nothing was measured" if not values else "a time is not positive"
        raise BaselineError(f"{name!r:.200}: {what}", where=str(path), cure=cure)
    return tuple(values)
