"""The configurations of the ready-made targets."""

import ast
import json
import re
import shlex
from collections import Counter

import pytest
import yaml
from hypothesis import given, settings

from perf.model.scenario import Ask, Provider
from perf.model.target import ConfigRequest, Target
from perf.model.units import s_to_ns
from perf.targets import TARGETS
from perf.targets.litellm import LITELLM
from perf.targets.portkey import PORTKEY
from perf.targets.sglang_router import SGLANG_ROUTER
from perf.targets.vllm_router import VLLM_ROUTER
from tests.unit.targets.requests import REQUESTS, a_request, an_endpoint

SHIPPED = [target for target in TARGETS if target.shipped]
ROUTERS = [VLLM_ROUTER, SGLANG_ROUTER]


def portkey_config(request: ConfigRequest, ask: Ask) -> dict[str, object]:
    """What the header says."""
    ((name, value),) = PORTKEY.headers(request, ask, key="any")
    assert name == "x-portkey-config"
    assert "\n" not in value
    decoded: dict[str, object] = json.loads(value)
    return decoded


@pytest.mark.parametrize("target", SHIPPED, ids=lambda target: target.name)
def test_a_title_names_the_version(target: Target) -> None:
    """Reports show which version was measured: the title ends with it."""
    assert target.title.split()[-1][0].isdigit()
    assert target.inputs == ()


def test_litellm_gets_every_instance_once() -> None:
    """The file is YAML; each instance stands there with its key, weight and base URL, in order."""
    openai, anthropic = an_endpoint(0, weight=7), an_endpoint(1, provider=Provider.ANTHROPIC)
    document = yaml.safe_load(LITELLM.render(a_request(openai, anthropic))["config.yaml"])
    params = [each["litellm_params"] for each in document["model_list"]]

    assert [each["model_info"]["id"] for each in document["model_list"]] == [openai.name, anthropic.name]
    assert [each["api_base"] for each in params] == [f"{openai.base_url}/v1", anthropic.base_url]
    assert {each["api_key"] for each in params} == {"upstream-key"}
    assert [each["weight"] for each in params] == [7, 100]
    assert not any("order" in each for each in params)


def test_litellm_gets_each_further_model_as_a_deployment() -> None:
    """It is asked for by its own name, which its instance sees as well."""
    one, other = an_endpoint(0), an_endpoint(1)
    document = yaml.safe_load(LITELLM.render(a_request(one, other, routes=3))["config.yaml"])
    further = document["model_list"][2:]

    assert [each["model_name"] for each in further] == ["route-00000", "route-00001", "route-00002"]
    assert [each["litellm_params"]["model"] for each in further] == [
        f"openai/{each['model_name']}" for each in further
    ]
    assert [each["litellm_params"]["api_base"] for each in further] == [
        f"{each.base_url}/v1" for each in (one, other, one)
    ]


@settings(max_examples=25)
@given(request=REQUESTS)
def test_litellm_knows_the_clients_keys(request: ConfigRequest) -> None:
    """keys.py is valid Python, whatever the keys look like, and holds each of them."""
    tree = ast.parse(LITELLM.render(request)["keys.py"])
    (keys,) = [node for node in ast.walk(tree) if isinstance(node, ast.List)]

    assert ast.literal_eval(keys) == list(request.client_keys)


@settings(max_examples=25)
@given(request=REQUESTS)
def test_portkey_is_told_in_the_request(request: ConfigRequest) -> None:
    """The header names every instance of the provider that is asked, and no other."""
    for ask, provider in ((Ask.CHAT, Provider.OPENAI), (Ask.MESSAGES, Provider.ANTHROPIC)):
        wanted = [each.base_url for each in request.endpoints if each.provider is provider]
        if not wanted:
            assert PORTKEY.headers(request, ask, key="any") == ()
            continue
        text = json.dumps(portkey_config(request, ask))

        assert text.count('"custom_host"') == len(wanted)
        assert all(f"{url}/v1" in text for url in wanted)
    assert PORTKEY.render(request) == {}


def test_portkey_falls_back_by_priority_and_balances_by_weight() -> None:
    """Equal priorities share by weight; a later priority is asked only when the one before has failed."""
    endpoints = [an_endpoint(0, weight=1), an_endpoint(1, weight=2), an_endpoint(2, priority=2)]
    config = portkey_config(a_request(*endpoints), Ask.CHAT)
    targets = config["targets"]
    assert isinstance(targets, list)
    first, second = targets

    assert config["strategy"] == {
        "mode": "fallback",
        "on_status_codes": [401, 403, 408, 429, 500, 502, 503, 504],
    }
    assert first["strategy"] == {"mode": "loadbalance"}
    assert [each["weight"] for each in first["targets"]] == [1, 2]
    assert second["custom_host"] == f"{endpoints[2].base_url}/v1"


@pytest.mark.parametrize("target", ROUTERS, ids=lambda target: target.name)
def test_routers_get_the_openai_instances(target: Target) -> None:
    """They route to one kind of provider: the others are left out of the command line."""
    first, other, second = an_endpoint(0), an_endpoint(1, provider=Provider.ANTHROPIC), an_endpoint(2)
    request = a_request(first, other, second)
    words = shlex.split(target.render(request)["start.sh"])

    assert words[words.index("--worker-urls") + 1 :] == [
        request.endpoints[0].base_url,
        request.endpoints[2].base_url,
    ]
    assert words[words.index("--port") + 1] == "8080"


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_recovery_is_left_to_the_gateway_unless_it_is_asked_for(target: Target) -> None:
    """Where nothing is asked for, nothing is written that is not there with a recovery time too."""
    endpoints = (an_endpoint(0), an_endpoint(1, priority=2))
    files = [target.render(a_request(*endpoints, recovery_ns=ns)) for ns in (0, s_to_ns(7))]
    without, asked = (Counter(re.findall(r"[\w.-]+", " ".join(each.values()))) for each in files)

    assert without <= asked


@pytest.mark.parametrize("target", [LITELLM, *ROUTERS], ids=lambda target: target.name)
def test_a_session_is_the_clients_key(target: Target) -> None:
    """Products that bind sessions, not keys, get the key as the session's name."""
    ((_, value),) = target.headers(a_request(an_endpoint()), Ask.CHAT, key="test-key-0007")

    assert value == "test-key-0007"
