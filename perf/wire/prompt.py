"""What a request asks in plain text, as a digest: so that a changed prompt shows upstream."""

from hashlib import blake2b

import msgspec

from perf.model.wire import NONCE_BODY_MARK, NONCE_LENGTH

LONG_BODY_BYTES = 8_192
"""Bodies up to this length are not digested: the upstream knows them again without reading them."""
_DIGEST_BYTES = 8
_SYSTEM = frozenset({"system", "developer"})
_TALK = frozenset({"user", "assistant"})


class _Part(msgspec.Struct, gc=False):
    text: str | None = None


class _Message(msgspec.Struct, gc=False):
    role: str
    content: str | list[_Part] | None = None


class _Request(msgspec.Struct, gc=False):
    messages: list[_Message]
    system: str | list[_Part] | None = None


_request = msgspec.json.Decoder(_Request).decode


def prompt_digest(body: bytes) -> str:
    """16 hex digits of what all sides say in a chat or messages body, "" where it is neither.

    The nonce is left out, so requests of one template agree; so is how a text is cut into messages and
    parts, as a conversion may cut it anew.
    """
    try:
        request = _request(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    system = _text(request.system) + _said(request.messages, by=_SYSTEM)
    text = f"{system}\n{_said(request.messages, by=_TALK)}"
    before, mark, after = text.partition(NONCE_BODY_MARK)
    plain = before + after[NONCE_LENGTH:] if mark else text
    return blake2b(plain.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def _said(messages: list[_Message], *, by: frozenset[str]) -> str:
    return "".join(_text(message.content) for message in messages if message.role in by)


def _text(content: str | list[_Part] | None) -> str:
    if isinstance(content, list):
        return "".join(part.text or "" for part in content)
    return content or ""
