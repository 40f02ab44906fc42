"""The contract's TOML, parsed back by other readers than its writer."""

import math
import tomllib
from dataclasses import replace

from hypothesis import given, settings

from perf.gateway.config import parse_config
from perf.model.scenario import Provider
from perf.model.target import ConfigRequest
from perf.model.units import NS_PER_MS, ns_to_s
from perf.targets.contract import contract_files, contract_files_with_resilience
from tests.unit.targets.requests import REQUESTS, a_request, an_endpoint


@settings(max_examples=30)
@given(REQUESTS)
def test_every_instance_and_key_is_in_the_file(request: ConfigRequest) -> None:
    """Names, weights, priorities and keys come back as they went in, whatever characters they have."""
    document = tomllib.loads(contract_files(request)["config.toml"])

    assert [each["key"] for each in document["api_keys"]] == list(request.client_keys)
    for provider in Provider:
        written = document["providers"].get(provider.value, [])
        asked = [each for each in request.endpoints if each.provider is provider]
        assert [(each["name"], each["priority"], each["weight"]) for each in written] == [
            (each.name, each.priority, each.weight) for each in asked
        ]
        assert [each["base_url"] for each in written] == [f"{each.base_url}/v1" for each in asked]
        assert {each["api_key"] for each in written} <= {request.upstream_key}


@settings(max_examples=30)
@given(REQUESTS)
def test_the_reference_gateway_accepts_what_is_rendered(request: ConfigRequest) -> None:
    """Both renderings pass the gateway's own strict reading."""
    for files in (contract_files(request), contract_files_with_resilience(request)):
        config = parse_config(files["config.toml"].encode())

        assert (config.server.host, config.server.port) == (request.host, request.port)


@settings(max_examples=30)
@given(REQUESTS)
def test_recovery_is_as_fast_as_the_topology_asks(request: ConfigRequest) -> None:
    """A recovery time reaches the circuit breaker, the contract's in whole seconds; 0 says nothing."""
    plain = tomllib.loads(contract_files(request)["config.toml"])
    resilient = tomllib.loads(contract_files_with_resilience(request)["config.toml"])
    recovery_s = ns_to_s(request.topology.recovery_ns)
    groups = plain["providers"].values()
    timeouts = {each.get("failure_timeout_seconds") for group in groups for each in group}

    assert "resilience" not in plain
    assert timeouts == ({max(1, math.ceil(recovery_s))} if recovery_s > 0 else {None})
    assert resilient.get("resilience", {}).get("initial_backoff_seconds", 0) == recovery_s


def test_patience_is_what_the_topology_asks_for() -> None:
    """Half a second to the first byte, where that can be said; a whole one per attempt by the contract."""
    plain = a_request(an_endpoint())
    patient = replace(plain, topology=replace(plain.topology, patience_ns=500 * NS_PER_MS))

    def timeout_s(request: ConfigRequest) -> int:
        document = tomllib.loads(contract_files(request)["config.toml"])
        return int(document["providers"]["openai"][0]["request_timeout_seconds"])

    resilience = tomllib.loads(contract_files_with_resilience(patient)["config.toml"])["resilience"]

    assert (timeout_s(plain), timeout_s(patient)) == (300, 1)
    assert resilience == {"first_byte_timeout_seconds": 0.5, "probe_timeout_seconds": 0.5}


@settings(max_examples=30)
@given(REQUESTS)
def test_a_further_model_is_led_on_by_its_own_rule_alone(request: ConfigRequest) -> None:
    """Without its rule a request for it would be refused: nothing else fits it, and there is no default."""
    text = contract_files(request)["config.toml"]
    routing = tomllib.loads(text)["routing"]
    models = [route.model for route in request.routes]

    assert {model: routing["rules"][model] for model in models} == dict.fromkeys(models, "openai")
    assert not any(
        model.startswith(prefix) for model in models for prefix in routing["rules"] if prefix != model
    )
    assert ("default_provider" in routing) is not bool(models)


def test_only_providers_with_an_instance_are_routed_to() -> None:
    """A rule to a provider without instances would keep a gateway from starting."""
    only_anthropic = a_request(an_endpoint(provider=Provider.ANTHROPIC), recovery_ns=500 * NS_PER_MS)
    document = tomllib.loads(contract_files(only_anthropic)["config.toml"])

    assert document["routing"]["rules"] == {"claude-": "anthropic"}
    assert document["routing"]["default_provider"] == "anthropic"
