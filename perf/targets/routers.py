"""What the routers of vLLM and SGLang share: one kind of provider, and a command line for a configuration."""

import math
import shlex
from collections.abc import Callable, Mapping

from perf.model.scenario import Ask, Capability, Provider
from perf.model.target import Address, ConfigRequest, LogLevels, PythonKind, Readiness, RequestHeaders, Target
from perf.model.units import NS_PER_S, ns_to_s
from perf.targets.contract import OPENAI_MODEL

_CAPABILITIES = frozenset(
    {
        Capability.OPENAI_CHAT,
        Capability.STREAMING,
        Capability.STICKY_BY_KEY,
        Capability.FAILOVER,
        Capability.UPSTREAM_TLS,
        Capability.REQUEST_LOG,
    }
)
"""They pass OpenAI Chat on, convert nothing, and know no weights."""
_ADDRESSES = {ask: Address(path="/v1/chat/completions", model=OPENAI_MODEL) for ask in Ask}


def start_script(request: ConfigRequest, program: tuple[str, ...], *, policy: str) -> Mapping[str, str]:
    """Write start.sh; its first argument is the folder of the programs.

    Metrics are served on the next port: they cannot be switched off.
    """
    workers = [each.base_url for each in request.endpoints if each.provider is Provider.OPENAI]
    options: dict[str, object] = {
        "host": request.host,
        "port": request.port,
        "policy": policy,
        "log-level": request.log_level,
        "prometheus-host": request.host,
        "prometheus-port": request.port + 1,
        "cb-failure-threshold": 3,
        "cb-success-threshold": 2,
        "cb-window-duration-secs": 60,
        "retry-max-retries": 3,
    }
    if request.topology.recovery_ns:
        recovery_s = math.ceil(ns_to_s(request.topology.recovery_ns))
        options |= {"cb-timeout-duration-secs": recovery_s, "health-check-interval-secs": recovery_s}
    if request.topology.patience_ns:
        options["request-timeout-secs"] = math.ceil(ns_to_s(request.topology.patience_ns))
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    lines = [f'exec "$1"/{shlex.join(program)}', shlex.join(words), shlex.join(["--worker-urls", *workers])]
    return {"start.sh": " \\\n  ".join(lines) + "\n"}


def router(
    *,
    name: str,
    title: str,
    render: Callable[[ConfigRequest], Mapping[str, str]],
    headers: RequestHeaders,
) -> Target:
    """A router installed from its locks; they differ in program, policy and the header of a session."""
    return Target(
        name=name,
        title=title,
        kind=PythonKind(project="", requirements="requirements.txt"),
        shipped=name,
        inputs=(),
        start=("sh", "{config}", "{bin}"),
        env=(),
        ready=Readiness(path="/readiness", status=200, deadline_ns=60 * NS_PER_S),
        stop_grace_ns=5 * NS_PER_S,
        capabilities=_CAPABILITIES,
        auth_header="authorization",
        auth_value="Bearer {key}",
        addresses=_ADDRESSES,
        benchmarks="",
        proves_by_key=False,
        render=render,
        headers=headers,
        log_levels=LogLevels(usual="error", requests="info"),
    )
