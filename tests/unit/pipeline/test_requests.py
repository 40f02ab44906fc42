"""The bytes that a part sends."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf.model.load import RequestTemplate
from perf.model.scenario import Ask, Part, Prompt
from perf.model.units import ms_to_ns
from perf.model.wire import IMAGES_PATH, NONCE_BODY_MARK, Dialect
from perf.pipeline import requests
from perf.scenarios import SCENARIOS
from perf.targets import TARGETS
from perf.wire.prompt import LONG_BODY_BYTES, prompt_digest
from tests.unit.targets.requests import a_request, an_endpoint

_NONCE = "0123456789abcdef0123"
_KEYS = tuple(f"key-{number}" for number in range(500))
"""More clients than prompts, and fewer than the largest part has: they differ in nothing but the key."""
_PARTS = [pytest.param(part, id=f"{each.name}-{part.name}") for each in SCENARIOS for part in each.parts]


def _body(template: RequestTemplate) -> dict[str, object]:
    decoded: dict[str, object] = json.loads(template.body_prefix + _NONCE.encode() + template.body_suffix)
    return decoded


@pytest.mark.parametrize("part", _PARTS)
def test_body_is_json_with_the_nonce_in_the_prompt(part: Part) -> None:
    """Gateways drop unknown headers, not prompts: the nonce stands behind its mark in the user's message."""
    for template in requests.through(part, target=TARGETS[0], told=a_request(keys=_KEYS)):
        body = _body(template)

        assert f"{NONCE_BODY_MARK}{_NONCE}" in json.dumps(body["messages"])
        assert body["stream"] is template.stream


@pytest.mark.parametrize("part", _PARTS)
def test_every_other_key_of_a_mixed_part_streams(part: Part) -> None:
    """All requests of a part stream or none do, but in a mixed one they take turns."""
    templates = requests.through(part, target=TARGETS[0], told=a_request(keys=_KEYS))

    assert {each.stream for each in templates[::2]} == {part.stream}
    assert {each.stream for each in templates[1::2]} <= {part.stream or part.mixed}


@pytest.mark.parametrize("part", _PARTS)
def test_each_client_key_has_a_template(part: Part) -> None:
    """Each key has its turn, then they start anew; all templates expect what the script says."""
    templates = requests.through(part, target=TARGETS[0], told=a_request(keys=_KEYS))
    sent = [dict(template.headers)["authorization"] for template in templates]

    script = part.default_script
    assert sent[: part.keys] == [f"Bearer {key}" for key in _KEYS[: part.keys]]
    assert set(sent) == set(sent[: part.keys])
    assert {template.expected_text for template in templates} == {
        script.tool_arguments or "".join(script.tokens)
    }


_SIZES = st.builds(
    Prompt,
    text_bytes=st.integers(min_value=0, max_value=20_000),
    turns=st.sampled_from([1, 2, 8]),
)


@given(prompts=st.lists(_SIZES, min_size=1, max_size=3), ask=st.sampled_from([Ask.CHAT, Ask.MESSAGES]))
def test_each_prompt_has_its_size_and_its_digest(prompts: list[Prompt], ask: Ask) -> None:
    """Every size has its turn, the last word is the user's, and long bodies are known by their digest."""
    part = replace(SCENARIOS[0].parts[0], prompts=tuple(prompts), ask=ask)
    templates = requests.through(part, target=TARGETS[0], told=a_request(keys=("key",)))
    digests = requests.prompt_digests(templates)

    assert len(templates) == len(prompts)
    for prompt, template, digest in zip(prompts, templates, digests, strict=True):
        sent = template.body_prefix + _NONCE.encode() + template.body_suffix
        assert len(sent) >= prompt.text_bytes
        assert digest == (prompt_digest(sent) if len(sent) > LONG_BODY_BYTES else "")
        messages = _body(template)["messages"]
        assert isinstance(messages, list)
        assert messages[-1]["role"] == "user"
        assert f"{NONCE_BODY_MARK}{_NONCE}" in messages[-1]["content"]


@pytest.mark.parametrize(
    ("ask", "image"),
    [
        (Ask.CHAT, {"type": "image_url", "image_url": {"url": "http://127.0.0.1:19000/images/1500.png"}}),
        (
            Ask.MESSAGES,
            {"type": "image", "source": {"type": "url", "url": "http://127.0.0.1:19000/images/1500.png"}},
        ),
    ],
)
def test_an_image_is_shown_behind_the_question(ask: Ask, image: dict[str, object]) -> None:
    """In the words of either API; it lies at an instance that the gateway knows, and bears no nonce."""
    prompts = (Prompt(text_bytes=0), Prompt(text_bytes=10, image_ns=ms_to_ns(1_500)))
    part = replace(SCENARIOS[0].parts[0], prompts=prompts, ask=ask)
    plain, shown = requests.through(
        part, target=TARGETS[0], told=a_request(an_endpoint(), an_endpoint(1), keys=("key",))
    )

    messages = _body(shown)["messages"]
    assert isinstance(messages, list)
    question, picture = messages[-1]["content"]
    assert f"{NONCE_BODY_MARK}{_NONCE}" in question["text"]
    assert picture == image
    assert IMAGES_PATH not in json.dumps(_body(plain))


def test_converted_requests_speak_openai_for_an_anthropic_model() -> None:
    """The client's dialect is OpenAI's; only the model says that the answer comes from Anthropic."""
    part = next(part for each in SCENARIOS for part in each.parts if part.ask is Ask.CHAT_CONVERTED)
    (template,) = requests.through(part, target=TARGETS[0], told=a_request(keys=("key",)))

    assert template.dialect is Dialect.OPENAI_CHAT
    assert template.path == "/v1/chat/completions"
    assert str(_body(template)["model"]).startswith("claude-")


@given(routes=st.integers(1, 2_000), keys=st.integers(1, 150))
def test_clients_ask_for_models_from_all_over_the_list(routes: int, keys: int) -> None:
    """Each client asks for one that is configured, no two for the same if there are enough, the last too."""
    told = a_request(an_endpoint(), keys=_KEYS[:keys], routes=routes)
    part = replace(SCENARIOS[0].parts[0], keys=keys)
    asked = requests.models(requests.through(part, target=TARGETS[0], told=told))
    places = [int(model.removeprefix("route-")) for model in asked]

    assert places == sorted(places)
    assert len(set(places)) == min(routes, keys)
    assert places[-1] == routes - 1
    assert max((after - before for before, after in pairwise(places)), default=0) <= -(-routes // keys)
