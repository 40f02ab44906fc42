"""Strict JSON: text to a shape and back, with one clear error for everything that is wrong with it."""

import json
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from perf.errors import BaselineError
from perf.store.schema import SCHEMA_VERSION, Strict

ShapeT = TypeVar("ShapeT", bound=Strict)
ModelT = TypeVar("ModelT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a text came from, and what to do when it is wrong."""

    where: str
    cure: str


def decode(text: str, shape: type[ShapeT], *, place: Place) -> ShapeT:
    """Give the shape that a JSON text holds; BaselineError when it holds anything else."""
    return _shaped(_parse(text, place=place), shape, place=place)


def decode_versioned(text: str, shape: type[ShapeT], *, place: Place, ours: int = SCHEMA_VERSION) -> ShapeT:
    """Like `decode`, for a file whose `schema_version` must be ours."""
    raw = _parse(text, place=place)
    version = raw.get("schema_version") if isinstance(raw, dict) else None
    if type(version) is not int:
        raise _wrong("no `schema_version`, so this is not a file of perfgate", place=place)
    if version != ours:
        raise _wrong(
            f"written with schema version {version}, and this perfgate reads version {ours}",
            place=Place(where=place.where, cure=f"Use the perfgate that wrote it. Or: {place.cure}"),
        )
    return _shaped(raw, shape, place=place)


def to_model(shape: Strict, model: type[ModelT]) -> ModelT:
    """Turn a checked shape into the value of perf.model with the same fields."""
    return msgspec.convert(shape, model, from_attributes=True)


def to_shape(value: object, shape: type[ShapeT], *, place: Place) -> ShapeT:
    """Check a value of perf.model against its stored shape, so that what is written can be read."""
    try:
        return msgspec.convert(value, shape, from_attributes=True)
    except msgspec.ValidationError as error:
        raise _wrong(f"cannot be stored: {error}", place=place) from error


def encode_line(shape: Strict) -> bytes:
    """One JSON object on one line, with its line feed."""
    return msgspec.json.encode(shape, order="deterministic") + b"\n"


def encode_pretty(shape: Strict) -> bytes:
    """Indented JSON with its line feed; the fields in the order of the shape."""
    return msgspec.json.format(msgspec.json.encode(shape), indent=2) + b"\n"


def _parse(text: str, *, place: Place) -> object:
    try:
        parsed: object = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _wrong(str(error), place=place) from error
    return parsed


def _shaped(raw: object, shape: type[ShapeT], *, place: Place) -> ShapeT:
    try:
        return msgspec.convert(raw, shape)
    except msgspec.ValidationError as error:
        raise _wrong(str(error), place=place) from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r:.80} stands there twice")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not a number")


def _wrong(what: str, *, place: Place) -> BaselineError:
    return BaselineError(what, where=place.where, cure=place.cure)
