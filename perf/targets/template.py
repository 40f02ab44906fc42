"""Templates of a target's configuration files: named places and loops, nothing that computes."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from perf.model.scenario import Ask, Provider
from perf.model.target import ConfigRequest, Endpoint, RequestHeaders
from perf.model.units import ns_to_s

_TOKEN = re.compile(
    r"(?P<escaped>\{\{[a-z][^{}\n]*\}\})"
    r"|(?P<line>^[ \t]*)?"
    r"\{(?P<word>[a-z][a-z_]*(?:\[\d+\](?:\.[a-z_]+)?)?|each [a-z]+)\}"
    r"(?(line)(?P<rest>[ \t]*(?:\n|\Z))?)",
    re.MULTILINE,
)
_PLACE = re.compile(r"(?P<list>[a-z]+)\[(?P<index>\d+)\](?:\.(?P<field>[a-z_]+))?")
_SIMPLE = (
    "host",
    "port",
    "upstream_key",
    "keys",
    "recovery_seconds",
    "patience_seconds",
    "log_level",
    "ca_file",
)
_ENDPOINT_FIELDS = ("name", "url", "upstream_host", "upstream_port", "priority", "weight", "provider")
_LOOP_FIELDS = ("index", "number", "comma")
_ENDPOINT_LISTS = ("endpoints", *(provider.value for provider in Provider))
_INDEXED = (*_ENDPOINT_LISTS, "keys")
_LISTS = (*_INDEXED, "routes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Copied as it stands."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Replaced by the value of `word`."""

    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """Repeated for each item of a list."""

    items: str
    body: "Template"


Template = tuple[Text | Place | Loop, ...]


class TemplateError(ValueError):
    """A template that cannot be understood or filled in; the caller knows where it stands."""


def parse(text: str, *, also: tuple[str, ...] = ()) -> Template:
    """Read a template; raises TemplateError naming the unknown word and the known ones.

    `also` are further words that stand for something outside of loops.

    Braces that do not enclose such a word stand for themselves, so JSON and YAML need no escapes;
    `{{word}}` gives `{word}`.
    """
    template, end = _parse(text, start=0, loop="", also=also)
    if end < len(text):
        raise TemplateError("{end} without {each ...}")
    return template


def render(template: Template, request: ConfigRequest, *, also: Mapping[str, str] | None = None) -> str:
    """Fill in a template, with `also` for the further words that it was read with.

    Raises TemplateError if it wants an instance or key that the topology has not.
    """
    values: dict[str, str] = {
        "host": request.host,
        "port": str(request.port),
        "upstream_key": request.upstream_key,
        "keys": json.dumps(list(request.client_keys)),
        "ca_file": request.ca_file,
        "recovery_seconds": f"{ns_to_s(request.topology.recovery_ns):g}",
        "patience_seconds": f"{ns_to_s(request.topology.patience_ns):g}",
        "log_level": request.log_level,
        **(also or {}),
    }
    return _render(template, _lists(request), values=values)


def mentions(template: Template, word: str) -> bool:
    """Tell whether a template uses a word, outside or inside a loop."""
    return any(
        node.word == word if isinstance(node, Place) else isinstance(node, Loop) and mentions(node.body, word)
        for node in template
    )


def _parse(text: str, *, start: int, loop: str, also: tuple[str, ...]) -> tuple[Template, int]:
    """Parse up to the loop's {end} or the end of the text; returns the position behind it."""
    nodes: list[Text | Place | Loop] = []
    at = start
    while match := _TOKEN.search(text, at):
        nodes.append(Text(text=text[at : match.start()]))
        at = match.end()
        if match["escaped"]:
            nodes.append(Text(text=match["escaped"][1:-1]))
        elif match["word"] == "end":
            if not loop:
                raise TemplateError("{end} without {each ...}")
            nodes.append(Text(text=_around(match)[0]))
            return tuple(nodes), at - len(_around(match)[1])
        elif match["word"].startswith("each "):
            items = _loop_items(match["word"], loop)
            before, after = _around(match)
            body, at = _parse(text, start=at - len(after), loop=items, also=())
            nodes += [Text(text=before), Loop(items=items, body=body)]
        else:
            before, after = match["line"] or "", match["rest"] or ""
            _check_place(match["word"], loop, also=also)
            nodes += [Text(text=before), Place(word=match["word"]), Text(text=after)]
    if loop:
        raise TemplateError(f"{{each {loop}}} without {{end}}")
    return (*nodes, Text(text=text[at:])), len(text)


def _around(match: re.Match[str]) -> tuple[str, str]:
    """Return what stands before and after a loop's mark on its line; nothing if the mark is alone there."""
    alone = match["line"] is not None and match["rest"] is not None
    return ("", "") if alone else (match["line"] or "", match["rest"] or "")


def _loop_items(word: str, loop: str) -> str:
    items = word.removeprefix("each ")
    if loop:
        raise TemplateError(f"{{{word}}} inside {{each {loop}}}: loops do not nest")
    if items not in _LISTS:
        raise TemplateError(_unknown(word, tuple(f"each {name}" for name in _LISTS)))
    return items


def _check_place(word: str, loop: str, *, also: tuple[str, ...]) -> None:
    if place := _PLACE.fullmatch(word):
        fields = _ENDPOINT_FIELDS if place["list"] in _ENDPOINT_LISTS else (None,)
        known = tuple(f"{name}[0].{field}" for name in _ENDPOINT_LISTS for field in _ENDPOINT_FIELDS)
        if place["list"] not in _INDEXED or place["field"] not in fields:
            raise TemplateError(_unknown(word, (*known, "keys[0]")))
        return
    known = (*_SIMPLE, *also, *_loop_words(loop))
    if word not in known:
        raise TemplateError(_unknown(word, known))


def _loop_words(loop: str) -> tuple[str, ...]:
    if not loop:
        return ()
    fields = {"keys": ("key",), "routes": ("model", *_ENDPOINT_FIELDS)}
    return (*fields.get(loop, _ENDPOINT_FIELDS), *_LOOP_FIELDS)


def _unknown(word: str, known: tuple[str, ...]) -> str:
    names = ", ".join(f"{{{name}}}" for name in known)
    return f"{{{word}}} is not known here; known are {names}. Write {{{{{word}}}}} for the text itself"


def _lists(request: ConfigRequest) -> dict[str, list[dict[str, str]]]:
    endpoints = [_fields(endpoint) for endpoint in request.endpoints]
    by_provider = {
        provider.value: [fields for fields in endpoints if fields["provider"] == provider.value]
        for provider in Provider
    }
    return {
        "endpoints": endpoints,
        **by_provider,
        "keys": [{"key": key} for key in request.client_keys],
        "routes": [{"model": route.model, **_fields(route.endpoint)} for route in request.routes],
    }


def _fields(endpoint: Endpoint) -> dict[str, str]:
    address = urlsplit(endpoint.base_url)
    return {
        "name": endpoint.name,
        "url": endpoint.base_url,
        "upstream_host": address.hostname or "",
        "upstream_port": str(address.port or ""),
        "priority": str(endpoint.priority),
        "weight": str(endpoint.weight),
        "provider": endpoint.provider.value,
    }


_Lists = Mapping[str, list[dict[str, str]]]


def _render(template: Template, lists: _Lists, *, values: Mapping[str, str]) -> str:
    out: list[str] = []
    for node in template:
        match node:
            case Text(text=text):
                out.append(text)
            case Place(word=word):
                out.append(values[word] if word in values else _pick(word, lists))
            case Loop(items=name, body=body):
                out += [_render(body, lists, values={**values, **each}) for each in _numbered(lists[name])]
    return "".join(out)


def _numbered(items: list[dict[str, str]]) -> list[dict[str, str]]:
    last = len(items) - 1
    return [
        {**item, "index": str(at), "number": str(at + 1), "comma": "," if at < last else ""}
        for at, item in enumerate(items)
    ]


def _pick(word: str, lists: _Lists) -> str:
    place = _PLACE.fullmatch(word)
    if place is None:
        raise TemplateError(f"{{{word}}} has no value here")
    name, index, field = place["list"], int(place["index"]), place["field"] or "key"
    items = lists[name]
    if index >= len(items):
        cure = f"repeat what depends on it with {{each {name}}} ... {{end}}, which gives nothing for none"
        raise TemplateError(f"{{{word}}} is wanted, but this topology has {len(items)} of {name}: {cure}")
    return items[index][field]


def template_renderer(files: Mapping[str, Template]) -> Callable[[ConfigRequest], Mapping[str, str]]:
    """Return a `Target.render` that fills in these templates, file name -> template."""

    def renderer(request: ConfigRequest) -> Mapping[str, str]:
        return {name: render(template, request) for name, template in files.items()}

    return renderer


def header_renderer(headers: Mapping[str, Template]) -> RequestHeaders:
    """Return a `Target.headers` that fills in these templates, header name -> template with {key} in it."""

    def renderer(request: ConfigRequest, ask: Ask, *, key: str) -> tuple[tuple[str, str], ...]:
        filled = ((name, render(template, request, also={"key": key})) for name, template in headers.items())
        return tuple((name, value.replace("\n", " ").strip()) for name, value in filled)

    return renderer
