"""What a request asks in plain text, as a digest: so that a changed prompt shows upstream."""

from hashlib import blake2b

import msgspec

from perf.model.wire import NONCE_BODY_MARK, NONCE_LENGTH

LONG_BODY_BYTES = 8_192
"""Bodies up to this length are not digested: the upstream knows them again without reading them."""
_DIGEST_BYTES = 8
_TALK = frozenset({"user", "assistant"})


class _Part(msgspec.Struct, gc=False):
    text: str | None = None


class _Message(msgspec.Struct, gc=False):
    role: str
    content: str | list[_Part] | None = None


class _Request(msgspec.Struct, gc=False):
    messages: list[_Message]


_request = msgspec.json.Decoder(_Request).decode


def prompt_digest(body: bytes) -> str:
    """16 hex digits of what user and assistant say in a chat or messages body, "" where it is neither.

    The nonce is left out, so requests of one template agree; so is how a text is cut into messages and
    parts, as a conversion may cut it anew.
    """
    try:
        messages = _request(body).messages
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    text = "".join(_text(message) for message in messages if message.role in _TALK)
    before, mark, after = text.partition(NONCE_BODY_MARK)
    plain = before + after[NONCE_LENGTH:] if mark else text
    return blake2b(plain.encode(), digest_size=_DIGEST_BYTES).hexdigest()


def _text(message: _Message) -> str:
    if isinstance(message.content, list):
        return "".join(part.text or "" for part in message.content)
    return message.content or ""
