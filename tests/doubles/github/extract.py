"""Cuts GitHub's OpenAPI description down to the operations that the double serves.

Run it where npm can reach its registry, from the top of the repository:

    npm install --prefix "$TMPDIR/octokit" @octokit/openapi@23.0.2
    .venv/bin/python -m tests.doubles.github.extract \
        "$TMPDIR/octokit/node_modules/@octokit/openapi/generated/api.github.com.json"
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.doubles.github.description import DESCRIPTION
from tests.doubles.github.routes import ROUTES

SOURCE = "@octokit/openapi 23.0.2 (MIT), api.github.com.json; made by tests/doubles/github/extract.py"
PROSE = frozenset({"description", "example", "examples", "title", "externalDocs", "deprecated"})
_Node = Mapping[str, object]


def extract(whole: _Node) -> dict[str, object]:
    """The operations of ROUTES with their bodies and answers, and every schema that these need."""
    operations = {route.name: _operation(whole, route.method, template=route.template) for route in ROUTES}
    schemas: dict[str, object] = {}
    wanted = list(_references(operations))
    while wanted:
        name = wanted.pop()
        if name not in schemas:
            schemas[name] = _plain(_at(whole, "components", "schemas", name))
            wanted += _references(schemas[name])
    return {"source": SOURCE, "operations": operations, "schemas": dict(sorted(schemas.items()))}


def _operation(whole: _Node, method: str, *, template: str) -> dict[str, object]:
    described = _at(whole, "paths", template, method.lower())
    answers: dict[str, object] = {}
    for status, answer in _mapping(_at(described, "responses")).items():
        if status.startswith("2"):
            resolved = _resolved(whole, answer)
            answers[status] = _json_schema(resolved)
    body = described.get("requestBody")
    asked = None if body is None else _json_schema(_resolved(whole, body))
    return {"body": asked, "answers": answers}


def _resolved(whole: _Node, node: object) -> _Node:
    """The node, or what it points at."""
    found = _mapping(node)
    pointer = found.get("$ref")
    return _at(whole, *pointer.removeprefix("#/").split("/")) if isinstance(pointer, str) else found


def _json_schema(node: _Node) -> object:
    content = _mapping(node.get("content") or {})
    for kind, described in content.items():
        if "json" in kind:
            return _plain(_at(_mapping(described), "schema"))
    return None


def _plain(node: object) -> object:
    """JSON Schema out of OpenAPI 3.0: null is a type, and references are into `schemas`; prose goes."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if isinstance(node, str):
        return node.replace("#/components/schemas/", "#/schemas/")
    if not isinstance(node, dict):
        return node
    kept = {
        key: value
        for key, value in node.items()
        if key not in PROSE or not isinstance(value, str | list | bool)
    }
    kept = {
        key: value for key, value in kept.items() if key not in ("examples", "example") or _is_schema(value)
    }
    nullable = kept.pop("nullable", False)
    plain = {key: _plain(value) for key, value in kept.items()}
    return {"anyOf": [plain, {"type": "null"}]} if nullable else plain


def _is_schema(value: object) -> bool:
    """A property may be called `example`; what an example says has no type."""
    return isinstance(value, dict) and "type" in value


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value.rsplit("/", 1)[1]
            yield from _references(value)
    elif isinstance(node, list):
        for each in node:
            yield from _references(each)


def _at(node: _Node, *path: str) -> _Node:
    for key in path:
        node = _mapping(node[key])
    return node


def _mapping(node: object) -> _Node:
    assert isinstance(node, dict), node
    return node


def main() -> None:
    """Write the description beside this module."""
    whole = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    DESCRIPTION.write_text(json.dumps(extract(whole), separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
