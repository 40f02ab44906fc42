"""The bytes that a part sends."""

import json

import pytest

from perf.model.load import RequestTemplate
from perf.model.scenario import Ask, Part
from perf.model.wire import NONCE_BODY_MARK, Dialect
from perf.pipeline import requests
from perf.scenarios import SCENARIOS
from perf.targets import TARGETS
from tests.unit.targets.requests import a_request

_NONCE = "0123456789abcdef0123"
_PARTS = [pytest.param(part, id=f"{each.name}-{part.name}") for each in SCENARIOS for part in each.parts]


def _body(template: RequestTemplate) -> dict[str, object]:
    decoded: dict[str, object] = json.loads(template.body_prefix + _NONCE.encode() + template.body_suffix)
    return decoded


@pytest.mark.parametrize("part", _PARTS)
def test_body_is_json_with_the_nonce_in_the_prompt(part: Part) -> None:
    """Gateways drop unknown headers, not prompts: the nonce stands behind its mark in the user's message."""
    keys = tuple(f"key-{number}" for number in range(part.keys))
    for template in requests.through(part, target=TARGETS[0], told=a_request(keys=keys)):
        body = _body(template)

        assert f"{NONCE_BODY_MARK}{_NONCE}" in json.dumps(body["messages"])
        assert body["stream"] is part.stream


@pytest.mark.parametrize("part", _PARTS)
def test_each_client_key_has_a_template(part: Part) -> None:
    """As many templates as the part has keys, each with a key of its own, all expecting the script's text."""
    keys = tuple(f"key-{number}" for number in range(500))
    templates = requests.through(part, target=TARGETS[0], told=a_request(keys=keys))
    sent = [dict(template.headers)["authorization"] for template in templates]

    assert sent == [f"Bearer {key}" for key in keys[: part.keys]]
    assert {template.expected_text for template in templates} == {"".join(part.default_script.tokens)}


def test_converted_requests_speak_openai_for_an_anthropic_model() -> None:
    """The client's dialect is OpenAI's; only the model says that the answer comes from Anthropic."""
    part = next(part for each in SCENARIOS for part in each.parts if part.ask is Ask.CHAT_CONVERTED)
    (template,) = requests.through(part, target=TARGETS[0], told=a_request(keys=("key",)))

    assert template.dialect is Dialect.OPENAI_CHAT
    assert template.path == "/v1/chat/completions"
    assert str(_body(template)["model"]).startswith("claude-")
