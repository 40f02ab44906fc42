"""The gateway set-ups and upstream scripts that scenarios share."""

from collections.abc import Iterable
from dataclasses import replace

from perf.model.scenario import Instance, Provider, Topology
from perf.model.units import ms_to_ns, s_to_ns
from perf.model.upstream import ConstantDelay, Fault, TokenUsage, UpstreamScript
from perf.wire.tokens import reply_tokens


def openai_instances(count: int) -> tuple[Instance, ...]:
    """So many equal ones."""
    return tuple(
        Instance(name=f"openai-{number}", provider=Provider.OPENAI, priority=1, weight=100)
        for number in range(count)
    )


OPENAI_INSTANCES = openai_instances(3)
ANTHROPIC_INSTANCE = Instance(name="anthropic-0", provider=Provider.ANTHROPIC, priority=1, weight=100)

GENERAL = Topology(name="general", instances=(*OPENAI_INSTANCES, ANTHROPIC_INSTANCE), keys=100, recovery_ns=0)
"""Three equal OpenAI instances, one Anthropic instance, 100 client keys."""

RECOVERING = replace(GENERAL, name="recovering", recovery_ns=s_to_ns(1))
"""The same; a failed instance is to be tried again after one second."""

FAILOVER = Topology(
    name="failover",
    instances=(
        Instance(name="openai-primary", provider=Provider.OPENAI, priority=1, weight=100),
        Instance(name="openai-backup", provider=Provider.OPENAI, priority=2, weight=100),
        ANTHROPIC_INSTANCE,
    ),
    keys=600,
    recovery_ns=s_to_ns(1),
)
"""A primary and a backup; a failed instance is to be tried again after one second.

There is a key for each request, so that none is bound to the backup when the primary returns.
"""


def script(
    *, tokens: int, first_delay_ms: float = 0, interval_ms: float = 0, faults: Iterable[Fault] = ()
) -> UpstreamScript:
    """An upstream that answers with `tokens` tokens after a constant delay."""
    return UpstreamScript(
        first_delay=ConstantDelay(delay_ns=ms_to_ns(first_delay_ms)),
        interval_ns=ms_to_ns(interval_ms),
        tokens=reply_tokens(tokens),
        usage=TokenUsage(input_tokens=42, output_tokens=tokens, cache_creation_tokens=0, cache_read_tokens=0),
        faults=tuple(faults),
        tool_arguments="",
        seed=1,
    )
