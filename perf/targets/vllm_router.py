"""The router of vLLM's production stack, installed as its makers published it."""

from collections.abc import Mapping

from perf.model.scenario import Ask
from perf.model.target import ConfigRequest
from perf.targets.routers import router, start_script


def _render(request: ConfigRequest) -> Mapping[str, str]:
    return start_script(request, ("vllm-router",), policy="consistent_hash")


def _headers(request: ConfigRequest, ask: Ask, *, key: str) -> tuple[tuple[str, str], ...]:
    """Each client key is a session: this is what the router hashes."""
    return (("x-session-id", key),)


VLLM_ROUTER = router(name="vllm-router", title="vLLM router 0.1.17", render=_render, headers=_headers)
