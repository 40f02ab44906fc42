"""The requests that a part sends to a target, as bytes around a nonce."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from perf.model.load import RequestTemplate
from perf.model.scenario import Ask, Part, Prompt
from perf.model.target import Address, ConfigRequest, Target
from perf.model.units import ns_to_ms
from perf.model.wire import IMAGES_PATH, NONCE_BODY_MARK, NONCE_LENGTH, Dialect
from perf.wire.prompt import LONG_BODY_BYTES, prompt_digest
from perf.wire.tokens import fragments

_SYSTEM = "You are a careful assistant. Answer in one short paragraph, without lists."
_QUESTION = (
    "Explain to an experienced engineer why the tail of a latency distribution matters more than its mean "
    "when a page is composed of the answers of many services, and name one way to shorten it. "
)
_PROSE = 'The slowest of many answers decides when the page is there, "äöü" or not; '
_CUT = "\x00"

_Message: TypeAlias = dict[str, object]

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


class _Client(NamedTuple):
    """Where a client asks and for which model, the headers that are its own, and whose images it shows."""

    address: Address
    headers: tuple[tuple[str, str], ...]
    images_url: str


def through(part: Part, *, target: Target, told: ConfigRequest) -> tuple[RequestTemplate, ...]:
    """One template per client key of the part, addressed to the target that was configured so."""
    keys = told.client_keys[: part.keys]
    clients = [
        _Client(
            address=address,
            headers=(
                (target.auth_header, target.auth_value.format(key=key)),
                *target.headers(told, part.ask, key=key),
            ),
            images_url=told.endpoints[0].base_url if told.endpoints else "",
        )
        for key, address in zip(keys, _addresses(part, target, told=told, count=len(keys)), strict=True)
    ]
    return _templates(part, clients)


def direct(part: Part) -> tuple[RequestTemplate, ...]:
    """The templates that ask the upstream itself."""
    headers = (("authorization", "Bearer rig"),)
    return _templates(part, [_Client(address=DIRECT[part.ask], headers=headers, images_url="")])


def _addresses(part: Part, target: Target, *, told: ConfigRequest, count: int) -> list[Address]:
    """Where so many clients ask: each for a model of its own, from all over the list, if there is one."""
    address, routes = target.addresses[part.ask], told.routes
    if not routes:
        return [address] * count
    last_of_each = [(number + 1) * len(routes) // count - 1 for number in range(count)]
    return [replace(address, model=routes[max(0, last)].model) for last in last_of_each]


def prompt_of(part: Part, template: int) -> Prompt | None:
    """What template number `template` asks; None where it is the short question."""
    return part.prompts[template % len(part.prompts)] if part.prompts else None


def prompt_digests(templates: Sequence[RequestTemplate]) -> tuple[str, ...]:
    """What the upstream is to see of each template's prompt; "" where it is too short to be looked at."""
    return tuple(
        prompt_digest(body) if len(body) > LONG_BODY_BYTES else "" for body in map(_whole, templates)
    )


def models(templates: Sequence[RequestTemplate]) -> tuple[str, ...]:
    """What each template asks for, as the upstream is to see it of a gateway that renames no model."""
    return tuple(str(json.loads(_whole(template))["model"]) for template in templates)


def _whole(template: RequestTemplate) -> bytes:
    return template.body_prefix + b"0" * NONCE_LENGTH + template.body_suffix


def _templates(part: Part, clients: Sequence[_Client]) -> tuple[RequestTemplate, ...]:
    """Clients and prompts by turns, until each has had its turn; a mixed part streams every other one."""
    kinds = (part, replace(part, stream=part.stream or part.mixed))
    return tuple(
        _template(
            kinds[number % 2],
            client=clients[number % len(clients)],
            prompt=prompt_of(part, number),
        )
        for number in range(max(len(clients), len(part.prompts)))
    )


def _template(part: Part, *, client: _Client, prompt: Prompt | None) -> RequestTemplate:
    dialect = DIALECT_OF[part.ask]
    talk = _talk(prompt)
    if prompt is not None and prompt.image_ns:
        url = f"{client.images_url}{IMAGES_PATH}{ns_to_ms(prompt.image_ns):.0f}.png"
        talk = [_illustrated(talk[-1], url, dialect=dialect)]
    payload = _body(part, dialect=dialect, model=client.address.model, talk=talk)
    body = json.dumps(payload, separators=(",", ":"))
    prefix, suffix = body.split(json.dumps(_CUT)[1:-1])
    headers = [("content-type", "application/json"), *client.headers]
    if dialect is Dialect.ANTHROPIC_MESSAGES:
        headers.append(("anthropic-version", "2023-06-01"))
    return RequestTemplate(
        name=part.name,
        path=client.address.path,
        headers=tuple(headers),
        body_prefix=prefix.encode(),
        body_suffix=suffix.encode(),
        dialect=dialect,
        stream=part.stream,
        expected_text=part.default_script.tool_arguments or "".join(part.default_script.tokens),
        expected_usage=part.default_script.usage if part.checks_usage else None,
    )


def _illustrated(message: _Message, url: str, *, dialect: Dialect) -> _Message:
    """The message with the image at this address behind its text."""
    image: dict[str, object] = (
        {"type": "image", "source": {"type": "url", "url": url}}
        if dialect is Dialect.ANTHROPIC_MESSAGES
        else {"type": "image_url", "image_url": {"url": url}}
    )
    return {**message, "content": [{"type": "text", "text": message["content"]}, image]}


def _talk(prompt: Prompt | None) -> list[_Message]:
    """The messages before the last one, which has the nonce, and that one."""
    last: _Message = {"role": "user", "content": f"{_QUESTION}{NONCE_BODY_MARK}{_CUT}"}
    if prompt is None:
        return [last]
    earlier = fragments((_PROSE * (prompt.text_bytes // len(_PROSE) + 1))[: prompt.text_bytes], prompt.turns)
    if len(earlier) == 1:
        return [{**last, "content": f"{last['content']} {earlier[0]}"}]
    roles = ("user", "assistant")
    talk: list[_Message] = [
        {"role": roles[number % 2], "content": text} for number, text in enumerate(earlier)
    ]
    return [*talk, last]


def _body(part: Part, *, dialect: Dialect, model: str, talk: Sequence[_Message]) -> dict[str, object]:
    body: dict[str, object] = {"model": model, "max_tokens": 1024, "temperature": 0.2, "stream": part.stream}
    if dialect is Dialect.ANTHROPIC_MESSAGES:
        return {**body, "system": _SYSTEM, "messages": [*talk]}
    if part.stream and part.checks_usage:
        body["stream_options"] = {"include_usage": True}
    return {**body, "messages": [{"role": "system", "content": _SYSTEM}, *talk]}
