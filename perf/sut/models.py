"""Asks a gateway under load for the list of its models."""

from contextlib import AbstractContextManager
from functools import lru_cache

import msgspec

from perf.model.slices import ModelsAnswer
from perf.model.target import ConfigRequest, Target
from perf.sut.asking import Asked, asked

PATH = "/v1/models"
"""Where all dialects have it."""


class _Model(msgspec.Struct):
    id: str


class _List(msgspec.Struct):
    data: list[_Model]


def models_listed(
    base_url: str, *, target: Target, told: ConfigRequest, every_ns: int
) -> AbstractContextManager[list[ModelsAnswer]]:
    """Ask beside the body, as the first client; yields the growing list. With 0 nothing is asked."""
    asked_for = frozenset(address.model for address in target.addresses.values())
    own = frozenset({route.model for route in told.routes} | {endpoint.name for endpoint in told.endpoints})
    names_of = lru_cache(maxsize=2)(_names)

    def keep(question: Asked) -> ModelsAnswer:
        answer = question.answer
        names = names_of(answer.body) if answer is not None and answer.status == 200 else frozenset()
        return ModelsAnswer(
            asked_ns=question.asked_ns,
            ended_ns=question.ended_ns,
            right=not names.isdisjoint(asked_for | own),
            own=not names.isdisjoint(own),
        )

    headers = ((target.auth_header, target.auth_value.format(key=told.client_keys[0])),)
    return asked(f"{base_url}{PATH}", headers=headers, every_ns=every_ns, keep=keep)


def _names(body: bytes) -> frozenset[str]:
    """The models of a list in any dialect; none where it is no list."""
    try:
        return frozenset(model.id for model in msgspec.json.decode(body, type=_List).data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return frozenset()
