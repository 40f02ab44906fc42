"""The router of vLLM's production stack, installed as its makers published it."""

from collections.abc import Mapping

from perf.model.scenario import Ask
from perf.model.target import ConfigRequest, PythonKind, Readiness, Target
from perf.model.units import NS_PER_S
from perf.targets.routers import ADDRESSES, CAPABILITIES, start_script


def _render(request: ConfigRequest) -> Mapping[str, str]:
    return start_script(request, ("vllm-router",), policy="consistent_hash")


def _headers(request: ConfigRequest, ask: Ask, *, key: str) -> tuple[tuple[str, str], ...]:
    """Each client key is a session: this is what the router hashes."""
    return (("x-session-id", key),)


VLLM_ROUTER = Target(
    name="vllm-router",
    title="vLLM router 0.1.17",
    kind=PythonKind(project="", requirements="requirements.txt"),
    shipped="vllm-router",
    inputs=(),
    start=("sh", "{config}", "{bin}"),
    env=(),
    ready=Readiness(path="/readiness", status=200, deadline_ns=60 * NS_PER_S),
    stop_grace_ns=5 * NS_PER_S,
    capabilities=CAPABILITIES,
    auth_header="authorization",
    auth_value="Bearer {key}",
    addresses=ADDRESSES,
    benchmarks="",
    proves_by_key=False,
    render=_render,
    headers=_headers,
)
