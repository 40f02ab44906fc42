"""GitHub's own description of its API: completes what the double answers, and holds it to the schema."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator

DESCRIPTION = Path(__file__).with_name("description.json")
_NOWHERE = "https://api.github.com/not-served"
_NEUTRAL: Mapping[str, object] = {
    "string": "",
    "integer": 0,
    "number": 0,
    "boolean": False,
    "array": (),
}
_FORMATS = {"uri": _NOWHERE, "date-time": "2026-01-01T00:00:00Z"}
_Schema = Mapping[str, object]


class UndescribedError(AssertionError):
    """The double says something that GitHub would not."""


def answer_of(operation: str, status: int, *, stated: object) -> object:
    """The whole answer: what is stated, and neutral values for whatever else GitHub always gives.

    Raises UndescribedError if the operation has no such answer, or the answer breaks its schema.
    """
    answers = _answers(operation)
    if str(status) not in answers:
        raise UndescribedError(f"{operation} is not described to answer {status}")
    schema = answers[str(status)]
    if schema is None:
        return stated
    whole = _completed(schema, stated)
    _hold(_validator(operation, str(status)), whole, what=f"{operation} {status}")
    return whole


def faults_of(operation: str, body: object) -> list[str]:
    """Why GitHub would refuse a request's body with 422; empty if it would take it."""
    schema = _operation(operation)["body"]
    if schema is None:
        return []
    return [
        f"{'/'.join(map(str, error.path)) or 'body'}: {error.message}"
        for error in _validator(operation, "body").iter_errors(body)
    ]


@cache
def _whole() -> Mapping[str, Mapping[str, Mapping[str, object]]]:
    found: Mapping[str, Mapping[str, Mapping[str, object]]] = json.loads(
        DESCRIPTION.read_text(encoding="utf-8")
    )
    return found


def _operation(name: str) -> Mapping[str, object]:
    operations = _whole()["operations"]
    if name not in operations:
        raise UndescribedError(f"{name} is not in description.json; run tests/doubles/github/extract.py")
    return operations[name]


def _answers(name: str) -> Mapping[str, object]:
    answers = _operation(name)["answers"]
    assert isinstance(answers, dict)
    return answers


@cache
def _validator(operation: str, part: str) -> Draft202012Validator:
    schema = _operation(operation)["body"] if part == "body" else _answers(operation)[part]
    return Draft202012Validator({"schemas": _whole()["schemas"], "allOf": [schema]})


def _hold(validator: Draft202012Validator, value: object, *, what: str) -> None:
    for error in validator.iter_errors(value):
        raise UndescribedError(f"{what}: {'/'.join(map(str, error.path))}: {error.message}")


def _resolved(schema: object) -> _Schema:
    """The schema itself, without references; of alternatives the first that is not null."""
    assert isinstance(schema, dict), schema
    if "$ref" in schema:
        return _resolved(_whole()["schemas"][str(schema["$ref"]).rsplit("/", 1)[1]])
    if "allOf" in schema:
        parts = [_resolved(part) for part in schema["allOf"]]
        return {
            "type": "object",
            "properties": {key: value for part in parts for key, value in _properties(part).items()},
            "required": [name for part in parts for name in _required(part)],
        }
    return schema


def _options(schema: _Schema) -> Sequence[object]:
    for word in ("anyOf", "oneOf"):
        options = schema.get(word)
        if isinstance(options, list) and "properties" not in schema:
            return options
    return ()


def _completed(schema: object, stated: object) -> object:
    """What is stated, with neutral values for the required properties that are not."""
    found = _resolved(schema)
    options = _options(found)
    if options:
        return _completed(_fitting(options, stated), stated)
    if isinstance(stated, Mapping):
        return _object(found, stated)
    if isinstance(stated, Sequence) and not isinstance(stated, str):
        return [_completed(found.get("items", {}), each) for each in stated]
    return stated


def _fitting(options: Sequence[object], stated: object) -> object:
    """The alternative that knows everything which is stated."""
    if stated is None:
        return {"type": "null"}
    kind = _kind_of(stated)
    for option in options:
        found = _resolved(option)
        if _options(found):
            return _fitting(_options(found), stated)
        fits = kind is None or found.get("type") == kind
        if fits and (not isinstance(stated, Mapping) or set(stated) <= set(_properties(found))):
            return option
    raise UndescribedError(f"no alternative knows {stated!r:.200}")


def _kind_of(stated: object) -> str | None:
    match stated:
        case Mapping():
            return "object"
        case list() | tuple():
            return "array"
    return None


def _object(schema: _Schema, stated: Mapping[str, object]) -> dict[str, object]:
    properties = _properties(schema)
    unknown = set(stated) - set(properties) if properties else set()
    if unknown:
        raise UndescribedError(f"GitHub does not give {sorted(unknown)}; it knows {sorted(properties)}")
    whole = {key: _completed(properties.get(key, {}), value) for key, value in stated.items()}
    return whole | {key: _neutral(properties[key]) for key in _required(schema) if key not in stated}


def _neutral(schema: object) -> object:
    found = _resolved(schema)
    options = [_resolved(option) for option in _options(found)]
    if options:
        return None if {"type": "null"} in options else _neutral(options[0])
    choices = found.get("enum")
    if isinstance(choices, list):
        return choices[0]
    kind = found.get("type", "object")
    if kind == "object":
        return _object(found, {})
    if kind == "string":
        return _FORMATS.get(str(found.get("format")), "")
    return _NEUTRAL[str(kind)]


def _properties(schema: _Schema) -> Mapping[str, object]:
    found = schema.get("properties", {})
    assert isinstance(found, dict)
    return found


def _required(schema: _Schema) -> Sequence[str]:
    found = schema.get("required", [])
    assert isinstance(found, list)
    return found
