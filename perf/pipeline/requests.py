"""The requests that a part sends to a target, as bytes around a nonce."""

import json
from collections.abc import Sequence

from perf.model.load import RequestTemplate
from perf.model.scenario import Ask, Part
from perf.model.target import Address, Target
from perf.model.wire import NONCE_BODY_MARK, Dialect

_SYSTEM = "You are a careful assistant. Answer in one short paragraph, without lists."
_QUESTION = (
    "Explain to an experienced engineer why the tail of a latency distribution matters more than its mean "
    "when a page is composed of the answers of many services, and name one way to shorten it. "
)
_CUT = "\x00"

DIALECT_OF: dict[Ask, Dialect] = {
    Ask.CHAT: Dialect.OPENAI_CHAT,
    Ask.CHAT_CONVERTED: Dialect.OPENAI_CHAT,
    Ask.MESSAGES: Dialect.ANTHROPIC_MESSAGES,
}
DIRECT: dict[Ask, Address] = {
    Ask.CHAT: Address(path="/v1/chat/completions", model="gpt-4o-mini"),
    Ask.MESSAGES: Address(path="/v1/messages", model="claude-sonnet-4-5"),
}
"""How the upstream itself is asked."""


def through(part: Part, *, target: Target, client_keys: Sequence[str]) -> tuple[RequestTemplate, ...]:
    """One template per client key of the part, addressed to the target."""
    address = target.addresses[part.ask]
    keys = client_keys[: part.keys]
    return tuple(
        _template(
            part,
            address=address,
            auth=(target.auth_header, target.auth_value.format(key=key)),
        )
        for key in keys
    )


def direct(part: Part) -> tuple[RequestTemplate, ...]:
    """The template that asks the upstream itself."""
    return (_template(part, address=DIRECT[part.ask], auth=("authorization", "Bearer rig")),)


def _template(part: Part, *, address: Address, auth: tuple[str, str]) -> RequestTemplate:
    dialect = DIALECT_OF[part.ask]
    body = json.dumps(_body(part, dialect=dialect, model=address.model), separators=(",", ":"))
    prefix, suffix = body.split(json.dumps(_CUT)[1:-1])
    headers = [("content-type", "application/json"), auth]
    if dialect is Dialect.ANTHROPIC_MESSAGES:
        headers.append(("anthropic-version", "2023-06-01"))
    return RequestTemplate(
        name=part.name,
        path=address.path,
        headers=tuple(headers),
        body_prefix=prefix.encode(),
        body_suffix=suffix.encode(),
        dialect=dialect,
        stream=part.stream,
        expected_text="".join(part.default_script.tokens),
    )


def _body(part: Part, *, dialect: Dialect, model: str) -> dict[str, object]:
    user = {"role": "user", "content": f"{_QUESTION}{NONCE_BODY_MARK}{_CUT}"}
    body: dict[str, object] = {"model": model, "max_tokens": 1024, "temperature": 0.2, "stream": part.stream}
    if dialect is Dialect.ANTHROPIC_MESSAGES:
        return {**body, "system": _SYSTEM, "messages": [user]}
    return {**body, "messages": [{"role": "system", "content": _SYSTEM}, user]}
