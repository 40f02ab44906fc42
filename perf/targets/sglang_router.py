"""The router of SGLang, installed as its makers published it."""

from collections.abc import Mapping

from perf.model.scenario import Ask
from perf.model.target import ConfigRequest, PythonKind, Readiness, Target
from perf.model.units import NS_PER_S
from perf.targets.routers import ADDRESSES, CAPABILITIES, start_script


def _render(request: ConfigRequest) -> Mapping[str, str]:
    return start_script(request, ("python", "-m", "sglang_router.launch_router"), policy="manual")


def _headers(request: ConfigRequest, ask: Ask, *, key: str) -> tuple[tuple[str, str], ...]:
    """Each client key is a session: this is what the router binds to an instance."""
    return (("x-smg-routing-key", key),)


SGLANG_ROUTER = Target(
    name="sglang-router",
    title="SGLang router 0.3.2",
    kind=PythonKind(project="", requirements="requirements.txt"),
    shipped="sglang-router",
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
