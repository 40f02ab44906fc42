"""Building upstream scripts by what matters, the rest being an undisturbed provider."""

from perf.model.upstream import ConstantDelay, Delay, Fault, TokenUsage, UpstreamScript
from perf.wire.tokens import reply_tokens

INPUT_TOKENS = 12
DEFAULT_TOKENS = 10


def script(
    *,
    tokens: int = DEFAULT_TOKENS,
    delay: Delay | int = 0,
    interval_ns: int = 0,
    faults: tuple[Fault, ...] = (),
    tool_arguments: str = "",
    seed: int = 0,
) -> UpstreamScript:
    """Give a script of `tokens` deterministic tokens; a whole number as `delay` is a constant one in ns."""
    return UpstreamScript(
        first_delay=ConstantDelay(delay_ns=delay) if isinstance(delay, int) else delay,
        interval_ns=interval_ns,
        tokens=reply_tokens(tokens),
        usage=TokenUsage(
            input_tokens=INPUT_TOKENS, output_tokens=tokens, cache_creation_tokens=0, cache_read_tokens=0
        ),
        faults=faults,
        tool_arguments=tool_arguments,
        seed=seed,
    )


def expected_text(script: UpstreamScript) -> str:
    """The text that every undisturbed answer of this script carries."""
    return script.tool_arguments or "".join(script.tokens)
