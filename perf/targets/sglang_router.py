"""The router of SGLang, installed as its makers published it."""

from collections.abc import Mapping

from perf.model.scenario import Ask
from perf.model.target import ConfigRequest
from perf.targets.routers import router, start_script


def _render(request: ConfigRequest) -> Mapping[str, str]:
    return start_script(request, ("python", "-m", "sglang_router.launch_router"), policy="manual")


def _headers(request: ConfigRequest, ask: Ask, *, key: str) -> tuple[tuple[str, str], ...]:
    """Each client key is a session: this is what the router binds to an instance."""
    return (("x-smg-routing-key", key),)


SGLANG_ROUTER = router(name="sglang-router", title="SGLang router 0.3.2", render=_render, headers=_headers)
