"""LiteLLM's proxy, installed as its makers published it."""

import json
from collections.abc import Mapping

from perf.model.scenario import Ask, Capability, Provider
from perf.model.target import Address, ConfigRequest, Endpoint, LogLevels, PythonKind, Readiness, Target
from perf.model.units import NS_PER_S, ns_to_s
from perf.targets.contract import ANTHROPIC_MODEL, OPENAI_MODEL

_TIMEOUT_S = 60
_DEADLINE_S = 120
_SESSION_HEADER = "x-litellm-session-id"
_KEYS = '''"""The clients' keys, without a database."""

from fastapi import HTTPException, Request
from litellm.proxy._types import UserAPIKeyAuth

KEYS = frozenset({keys})


async def check(request: Request, api_key: str) -> UserAPIKeyAuth:
    if api_key not in KEYS:
        raise HTTPException(status_code=401, detail="unknown key")
    return UserAPIKeyAuth(api_key=api_key, user_id=api_key)
'''


def _render(request: ConfigRequest) -> Mapping[str, str]:
    """Write config.yaml, as JSON, which is YAML; and keys.py, which it names."""
    recovery_s = ns_to_s(request.topology.recovery_ns)
    ordered = len({endpoint.priority for endpoint in request.endpoints}) > 1
    document = {
        "model_list": [
            *(_deployment(each, request.upstream_key, ordered=ordered) for each in request.endpoints),
            *(
                _deployment(route.endpoint, request.upstream_key, ordered=ordered, model=route.model)
                for route in request.routes
            ),
        ],
        "router_settings": {
            "routing_strategy": "simple-shuffle",
            "num_retries": 2,
            "allowed_fails": 2,
            **({"cooldown_time": recovery_s} if recovery_s else {}),
            "optional_pre_call_checks": ["session_affinity"],
        },
        "litellm_settings": {
            "telemetry": False,
            "set_verbose": False,
            "drop_params": True,
            "request_timeout": ns_to_s(request.topology.patience_ns) or _TIMEOUT_S,
            "use_chat_completions_url_for_anthropic_messages": True,
        },
        "general_settings": {
            "master_key": f"sk-{request.upstream_key}",
            "custom_auth": "keys.check",
            "disable_spend_logs": True,
            "disable_error_logs": True,
        },
    }
    keys = _KEYS.replace("{keys}", repr(list(request.client_keys)))
    return {"config.yaml": json.dumps(document, indent=2, ensure_ascii=False) + "\n", "keys.py": keys}


def _deployment(
    endpoint: Endpoint, upstream_key: str, *, ordered: bool, model: str = ""
) -> dict[str, object]:
    """One instance, or another model on it: only the OpenAI client wants /v1 in its base URL."""
    openai = endpoint.provider is Provider.OPENAI
    name = model or (OPENAI_MODEL if openai else ANTHROPIC_MODEL)
    params: dict[str, object] = {
        "model": f"{endpoint.provider}/{name}",
        "api_base": f"{endpoint.base_url}/v1" if openai else endpoint.base_url,
        "api_key": upstream_key,
        "weight": endpoint.weight,
    }
    if ordered:
        params["order"] = endpoint.priority
    return {"model_name": name, "litellm_params": params, "model_info": {"id": model or endpoint.name}}


def _headers(request: ConfigRequest, ask: Ask, *, key: str) -> tuple[tuple[str, str], ...]:
    """Each client key is a session: LiteLLM binds sessions to instances, not keys."""
    return ((_SESSION_HEADER, key),)


LITELLM = Target(
    name="litellm",
    title="LiteLLM 1.106.2",
    kind=PythonKind(project="", requirements="requirements.txt"),
    shipped="litellm",
    inputs=(),
    start=(
        "{bin}/litellm",
        "--config",
        "{config}",
        "--host",
        "{host}",
        "--port",
        "{port}",
        "--num_workers",
        "1",
    ),
    env=(
        ("HOME", "{dir}"),
        ("DISABLE_ADMIN_UI", "True"),
        ("DO_NOT_TRACK", "1"),
        ("LITELLM_DISABLE_UPDATE_CHECK", "True"),
        ("LITELLM_LOCAL_MODEL_COST_MAP", "True"),
        ("LITELLM_LOG", "{log_level}"),
        ("LITELLM_MODE", "PRODUCTION"),
        ("LITELLM_TELEMETRY", "False"),
        ("NO_DOCS", "True"),
        ("NO_REDOC", "True"),
    ),
    ready=Readiness(path="/health/liveliness", status=200, deadline_ns=_DEADLINE_S * NS_PER_S),
    stop_grace_ns=5 * NS_PER_S,
    capabilities=frozenset(Capability),
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
    log_levels=LogLevels(usual="ERROR", requests="INFO"),
)
