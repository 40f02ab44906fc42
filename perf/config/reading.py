"""Converting untyped TOML with errors that name the key and what is allowed there."""

import enum
import math
import re
import typing
from typing import TypeVar

import msgspec
from msgspec.structs import fields

from perf.config.schema import Table
from perf.errors import ConfigError

_T = TypeVar("_T")
_LOCATION = re.compile(r"(?P<what>.*) - at `\$(?P<path>.*)`$")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<key>.*)`$")
_MISSING = re.compile(r"Object missing required field `(?P<key>.*)`$")
_TERMS = {
    "object": "a table",
    "array": "a list",
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "nothing",
}
_CURE = "Mend the value; docs/reference/configuration.md lists every key."


def wrong(what: str, *, where: str, path: str, cure: str = _CURE) -> ConfigError:
    """Make the error for one key; `where` is the file, `path` the key in it."""
    return ConfigError(what, where=f"{where}: {path}" if path else where, cure=cure)


def convert(value: object, kind: type[_T], *, where: str, path: str) -> _T:
    """Convert strictly to a table of the schema; raises ConfigError naming the key."""
    refuse_non_finite(value, where=where, path=path)
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as refused:
        raise _explained(str(refused), kind, where=where, path=path) from refused


def refuse_non_finite(value: object, *, where: str, path: str) -> None:
    """Raise ConfigError for a number that is infinite or none, wherever it stands."""
    match value:
        case float() if not math.isfinite(value):
            raise wrong(f"{value} is not a finite number", where=where, path=path)
        case dict():
            for key, inner in value.items():
                refuse_non_finite(inner, where=where, path=join(path, str(key)))
        case list():
            for number, inner in enumerate(value):
                refuse_non_finite(inner, where=where, path=f"{path}[{number}]")
        case _:
            return


def join(path: str, key: str) -> str:
    """Append a key to a path, quoted if TOML would ask for it."""
    word = key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"'
    return f"{path}.{word}" if path else word


def _explained(message: str, kind: type, *, where: str, path: str) -> ConfigError:
    found = _LOCATION.match(message)
    what, inner = (found["what"], found["path"].lstrip(".")) if found else (message, "")
    here = ".".join(part for part in (path, inner) if part)
    allowed = _allowed(kind, inner)
    cure = f"Allowed here: {', '.join(allowed)}." if allowed else _CURE
    if unknown := _UNKNOWN.match(what):
        return wrong(
            f"unknown key {unknown['key']!r}", where=where, path=join(here, unknown["key"]), cure=cure
        )
    if missing := _MISSING.match(what):
        return wrong(f"key {missing['key']!r} is missing", where=where, path=here, cure=f"Add it. {cure}")
    for theirs, ours in _TERMS.items():
        what = what.replace(f"`{theirs}`", ours)
    what = what.replace("Invalid RFC3339 encoded date", "not a date such as 2027-01-31")
    return wrong(what[:1].lower() + what[1:], where=where, path=here, cure=cure)


def _allowed(kind: object, inner: str) -> tuple[str, ...]:
    """Return the keys or words that are possible at a place below `kind`; () if they cannot be listed."""
    for part in re.findall(r"[A-Za-z0-9_-]+|\[[^\]]*\]", inner):
        kind = _below(kind, part)
    if isinstance(kind, type) and issubclass(kind, Table):
        tag = kind.__struct_config__.tag_field
        return tuple(sorted((*(field.encode_name for field in fields(kind)), *((tag,) if tag else ()))))
    if isinstance(kind, type) and issubclass(kind, enum.StrEnum):
        return tuple(member.value for member in kind)
    return ()


def _below(kind: object, part: str) -> object:
    """Return the type of a key of a table, or of the items of a list."""
    if isinstance(kind, type) and issubclass(kind, Table):
        return next((field.type for field in fields(kind) if field.encode_name == part), None)
    return (*typing.get_args(kind), None)[0]
