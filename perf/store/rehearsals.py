"""Recorded rehearsals on disk: a line that says of what, then a line a block."""

from itertools import groupby
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from perf.errors import BaselineError
from perf.model.build import Environment
from perf.model.metric import METRIC_BY_NAME, Key
from perf.model.rehearsal import Rehearsal, RehearsalBlock, RehearsalBook
from perf.model.verdict import State
from perf.store.codec import Place, decode, decode_versioned, encode_line, to_model, to_shape
from perf.store.schema import SCHEMA_VERSION, Count, EnvironmentShape, Hex, Line, Name, Number, Ratio, Strict

_SIGNIFICANT_DIGITS = 6
_CURE = "Record it anew with `perfgate calibrate --record`; the file is not made to be edited."
_Keys = Annotated[tuple[tuple[Name, Name, Name], ...], Meta(max_length=1_000)]
_Values = Annotated[tuple[Number | None, ...], Meta(max_length=1_000)]


class _BookShape(Strict, frozen=True):
    """The first line."""

    schema_version: Count
    recorded_at: Line
    commit: Hex
    target: Name
    suite: Name
    environment: EnvironmentShape
    keys: _Keys
    counted: _Keys


class _BlockShape(Strict, frozen=True):
    """Every other line."""

    rehearsal: Count
    planted: bool
    state: State
    reasons: Annotated[tuple[Line, ...], Meta(max_length=1_000)]
    number: Count
    duration_ns: Count
    steal_ratio: Ratio
    baseline: _Values
    candidate: _Values


def read_rehearsals(path: Path) -> RehearsalBook:
    """Read a book; BaselineError names the line that is wrong."""
    try:
        head, *lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise BaselineError(f"cannot be read: {error}", where=str(path), cure=_CURE) from error
    book = decode_versioned(head, _BookShape, place=Place(where=f"{path}, line 1", cure=_CURE))
    keys = tuple(Key(*key) for key in book.keys)
    unknown = [key.text for key in keys if key.metric not in METRIC_BY_NAME]
    if unknown:
        raise BaselineError(f"no metric is called {unknown[0]!r}", where=str(path), cure=_CURE)
    blocks = [_block(line, path=path, number=number) for number, line in enumerate(lines, start=2)]
    for block in blocks:
        if block.number and not len(block.baseline) == len(block.candidate) == len(keys):
            raise BaselineError(
                f"rehearsal {block.rehearsal}: a value for each key", where=str(path), cure=_CURE
            )
    grouped = groupby(blocks, key=lambda block: (block.rehearsal, block.planted, block.state, block.reasons))
    return RehearsalBook(
        recorded_at=book.recorded_at,
        commit=book.commit,
        target=book.target,
        suite=book.suite,
        environment=to_model(book.environment, Environment),
        keys=keys,
        counted=frozenset(Key(*key) for key in book.counted),
        rehearsals=tuple(
            Rehearsal(
                planted=planted,
                state=state,
                reasons=reasons,
                blocks=tuple(to_model(block, RehearsalBlock) for block in members),
            )
            for (_, planted, state, reasons), members in grouped
        ),
    )


def write_rehearsals(path: Path, book: RehearsalBook) -> None:
    """Write a book, six significant digits a value."""
    place = Place(where=str(path), cure=_CURE)
    head = _BookShape(
        schema_version=SCHEMA_VERSION,
        recorded_at=book.recorded_at,
        commit=book.commit,
        target=book.target,
        suite=book.suite,
        environment=to_shape(book.environment, EnvironmentShape, place=place),
        keys=tuple((key.scenario, key.part, key.metric) for key in book.keys),
        counted=tuple((key.scenario, key.part, key.metric) for key in sorted(book.counted)),
    )
    lines = [
        encode_line(_shape(block, number=number, of=rehearsal))
        for number, rehearsal in enumerate(book.rehearsals, start=1)
        for block in rehearsal.blocks
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join([encode_line(head), *lines]))


def _block(line: str, *, path: Path, number: int) -> _BlockShape:
    return decode(line, _BlockShape, place=Place(where=f"{path}, line {number}", cure=_CURE))


def _shape(block: RehearsalBlock, *, number: int, of: Rehearsal) -> _BlockShape:
    return _BlockShape(
        rehearsal=number,
        planted=of.planted,
        state=of.state,
        reasons=of.reasons,
        number=block.number,
        duration_ns=block.duration_ns,
        steal_ratio=round(block.steal_ratio, 4),
        baseline=tuple(_rounded(value) for value in block.baseline),
        candidate=tuple(_rounded(value) for value in block.candidate),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{_SIGNIFICANT_DIGITS}g}")
