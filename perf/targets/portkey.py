"""Portkey's open-source gateway, installed as its makers published it."""

import json
from collections.abc import Mapping, Sequence
from itertools import groupby

from perf.model.scenario import Ask, Capability, Provider
from perf.model.target import Address, ConfigRequest, Endpoint, NpmKind, Readiness, Target
from perf.model.units import NS_PER_S, ns_to_ms
from perf.targets.contract import ANTHROPIC_MODEL, OPENAI_MODEL

_CONFIG_HEADER = "x-portkey-config"
_FALL_BACK_ON = [401, 403, 408, 429, 500, 502, 503, 504]
_ASKS = {
    Ask.CHAT: Provider.OPENAI,
    Ask.CHAT_CONVERTED: Provider.ANTHROPIC,
    Ask.MESSAGES: Provider.ANTHROPIC,
}

_Json = dict[str, object]


def _render(request: ConfigRequest) -> Mapping[str, str]:
    """Write nothing: Portkey takes its configuration from each request."""
    return {}


def _headers(request: ConfigRequest, ask: Ask, *, key: str) -> tuple[tuple[str, str], ...]:
    """Send the whole configuration, on one line."""
    asked = [each for each in request.endpoints if each.provider is _ASKS[ask]]
    if not asked:
        return ()
    config = _by_priority(asked, upstream_key=request.upstream_key)
    if request.topology.patience_ns:
        config["request_timeout"] = round(ns_to_ms(request.topology.patience_ns))
    return ((_CONFIG_HEADER, json.dumps(config, separators=(",", ":"))),)


def _by_priority(endpoints: Sequence[Endpoint], *, upstream_key: str) -> _Json:
    ordered = sorted(endpoints, key=lambda each: each.priority)
    groups = [
        _by_weight(list(group), upstream_key=upstream_key)
        for _, group in groupby(ordered, key=lambda each: each.priority)
    ]
    if len(groups) == 1:
        return groups[0]
    return {"strategy": {"mode": "fallback", "on_status_codes": _FALL_BACK_ON}, "targets": groups}


def _by_weight(endpoints: Sequence[Endpoint], *, upstream_key: str) -> _Json:
    if len(endpoints) == 1:
        return _instance(endpoints[0], upstream_key=upstream_key)
    targets = [{**_instance(each, upstream_key=upstream_key), "weight": each.weight} for each in endpoints]
    return {"strategy": {"mode": "loadbalance"}, "targets": targets}


def _instance(endpoint: Endpoint, *, upstream_key: str) -> _Json:
    return {
        "provider": endpoint.provider.value,
        "api_key": upstream_key,
        "custom_host": f"{endpoint.base_url}/v1",
    }


PORTKEY = Target(
    name="portkey",
    title="Portkey 1.15.2",
    kind=NpmKind(project=".", script="", install_scripts=False),
    shipped="portkey",
    inputs=(),
    start=(
        "node",
        "--require",
        "{out}/loopback.cjs",
        "{out}/node_modules/@portkey-ai/gateway/build/start-server.js",
        "--headless",
        "--port={port}",
    ),
    env=(),
    ready=Readiness(path="/", status=200, deadline_ns=60 * NS_PER_S),
    stop_grace_ns=5 * NS_PER_S,
    capabilities=frozenset(Capability)
    - {Capability.STICKY_BY_KEY, Capability.MODEL_ROUTES, Capability.MODEL_LIST, Capability.REQUEST_LOG},
    auth_header="authorization",
    auth_value="Bearer {key}",
    addresses={
        Ask.CHAT: Address(path="/v1/chat/completions", model=OPENAI_MODEL),
        Ask.CHAT_CONVERTED: Address(path="/v1/chat/completions", model=ANTHROPIC_MODEL),
        Ask.MESSAGES: Address(path="/v1/messages", model=ANTHROPIC_MODEL),
    },
    benchmarks="",
    proves_by_key=True,
    render=_render,
    headers=_headers,
)
