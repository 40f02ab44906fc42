"""Answering what asks for no answer of a model: probes, lists of models, images, and what is refused."""

import re
from base64 import b64decode

import msgspec

from perf.model.units import ms_to_ns
from perf.model.wire import IMAGES_PATH, Dialect
from perf.upstream.asks import dialect_of
from perf.upstream.replies import Reply, refusal, whole_reply
from perf.wire.answer import CREATED_RFC3339, CREATED_S
from perf.wire.headers import JSON_TYPE

_HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})
_MODELS = "/models"
_BELOW_MESSAGES = "/messages/"
_CLAUDE = "claude"
_JSON = (("content-type", JSON_TYPE),)
_ONLY_POST = (("allow", "POST"),)
_NAMES = ("gpt-4o-mini", "claude-sonnet-4-5")
_IMAGE = re.compile(rf"{IMAGES_PATH}(\d{{1,5}})\.png")
_PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
"""One pixel."""
_PNG_TYPE = (("content-type", "image/png"),)
_KNOWN = {
    name: {
        "id": name,
        "object": "model",
        "created": CREATED_S,
        "owned_by": "perfgate",
        "type": "model",
        "display_name": name,
        "created_at": CREATED_RFC3339,
        "lifecycle": "active",
    }
    for name in _NAMES
}
_LIST = {
    "object": "list",
    "data": list(_KNOWN.values()),
    "first_id": _NAMES[0],
    "last_id": _NAMES[-1],
    "has_more": False,
}


def probe_reply(method: str, path: str) -> tuple[Dialect, Reply]:
    """The answer to what is no POST, and whose it is.

    The list of models and each model have the fields of either provider; an image is one pixel; any other
    GET is told "ok".
    """
    dialect = dialect_of(path)
    if dialect is not None:
        reply = refusal(dialect, 405, headers=_ONLY_POST)
    elif method not in _HARMLESS:
        return unknown_path(path)
    else:
        dialect, reply = _got(path)
    if method == "HEAD":
        reply = whole_reply(reply.status, b"", headers=())
    return dialect, reply


def probe_delay_ns(path: str) -> int:
    """How long such an answer takes: as long as an image's name says, anything else no time."""
    image = _IMAGE.fullmatch(path)
    return ms_to_ns(int(image[1])) if image else 0


def unknown_path(path: str) -> tuple[Dialect, Reply]:
    """The 404 for a path that is no endpoint: in Anthropic's words below its own, else in OpenAI's."""
    dialect = Dialect.ANTHROPIC_MESSAGES if _BELOW_MESSAGES in path else Dialect.OPENAI_CHAT
    return dialect, refusal(dialect, 404)


def _got(path: str) -> tuple[Dialect, Reply]:
    _, mark, name = path.rpartition(f"{_MODELS}/")
    if mark and name:
        return _model(name)
    if _IMAGE.fullmatch(path):
        return Dialect.OPENAI_CHAT, whole_reply(200, _PNG, headers=_PNG_TYPE)
    payload = _LIST if path.endswith(_MODELS) else {"status": "ok"}
    return Dialect.OPENAI_CHAT, whole_reply(200, msgspec.json.encode(payload), headers=_JSON)


def _model(name: str) -> tuple[Dialect, Reply]:
    """An unknown one is refused by the provider that its name speaks of."""
    dialect = Dialect.ANTHROPIC_MESSAGES if name.startswith(_CLAUDE) else Dialect.OPENAI_CHAT
    if name not in _KNOWN:
        return dialect, refusal(dialect, 404)
    return dialect, whole_reply(200, msgspec.json.encode(_KNOWN[name]), headers=_JSON)
