"""The reference gateway, built from the repository that is measured."""

from perf.model.scenario import Ask, Capability
from perf.model.target import Address, PythonKind, Readiness, Target
from perf.model.units import NS_PER_S
from perf.targets.contract import ANTHROPIC_MODEL, OPENAI_MODEL, contract_files_with_resilience

REFERENCE = Target(
    name="reference",
    title="Reference gateway",
    kind=PythonKind(project=".", requirements=".ci/lock/gateway.txt"),
    inputs=("perf/__init__.py", "perf/gateway", "perf/benchmarks", "pyproject.toml", ".ci/lock/gateway.txt"),
    start=("{python}", "-O", "-m", "perf.gateway", "--config", "{config}"),
    env=(),
    ready=Readiness(path="/ready", status=200, deadline_ns=30 * NS_PER_S),
    stop_grace_ns=5 * NS_PER_S,
    capabilities=frozenset(Capability),
    auth_header="authorization",
    auth_value="Bearer {key}",
    addresses={
        Ask.CHAT: Address(path="/v1/chat/completions", model=OPENAI_MODEL),
        Ask.CHAT_CONVERTED: Address(path="/v1/chat/completions", model=ANTHROPIC_MODEL),
        Ask.MESSAGES: Address(path="/v1/messages", model=ANTHROPIC_MODEL),
    },
    benchmarks="perf.benchmarks",
    proves_by_key=True,
    render=contract_files_with_resilience,
)
